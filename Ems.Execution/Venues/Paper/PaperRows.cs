using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Microsoft.Data.Sqlite;
using static Ems.Execution.Venues.Paper.PaperExchangeStore;

namespace Ems.Execution.Venues.Paper;

/// <summary>What the exchange writes and reads of its record.</summary>
internal static class PaperRows
{
    /// <summary>Bits of the column post_only (FIX 18, ExecInst).</summary>
    private const int PostOnly = 1, ReduceOnly = 2;

    public static Row Order(PaperOrder o) => new(
        """
        INSERT INTO orders VALUES (@a,@b,@c,@d,@e,@f,@g,@h,@i,@j,@k,@l,@m,@n,@o)
        ON CONFLICT(venue,account,clordid) DO UPDATE SET px=@g, qty=@h, cum=@i, status=@j, code=@n, text=@o
        """,
        [o.Listing.Venue.Value, o.Account.Value, o.ClOrdId.Value, o.OrderId, o.Listing.Instrument.Value, (int)o.Request.Side, Text(o.Request.Px), Text(o.Request.OrderQty),
            Text(o.CumQty), o.OrdStatus.ToString(), (int)o.Request.TimeInForce, (o.Request.PostOnly ? PostOnly : 0) + (o.Request.ReduceOnly ? ReduceOnly : 0), o.Request.ExpireTime?.UtcTicks, o.RejectCode, o.Text]);

    public static Row Fill(PaperOrder o, long fillNo, ExecutionReport r) => new(
        "INSERT INTO fills VALUES (@a,@b,@c,@d,@e,@f,@g,@h,@i,@j,@k,@l,@m,@n,@o,@p)",
        [o.Listing.Venue.Value, o.Account.Value, fillNo, r.ExecId, o.ClOrdId.Value, o.OrderId, o.Listing.Instrument.Value, (int)o.Request.Side, Text(r.LastQty), Text(r.LastPx),
            Text(r.OrderQty), Text(r.CumQty), (int)r.LastLiquidityInd, Text(r.Commission), r.CommCurrency.Code, r.TransactTime.UtcTicks]);

    public static Row Balance(VenueId venue, AccountId account, Asset asset, decimal total) => new(
        "INSERT INTO balances VALUES (@a,@b,@c,@d) ON CONFLICT(venue,account,asset) DO UPDATE SET total=@d",
        [venue.Value, account.Value, asset.Code, Text(total)]);

    public static Row Position(VenueId venue, AccountId account, InstrumentId instrument, decimal qty) => new(
        "INSERT INTO positions VALUES (@a,@b,@c,@d) ON CONFLICT(venue,account,instrument) DO UPDATE SET qty=@d",
        [venue.Value, account.Value, instrument.Value, Text(qty)]);

    public static Row Deposit(VenueId venue, AccountId account, Money amount, string reference) => new(
        "INSERT INTO deposits VALUES (@a,@b,@c,@d,@e)", [reference, venue.Value, account.Value, amount.Asset.Code, Text(amount.Amount)]);

    public const string OrderColumns = "account, clordid, order_id, instrument, side, px, qty, cum, status, tif, post_only, expire, code, text";

    public static VenueOrder ReadOrder(VenueId venue, SqliteDataReader r) => new(new(r.GetString(0)), new(r.GetString(1)), venue, new(r.GetString(3)), (Side)r.GetInt32(4), OrdType.Limit,
        Number(r.GetString(6)), Number(r.GetString(5)), (TimeInForce)r.GetInt32(9), (r.GetInt32(10) & PostOnly) != 0, (r.GetInt32(10) & ReduceOnly) != 0, r.IsDBNull(11) ? null : new DateTimeOffset(r.GetInt64(11), TimeSpan.Zero));

    public static (long, ExecutionReport) ReadFill(VenueId venue, AccountId account, SqliteDataReader r)
    {
        var (orderQty, cum) = (Number(r.GetString(6)), Number(r.GetString(7)));
        return (r.GetInt64(0), new(venue, account, new(r.GetString(2)), r.GetString(3), r.GetString(1), ExecType.Trade, cum == orderQty ? OrdStatus.Filled : OrdStatus.PartiallyFilled,
            orderQty, cum, orderQty - cum, Number(r.GetString(4)), Number(r.GetString(5)), (LastLiquidityInd)r.GetInt32(8), Number(r.GetString(9)), new(r.GetString(10)),
            new DateTimeOffset(r.GetInt64(11), TimeSpan.Zero)));
    }
}
