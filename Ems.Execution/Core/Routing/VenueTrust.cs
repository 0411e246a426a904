using System.Globalization;

namespace Ems.Execution.Core.Routing;

/// <summary>
/// How a venue has behaved lately: time to acknowledge, share of orders it refused, share of time its market data was stale. Averages
/// whose weights fall by e every <see cref="MemorySeconds"/>, so a venue that behaves again is trusted again. A model: doubles.
/// </summary>
/// <param name="AckMs">Mean time from sending to the first report, ms.</param>
/// <param name="RejectShare">Share of sent orders that were refused by the venue or left in doubt: 0 to 1.</param>
/// <param name="StaleShare">Share of looks at which its book was stale: 0 to 1.</param>
/// <param name="OrdersWeight">Weight of the orders behind the first two.</param>
/// <param name="LooksWeight">Weight of the looks behind the third.</param>
/// <param name="OrderAt">When the last order was counted.</param>
/// <param name="LookAt">When the last look was counted.</param>
public sealed record VenueTrust(double AckMs, double RejectShare, double StaleShare, double OrdersWeight, double LooksWeight, DateTimeOffset OrderAt, DateTimeOffset LookAt)
{
    /// <summary>Time in which what was seen counts e times less.</summary>
    public const double MemorySeconds = 300;
    /// <summary>Cost of one refusal or of a stale price, basis points: the slice has to be sent again, elsewhere and later.</summary>
    public const double MissBps = 10;
    /// <summary>Orders' worth of good behaviour assumed of a venue nothing is known of.</summary>
    private const double Prior = 20;
    /// <summary>Share of the price's move while waiting that is expected to be against us: the mean of the positive half of a normal.</summary>
    private const double AgainstUs = 0.399;
    /// <summary>Volatility assumed when none is known, basis points per square root of an hour.</summary>
    private const double UsualVolatilityBps = 60;

    /// <summary>A venue nothing is known of.</summary>
    public static readonly VenueTrust Unknown = new(0, 0, 0, 0, 0, DateTimeOffset.MinValue, DateTimeOffset.MinValue);

    /// <summary>After an order whose first answer came after <paramref name="ackMs"/>; <paramref name="refused"/>: by the venue, for no fault of the order's.</summary>
    public VenueTrust WithOrder(double ackMs, bool refused, DateTimeOffset now)
    {
        var weight = OrdersWeight * Decay(OrderAt, now);
        return this with
        {
            AckMs = ((AckMs * weight) + Math.Max(0, ackMs)) / (weight + 1), RejectShare = ((RejectShare * weight) + (refused ? 1 : 0)) / (weight + 1),
            OrdersWeight = weight + 1, OrderAt = now > OrderAt ? now : OrderAt,
        };
    }

    /// <summary>After a look at its market data; looks less than a second apart count once.</summary>
    public VenueTrust WithLook(bool stale, DateTimeOffset now)
    {
        if (now - LookAt < TimeSpan.FromSeconds(1))
        {
            return this;
        }
        var weight = LooksWeight * Decay(LookAt, now);
        return this with { StaleShare = ((StaleShare * weight) + (stale ? 1 : 0)) / (weight + 1), LooksWeight = weight + 1, LookAt = now };
    }

    /// <summary>
    /// Expected cost of sending there now, basis points, and why: 0.4 of the price's deviation over the time to acknowledge or confirm,
    /// and <see cref="MissBps"/> for the share of refusals and of stale looks. What is not heard of again fades to nothing.
    /// </summary>
    /// <param name="volatilityBps">Basis points per square root of an hour, or null when not known.</param>
    /// <param name="confirmation">Time a pool needs on top.</param>
    public (decimal Bps, string? Because) Penalty(decimal? volatilityBps, DateTimeOffset now, TimeSpan confirmation = default)
    {
        var (orders, looks) = (OrdersWeight * Decay(OrderAt, now), LooksWeight * Decay(LookAt, now));
        var (known, seen) = (orders / (orders + Prior), looks / (looks + Prior));
        var waitMs = (AckMs * (orders > 0 ? orders / (orders + 1) : 0)) + confirmation.TotalMilliseconds;
        var delay = AgainstUs * (double)(volatilityBps ?? (decimal)UsualVolatilityBps) * Math.Sqrt(waitMs / 3_600_000);
        var (refusals, stale) = (RejectShare * known, StaleShare * seen);
        var bps = Math.Round((decimal)(delay + (MissBps * (refusals + stale))), 2);
        if (bps <= 0m)
        {
            return (0m, null);
        }
        var why = new List<string>(3);
        if (waitMs >= 1)
        {
            why.Add(string.Create(CultureInfo.InvariantCulture, $"{waitMs:0} ms to {(confirmation > TimeSpan.Zero ? "confirm" : "acknowledge")}"));
        }
        if (refusals >= 0.001)
        {
            why.Add(string.Create(CultureInfo.InvariantCulture, $"{RejectShare * 100:0.#} % refused"));
        }
        if (stale >= 0.001)
        {
            why.Add(string.Create(CultureInfo.InvariantCulture, $"stale {StaleShare * 100:0.#} % of the time"));
        }
        return (bps, why.Count > 0 ? string.Join(", ", why) : "delay");
    }

    private static double Decay(DateTimeOffset then, DateTimeOffset now) =>
        then == DateTimeOffset.MinValue ? 0 : Math.Exp(-Math.Max(0, (now - then).TotalSeconds) / MemorySeconds);
}
