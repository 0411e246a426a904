using Ems.Execution.Core.Analytics;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Costs;

/// <summary>What a column holds: text, a decimal, a time, or a count.</summary>
internal enum ColumnKind { Text = 1, Number, Time }

/// <summary>A column of an export.</summary>
internal sealed record Column<TRow>(string Name, ColumnKind Kind, Func<TRow, object?> Value);

/// <summary>The columns of the exports, one list for CSV and Parquet. Amounts in the quote currency and exact; basis points rounded to twelve digits after the point.</summary>
internal static class CostTable
{
    private const int BpsDecimals = 12;
    private static readonly string[] HorizonNames = ["1s", "10s", "1min", "5min"];

    /// <summary>One line per order.</summary>
    public static IReadOnlyList<Column<OrderCost>> Orders(Func<OrderCost, string> currency) =>
    [
        Text<OrderCost>("cl_ord_id", o => o.ClOrdId.Value), Text<OrderCost>("instrument", o => o.Instrument.Value), Text("currency", currency),
        Text<OrderCost>("side", o => o.Side.ToString()), Text<OrderCost>("strategy", o => o.Strategy), Text<OrderCost>("trader", o => o.Trader),
        Time<OrderCost>("decided_at", o => o.DecidedAt), Time<OrderCost>("started_at", o => o.StartedAt), Time<OrderCost>("ended_at", o => o.EndedAt),
        Number<OrderCost>("order_qty", o => o.OrderQty), Number<OrderCost>("cum_qty", o => o.CumQty), Price<OrderCost>("avg_px", o => o.AvgPx),
        Number<OrderCost>("decision_mid", o => o.DecisionMid), Number<OrderCost>("arrival_mid", o => o.Benchmarks.Arrival),
        Price<OrderCost>("interval_vwap", o => o.Benchmarks.IntervalVwap), Price<OrderCost>("interval_twap", o => o.Benchmarks.IntervalTwap),
        Number<OrderCost>("close_mid", o => o.Benchmarks.Close), Number<OrderCost>("notional", o => o.Notional),
        .. Split<OrderCost>(o => o.Split),
        Bps<OrderCost>("total_bps", o => o.Bps()?.Total), Bps<OrderCost>("arrival_slippage_bps", o => o.Slippage.ArrivalBps),
        Bps<OrderCost>("vwap_slippage_bps", o => o.Slippage.VwapBps), Bps<OrderCost>("twap_slippage_bps", o => o.Slippage.TwapBps),
        Bps<OrderCost>("close_slippage_bps", o => o.Slippage.CloseBps),
        .. HorizonNames.Select((name, h) => Bps<OrderCost>($"mark_out_{name}_bps", o => o.MarkOuts[h].Bps.Mean)),
        Text<OrderCost>("missing", o => string.Join(' ', o.Missing)),
    ];

    /// <summary>One line per fill of one order.</summary>
    public static IReadOnlyList<Column<FillCostRow>> Fills { get; } =
    [
        Text<FillCostRow>("exec_id", f => f.ExecId), Text<FillCostRow>("venue", f => f.Venue), Time<FillCostRow>("time", f => f.Time),
        Text<FillCostRow>("liquidity", f => f.Liquidity), Number<FillCostRow>("qty", f => f.Qty), Number<FillCostRow>("px", f => f.Px),
        Number<FillCostRow>("fee", f => f.Fee), Number<FillCostRow>("send_bid", f => f.AtSend?.Bid), Number<FillCostRow>("send_ask", f => f.AtSend?.Ask),
        Number<FillCostRow>("fill_bid", f => f.AtFill?.Bid), Number<FillCostRow>("fill_ask", f => f.AtFill?.Ask),
        .. Split<FillCostRow>(f => f.Split),
        .. HorizonNames.Select((name, h) => Bps<FillCostRow>($"mark_out_{name}_bps", f => f.MarkOutBps[h])),
    ];

    private static IEnumerable<Column<T>> Split<T>(Func<T, CostSplit?> split) =>
    [
        .. default(CostSplit).Parts().Select((part, i) => Number<T>(part.Name.ToLowerInvariant(), row => split(row)?.Parts()[i].Value)),
        Number<T>("total", row => split(row)?.Total),
    ];

    private static Column<T> Text<T>(string name, Func<T, string> value) => new(name, ColumnKind.Text, row => value(row));

    private static Column<T> Time<T>(string name, Func<T, DateTimeOffset?> value) => new(name, ColumnKind.Time, row => value(row));

    private static Column<T> Number<T>(string name, Func<T, decimal?> value) => new(name, ColumnKind.Number, row => value(row));

    private static Column<T> Bps<T>(string name, Func<T, decimal?> value) => Number<T>(name, row => value(row) is { } v ? decimal.Round(v, BpsDecimals) : null);

    /// <summary>A quotient, which no decimal holds to the end.</summary>
    private static Column<T> Price<T>(string name, Func<T, decimal?> value) => Bps(name, value);
}
