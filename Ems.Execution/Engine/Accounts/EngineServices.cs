using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Analytics;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Engine.Jobs;
using Ems.Execution.Engine.MarketData;
using Ems.Execution.Engine.Storage;
using Ems.Execution.Venues;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ems.Execution.Engine.Accounts;

/// <summary>What every account needs, once per process.</summary>
public sealed class EngineServices(
    MarketDataHub market, TapeHub tapes, VenueRecords trust, IEnumerable<IExecutionClient> clients, JournalWriter journal, JournalReader reader, IJobScheduler jobs,
    IAccountPublisher publisher, TimeProvider time, IOptions<EngineOptions> options, EngineMetrics metrics, CostRecorder costs, ILoggerFactory loggers)
{
    /// <summary>Books of all venues.</summary>
    public MarketDataHub Market { get; } = market;
    /// <summary>Prints of all venues.</summary>
    public TapeHub Tapes { get; } = tapes;
    /// <summary>How venues have behaved lately.</summary>
    public VenueRecords Trust { get; } = trust;
    /// <summary>Order entry by venue.</summary>
    public IReadOnlyDictionary<VenueId, IExecutionClient> Clients { get; } = clients.ToDictionary(c => c.Venue);
    /// <summary>The one writer.</summary>
    public JournalWriter Journal { get; } = journal;
    /// <summary>The reader.</summary>
    public JournalReader Reader { get; } = reader;
    /// <summary>The durable schedule.</summary>
    public IJobScheduler Jobs { get; } = jobs;
    /// <summary>Where changes are pushed.</summary>
    public IAccountPublisher Publisher { get; } = publisher;
    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = time;
    /// <summary>Bounds.</summary>
    public EngineOptions Options { get; } = options.Value;
    /// <summary>Measures.</summary>
    public EngineMetrics Metrics { get; } = metrics;
    /// <summary>What is noted for cost analysis.</summary>
    public CostRecorder Costs { get; } = costs;
    /// <summary>The door.</summary>
    public PreTradeRisk Risk { get; } = new();
    /// <summary>The engine's log.</summary>
    public ILogger Logger { get; } = loggers.CreateLogger("Ems.Execution.Engine");
}
