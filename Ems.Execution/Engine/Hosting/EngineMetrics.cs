using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ems.Execution.Engine.Hosting;

/// <summary>What the engine measures; meter and activity source are both named <see cref="Name"/>.</summary>
public sealed class EngineMetrics : IDisposable
{
    /// <summary>Name to subscribe to.</summary>
    public const string Name = "Ems.Execution";

    private readonly Meter meter = new(Name);

    /// <summary>Spans of the order path.</summary>
    public static readonly ActivitySource Source = new(Name);

    /// <summary>Creates the instruments.</summary>
    public EngineMetrics()
    {
        OrdersSubmitted = meter.CreateCounter<long>("ems.orders.submitted", "{order}", "Parents taken or denied.");
        ChildrenSent = meter.CreateCounter<long>("ems.children.sent", "{order}", "Child orders handed to a venue.");
        Reports = meter.CreateCounter<long>("ems.reports", "{report}", "Venue reports applied.");
        Doubts = meter.CreateCounter<long>("ems.children.doubted", "{order}", "Children whose fate was unknown for a while.");
        SubmitMs = meter.CreateHistogram<double>("ems.submit.duration", "ms", "Submit until durable.");
        AckMs = meter.CreateHistogram<double>("ems.venue.ack.duration", "ms", "Child sent until the venue's first word, by venue.");
        LatenessMs = meter.CreateHistogram<double>("ems.slice.lateness", "ms", "How late a due decision was made.");
        ReportQueue = meter.CreateHistogram<int>("ems.reports.batch", "{report}", "Reports taken at once from an account's queue.");
        AnalyticsDropped = meter.CreateCounter<long>("ems.analytics.dropped", "{note}", "Notes for cost analysis that found no room.");
    }

    /// <summary>Notes for cost analysis that found no room.</summary>
    public Counter<long> AnalyticsDropped { get; }
    /// <summary>Parents taken or denied.</summary>
    public Counter<long> OrdersSubmitted { get; }
    /// <summary>Children handed to a venue.</summary>
    public Counter<long> ChildrenSent { get; }
    /// <summary>Reports applied.</summary>
    public Counter<long> Reports { get; }
    /// <summary>Children in doubt.</summary>
    public Counter<long> Doubts { get; }
    /// <summary>Submit until durable.</summary>
    public Histogram<double> SubmitMs { get; }
    /// <summary>Sent until acknowledged.</summary>
    public Histogram<double> AckMs { get; }
    /// <summary>Lateness of due decisions.</summary>
    public Histogram<double> LatenessMs { get; }
    /// <summary>Size of report batches.</summary>
    public Histogram<int> ReportQueue { get; }

    /// <summary>Watches a queue's length.</summary>
    public void WatchQueue(string name, Func<int> length) => meter.CreateObservableGauge(name, length, "{item}");

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
