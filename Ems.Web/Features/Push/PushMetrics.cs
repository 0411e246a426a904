using System.Diagnostics.Metrics;

namespace Ems.Web.Features.Push;

/// <summary>What the push measures; meter <see cref="Name"/>.</summary>
public sealed class PushMetrics : IDisposable
{
    /// <summary>Name to subscribe to.</summary>
    public const string Name = "Ems.Web";

    private readonly Meter meter = new(Name);

    /// <summary>Creates the instruments.</summary>
    public PushMetrics()
    {
        Batches = meter.CreateCounter<long>("ems.push.batches", "{batch}", "Batches handed to connections, by kind.");
        Dropped = meter.CreateCounter<long>("ems.push.dropped", "{batch}", "Batches dropped because a connection did not keep up.");
        Resets = meter.CreateCounter<long>("ems.push.resets", "{reset}", "Account streams that started a new epoch.");
        Connections = meter.CreateUpDownCounter<long>("ems.push.connections", "{connection}", "Open hub connections.");
    }

    /// <summary>Batches handed on.</summary>
    public Counter<long> Batches { get; }
    /// <summary>Batches dropped.</summary>
    public Counter<long> Dropped { get; }
    /// <summary>New epochs.</summary>
    public Counter<long> Resets { get; }
    /// <summary>Open connections.</summary>
    public UpDownCounter<long> Connections { get; }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
