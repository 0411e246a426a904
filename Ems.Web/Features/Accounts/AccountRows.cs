using Ems.Execution.Core.Ledger;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Accounts;

/// <summary>Balances, positions and limits to rows.</summary>
internal static class AccountRows
{
    /// <summary>A balance.</summary>
    public static BalanceRow Row(VenueBalance b) => new(b.Venue.Value, b.Asset.Code, b.Total, b.Held, b.Free);

    /// <summary>A position, marked at the consolidated mid; no mark while the market is not fresh.</summary>
    public static PositionRow Row(Position p, MarketDataHub market)
    {
        var mark = Mid(market, p.Instrument);
        return new(p.Instrument.Value, p.Qty, p.AvgCost, mark, p.RealizedPnl, p.Qty * (mark - p.AvgCost));
    }

    /// <summary>Middle of the best prices over the fresh venues, or null.</summary>
    public static decimal? Mid(MarketDataHub market, InstrumentId instrument) =>
        market.FreshBooks(instrument) is { Count: > 0 } books ? new MarketView(instrument, books, null, null, null).Mid : null;

    /// <summary>Limits.</summary>
    public static LimitsRow Row(RiskLimits l) => new(l.MaxOrderNotional, l.MaxChildNotional, l.MaxDayNotional, l.PriceCollarBps, l.MaxOpenParents, l.MaxOpenChildren,
        l.MaxMessagesPerSecond, l.MaxOrderQty.ToDictionary(x => x.Key.Value, x => x.Value), [.. l.Instruments.Select(i => i.Value)], [.. l.Venues.Select(v => v.Value)],
        l.Submission.ToString(), l.PublicSubmission.ToString());
}
