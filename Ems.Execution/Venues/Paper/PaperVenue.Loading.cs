using System.Globalization;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.Paper;

/// <summary>What the exchange remembers: the way back after a restart, and the answers to questions.</summary>
public sealed partial class PaperVenue
{
    private readonly long opening;
    private long execNo;

    internal void Credit(AccountId account, Money amount, string reference, Action<Exception?> done)
    {
        if (store.ClaimDeposit(reference))
        {
            Wallet(account).Add(amount.Asset, amount.Amount);
            dirtyWallets.Add(account);
            rows.Add(PaperRows.Deposit(Spec.Venue, account, amount, reference));
        }
        answers.Add(done);
    }

    internal ExecutionReport? Status(AccountId account, ClOrdId id) =>
        orders.Find(account, id) is { } order ? order.Report(NextExecId(), ExecType.OrderStatus, Now)
        : orders.RecordKnowsMore ? Recorded(account, id) : null;

    internal IReadOnlyList<ExecutionReport> Open(AccountId account) => [.. orders.Open(account).Select(o => o.Report(NextExecId(), ExecType.OrderStatus, Now))];

    internal IReadOnlyList<Money> Balances(AccountId account) => [.. Wallet(account).All.Select(a => new Money(a.Total, a.Asset))];

    /// <summary>Any thread.</summary>
    internal IReadOnlyList<(long, ExecutionReport)> Fills(AccountId account, long after, int max) => store.Query(
        "SELECT fill_no, exec_id, clordid, order_id, qty, px, order_qty, cum, liquidity, commission, currency, time FROM fills WHERE venue=@a AND account=@b AND fill_no>@c ORDER BY fill_no LIMIT @d",
        [Spec.Venue.Value, account.Value, after, max], r => PaperRows.ReadFill(Spec.Venue, account, r));

    /// <summary>Unique at this venue for ever: the opening is counted in the record, the number within it here.</summary>
    private string NextExecId() => string.Create(CultureInfo.InvariantCulture, $"{Spec.Venue}-{opening}-{++execNo}");

    private ExecutionReport? Recorded(AccountId account, ClOrdId id) => record.Query(
        $"SELECT {PaperRows.OrderColumns} FROM orders WHERE venue=@a AND account=@b AND clordid=@c", [Spec.Venue.Value, account.Value, id.Value], r =>
        {
            var o = PaperRows.ReadOrder(Spec.Venue, r);
            var (status, cum) = (Enum.Parse<OrdStatus>(r.GetString(8)), PaperExchangeStore.Number(r.GetString(7)));
            return new ExecutionReport(Spec.Venue, account, id, r.GetString(2), NextExecId(), ExecType.OrderStatus, status, o.OrderQty, cum, status.IsTerminal() ? 0m : o.OrderQty - cum,
                0m, 0m, LastLiquidityInd.None, 0m, default, Now, r.IsDBNull(12) ? null : r.GetString(12), r.IsDBNull(13) ? null : r.GetString(13));
        }).FirstOrDefault();

    /// <summary>After a restart: money, fill numbers and open orders, which go to the back of their queues.</summary>
    private void Load()
    {
        string venue = Spec.Venue.Value;
        foreach (var (account, asset, total) in record.Query("SELECT account, asset, total FROM balances WHERE venue=@a", [venue],
            r => (new AccountId(r.GetString(0)), new Asset(r.GetString(1)), PaperExchangeStore.Number(r.GetString(2)))))
        {
            Wallet(account).Load(asset, total);
        }
        foreach (var (account, instrument, qty) in record.Query("SELECT account, instrument, qty FROM positions WHERE venue=@a", [venue],
            r => (new AccountId(r.GetString(0)), new InstrumentId(r.GetString(1)), PaperExchangeStore.Number(r.GetString(2)))))
        {
            Wallet(account).Load(instrument, qty);
        }
        foreach (var (account, no) in record.Query("SELECT account, MAX(fill_no) FROM fills WHERE venue=@a GROUP BY account", [venue], r => (new AccountId(r.GetString(0)), r.GetInt64(1))))
        {
            fillNos[account] = no;
        }
        orders.RecordKnowsMore = record.Query("SELECT 1 FROM orders WHERE venue=@a LIMIT 1", [venue], _ => true).Count > 0;
        // Among themselves they keep the order they came in.
        foreach (var (request, id, cum) in record.Query($"SELECT {PaperRows.OrderColumns} FROM orders WHERE venue=@a AND status IN ('New','PartiallyFilled')", [venue],
            r => (Request: PaperRows.ReadOrder(Spec.Venue, r), OrderId: r.GetString(2), Cum: PaperExchangeStore.Number(r.GetString(7)))).OrderBy(o => Age(o.OrderId)))
        {
            Reopen(request, id, cum);
        }
    }

    private static (long Opening, long Number) Age(string orderId) =>
        orderId.Split('-') is [.., var opening, var no] && long.TryParse(opening, CultureInfo.InvariantCulture, out var o) && long.TryParse(no, CultureInfo.InvariantCulture, out var n) ? (o, n) : (0, 0);

    private void Reopen(VenueOrder request, string orderId, decimal cum)
    {
        var instrument = instruments[request.Instrument];
        var order = new PaperOrder(request.Account, request.ClOrdId, orderId, instrument.Listing, instrument.Instrument, request)
        {
            CumQty = cum, OrdStatus = cum > 0m ? OrdStatus.PartiallyFilled : OrdStatus.New,
        };
        order.Locked = order.LockFor(order.LeavesQty);
        Wallet(request.Account).Lock(order.LockAsset, order.Locked);
        // It was accepted before: post-only has done its work.
        order.Match = Matchable(order, instrument, postOnly: false);
        orders.Add(order);
        instrument.Engine.Submit(order.Match);
        Watch(order);
    }
}
