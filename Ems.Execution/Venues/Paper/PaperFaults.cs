using System.Collections.Concurrent;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation;

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
    private const double DelayMsMax = 60_000;
    private readonly ConcurrentDictionary<VenueId, PaperFaultSettings> settings = new();

    /// <summary>Present faults of a venue.</summary>
    public PaperFaultSettings Of(VenueId venue) => settings.GetValueOrDefault(venue, PaperFaultSettings.None);

    /// <summary>Sets them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A probability is outside 0 to 1, or the delay outside 0 to 60,000 ms.</exception>
    public void Set(VenueId venue, PaperFaultSettings faults)
    {
        foreach (var (name, p) in new[]
        {
            (nameof(faults.DropCommand), faults.DropCommand), (nameof(faults.DropReport), faults.DropReport), (nameof(faults.Duplicate), faults.Duplicate),
            (nameof(faults.Reorder), faults.Reorder), (nameof(faults.Reject), faults.Reject), (nameof(faults.ExtraDelayMs), faults.ExtraDelayMs / DelayMsMax),
        })
        {
            if (p is not (>= 0 and <= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(faults), faults, $"{name} is out of range.");
            }
        }
        settings[venue] = faults;
    }
}

/// <summary>What is drawn; each has its own sequence of draws.</summary>
internal enum PaperDraw { Latency = 1, DropCommand = 4, Reject = 5, DropReport = 6, Reorder = 7, Duplicate = 8 }

/// <summary>Dice whose n-th draw of a kind is a function of the seed, whatever else is drawn meanwhile.</summary>
internal sealed class PaperDice(ulong seed)
{
    private readonly long[] drawn = new long[16];

    public double Next(PaperDraw draw) => SeededRandom.Unit(seed, (uint)draw, Interlocked.Increment(ref drawn[(int)draw]));

    public bool Hits(PaperDraw draw, double probability) => probability > 0 && Next(draw) < probability;

    /// <summary>One way to or from a venue.</summary>
    public TimeSpan Latency(PaperVenueSpec spec) => new LatencyModel(spec.LatencyMs, spec.JitterMs).OneWay(Next(PaperDraw.Latency));
}
