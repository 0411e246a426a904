using System.Collections.Concurrent;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.Paper;

/// <summary>Faults of one venue. Probabilities are fractions of messages; all zero is a healthy venue.</summary>
/// <param name="DropCommand">A command never arrives.</param>
/// <param name="DropReport">A report never leaves.</param>
/// <param name="Duplicate">A report is delivered twice.</param>
/// <param name="Reorder">A report is held back behind later ones.</param>
/// <param name="Reject">A new order is rejected.</param>
/// <param name="ExtraDelayMs">Added to every message.</param>
/// <param name="Disconnected">Nothing passes either way, market data stops.</param>
public sealed record PaperFaultSettings(
    double DropCommand = 0, double DropReport = 0, double Duplicate = 0, double Reorder = 0, double Reject = 0, double ExtraDelayMs = 0, bool Disconnected = false)
{
    /// <summary>No faults.</summary>
    public static readonly PaperFaultSettings None = new();
}

/// <summary>The switches, one per venue; may be turned at any time.</summary>
public sealed class PaperFaults
{
    private readonly ConcurrentDictionary<VenueId, PaperFaultSettings> settings = new();

    /// <summary>Present faults of a venue.</summary>
    public PaperFaultSettings Of(VenueId venue) => settings.GetValueOrDefault(venue, PaperFaultSettings.None);

    /// <summary>Sets them.</summary>
    public void Set(VenueId venue, PaperFaultSettings faults) => settings[venue] = faults;
}

/// <summary>One venue's dice: the n-th draw of a stream is a function of the seed.</summary>
internal sealed class PaperDice(ulong seed)
{
    private long index;

    public double Next(uint stream) => SeededRandom.Unit(seed, stream, Interlocked.Increment(ref index));

    public bool Hits(uint stream, double probability) => probability > 0 && Next(stream) < probability;

    /// <summary>Median plus a jitter that is small for half of the messages and long-tailed for a few.</summary>
    public TimeSpan Latency(PaperVenueSpec spec)
    {
        var u = Next(1);
        var skew = u < 0.5 ? (u - 0.5) * 2 * spec.JitterMs : -Math.Log(1 - ((u - 0.5) * 1.98)) * spec.JitterMs;
        return TimeSpan.FromMilliseconds(Math.Max(0.2, spec.LatencyMs + skew));
    }
}
