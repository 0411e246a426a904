using System.ComponentModel.DataAnnotations;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.Paper;

/// <summary>The paper venues; section <c>Paper</c>.</summary>
public sealed class PaperOptions : IValidatableObject
{
    /// <summary>Folder of the exchange's own record.</summary>
    [Required] public string DataPath { get; set; } = "data";
    /// <summary>
    /// <c>auto</c>: recordings where they are at hand, else the fitted simulation. <c>recorded</c>: recordings or stop.
    /// <c>fitted</c>: the simulation, also where recordings are at hand.
    /// </summary>
    [RegularExpression("^(auto|recorded|fitted)$", ErrorMessage = "Paper:Market is auto, recorded or fitted.")]
    public string Market { get; set; } = "auto";
    /// <summary>Folder of the recordings, relative to the content root. Empty: a folder <c>shared/data</c> in, beside or above it. When set, it must be there and sound.</summary>
    public string RecordingsPath { get; set; } = "";
    /// <summary>Seed of latencies, faults and of the simulated market.</summary>
    public ulong Seed { get; set; } = 20_261_123;
    /// <summary>False: no latency at all, for benchmarks.</summary>
    public bool Latency { get; set; } = true;
    /// <summary>Most commands and events that wait for one venue.</summary>
    [Range(100, 10_000_000)] public int QueueMax { get; set; } = 200_000;
    /// <summary>A venue that is further behind its market than this skips to now.</summary>
    [Range(100, 600_000)] public int CatchUpMsMax { get; set; } = 5_000;

    /// <summary>Changes to the venues' defaults by venue name, e.g. <c>Paper:Venues:ALPHA:LatencyMs</c>.</summary>
    public Dictionary<string, PaperVenueChanges> Venues { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The file of the record.</summary>
    public string File => Path.Combine(DataPath, "paper-exchange.db");

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (venue, changes) in Venues)
        {
            if (!PaperVenueSpec.Defaults.Any(v => string.Equals(v.Venue.Value, venue, StringComparison.OrdinalIgnoreCase)))
            {
                yield return new ValidationResult($"Paper:Venues:{venue} is no paper venue; there are {string.Join(", ", PaperVenueSpec.Defaults.Select(v => v.Venue))}.");
            }
            var wrong = new List<ValidationResult>();
            if (!Validator.TryValidateObject(changes, new ValidationContext(changes), wrong, validateAllProperties: true))
            {
                foreach (var w in wrong)
                {
                    yield return new ValidationResult($"Paper:Venues:{venue}: {w.ErrorMessage}", w.MemberNames);
                }
            }
        }
    }
}

/// <summary>What configuration changes of one venue; absent stays as it is by default.</summary>
public sealed class PaperVenueChanges
{
    /// <summary>Median one-way latency.</summary>
    [Range(0, 60_000)] public double? LatencyMs { get; set; }
    /// <summary>Spread of the latency.</summary>
    [Range(0, 60_000)] public double? JitterMs { get; set; }
    /// <summary>Maker fee of every listing as a fraction of notional; negative is a rebate.</summary>
    [Range(-0.01, 0.1)] public decimal? MakerFee { get; set; }
    /// <summary>Taker fee of every listing as a fraction of notional.</summary>
    [Range(0, 0.1)] public decimal? TakerFee { get; set; }

    internal PaperVenueSpec ApplyTo(PaperVenueSpec spec) => spec with
    {
        LatencyMs = LatencyMs ?? spec.LatencyMs, JitterMs = JitterMs ?? spec.JitterMs,
        Listings = [.. spec.Listings.Select(l => l with { MakerFee = MakerFee ?? l.MakerFee, TakerFee = TakerFee ?? l.TakerFee })],
    };
}

/// <summary>One paper venue: what it lists and how far away it is.</summary>
/// <param name="LatencyMs">Median one-way latency.</param>
/// <param name="JitterMs">Half of all messages take up to this much more or less; a few take several times as much.</param>
public sealed record PaperVenueSpec(VenueId Venue, double LatencyMs, double JitterMs, IReadOnlyList<Listing> Listings)
{
    /// <summary>Three venues of different depth, fees, distance and tick, each with three instruments.</summary>
    public static IReadOnlyList<PaperVenueSpec> Defaults { get; } =
    [
        new(new("ALPHA"), 12, 4,
        [
            L("ALPHA", "BTC-USDT", 0.1m, 0.00001m, 0.00001m, 5m, 1_000m, 0.0008m, 0.0010m),
            L("ALPHA", "ETH-USDT", 0.01m, 0.0001m, 0.0001m, 5m, 20_000m, 0.0008m, 0.0010m),
            L("ALPHA", "SOL-USDT", 0.01m, 0.001m, 0.001m, 5m, 500_000m, 0.0008m, 0.0010m),
        ]),
        new(new("BRAVO"), 35, 12,
        [
            L("BRAVO", "BTC-USDT", 0.5m, 0.0001m, 0.0001m, 10m, 500m, 0.0002m, 0.0006m),
            L("BRAVO", "ETH-USDT", 0.05m, 0.001m, 0.001m, 10m, 10_000m, 0.0002m, 0.0006m),
            L("BRAVO", "SOL-USDT", 0.01m, 0.01m, 0.01m, 10m, 200_000m, 0.0002m, 0.0006m),
        ]),
        new(new("CHARLIE"), 70, 25,
        [
            L("CHARLIE", "BTC-USDT", 1m, 0.001m, 0.001m, 10m, 200m, -0.0001m, 0.0004m),
            L("CHARLIE", "ETH-USDT", 0.1m, 0.01m, 0.01m, 10m, 5_000m, -0.0001m, 0.0004m),
            L("CHARLIE", "SOL-USDT", 0.02m, 0.1m, 0.1m, 10m, 100_000m, -0.0001m, 0.0004m),
        ]),
    ];

    /// <summary>The instruments behind the default listings.</summary>
    public static IReadOnlyList<Instrument> Instruments { get; } =
    [
        new(new("BTC-USDT"), new("BTC"), new("USDT")), new(new("ETH-USDT"), new("ETH"), new("USDT")), new(new("SOL-USDT"), new("SOL"), new("USDT")),
    ];

    private static Listing L(string venue, string instrument, decimal tick, decimal lot, decimal minQty, decimal minNotional, decimal maxQty, decimal maker, decimal taker) =>
        new(new(venue), new(instrument), tick, lot, minQty, minNotional, maxQty, maker, taker);
}
