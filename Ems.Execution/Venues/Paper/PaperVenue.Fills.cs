using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Matching;
using static System.FormattableString;

namespace Ems.Execution.Venues.Paper;

/// <summary>What happens to orders after they are taken: fills, ends, and what they lock meanwhile.</summary>
public sealed partial class PaperVenue : IMatchSink
{
    private readonly Dictionary<AccountId, long> fillNos = [];
    private readonly HashSet<PaperOrder> reduceOnlyOpen = [];
    private readonly HashSet<(AccountId Account, InstrumentId Instrument)> positionsMoved = [];

    /// <inheritdoc/>
    public void OnFill(MatchOrder order, long pxTicks, long lots, bool maker)
    {
        ArgumentNullException.ThrowIfNull(order);
        Fill((PaperOrder)order.Tag!, pxTicks, lots, maker);
    }

    private void Fill(PaperOrder order, long pxTicks, long lots, bool maker)
    {
        var instrument = instruments[order.Listing.Instrument];
        var (px, qty, now, sign) = (instrument.Px(pxTicks), instrument.Qty(lots), Now, order.Request.Side.Sign());
        var fee = px * qty * (maker ? order.Listing.MakerFee : order.Listing.TakerFee);
        var wallet = Wallet(order.Account);
        Lock(order, order.LockFor(order.LeavesQty - qty) - order.Locked);
        order.CumQty += qty;
        order.OrdStatus = order.CumQty == order.Request.OrderQty ? OrdStatus.Filled : OrdStatus.PartiallyFilled;
        wallet.Add(order.Instrument.Base, qty * sign);
        wallet.Add(order.Instrument.Quote, -(qty * px * sign) - fee);
        wallet.Trade(order.Listing.Instrument, qty * sign);
        dirtyWallets.Add(order.Account);
        if (reduceOnlyOpen.Count > 0)
        {
            positionsMoved.Add((order.Account, order.Listing.Instrument));
        }
        var fillNo = fillNos[order.Account] = fillNos.GetValueOrDefault(order.Account) + 1;
        var report = order.Report(NextExecId(), ExecType.Trade, now, qty, px, maker ? LastLiquidityInd.Added : LastLiquidityInd.Removed, fee);
        rows.Add(PaperRows.Fill(order, fillNo, report));
        rows.Add(PaperRows.Order(order));
        Emit(order.Account, report);
        if (!maker)
        {
            instrument.Print(px, qty, order.Request.Side, now);
        }
        instrument.Touch();
        if (order.OrdStatus == OrdStatus.Filled)
        {
            Ended(order);
        }
    }

    private void Ended(PaperOrder order)
    {
        orders.Close(order);
        reduceOnlyOpen.Remove(order);
        endedNow.Add(order);
    }

    /// <summary>A resting order that may have to end by itself.</summary>
    private void Watch(PaperOrder order)
    {
        if (order.Request.ReduceOnly)
        {
            reduceOnlyOpen.Add(order);
        }
        if (order.Request is { TimeInForce: TimeInForce.Gtd, ExpireTime: { } expiry })
        {
            Enqueue(expiry.UtcTicks, () =>
            {
                if (!order.OrdStatus.IsTerminal())
                {
                    TakeOut(order, OrdStatus.Expired, ExecType.Expired, null);
                }
            });
        }
    }

    /// <summary>Ends a resting order.</summary>
    private void TakeOut(PaperOrder order, OrdStatus status, ExecType type, string? text)
    {
        var instrument = instruments[order.Listing.Instrument];
        instrument.Engine.Cancel(order.Match!);
        instrument.Touch();
        End(order, status, type, null, text);
    }

    private void End(PaperOrder order, OrdStatus status, ExecType type, string? code, string? text)
    {
        Lock(order, -order.Locked);
        (order.OrdStatus, order.RejectCode, order.Text) = (status, code, text);
        rows.Add(PaperRows.Order(order));
        Emit(order.Account, order.Report(NextExecId(), type, Now));
        Ended(order);
    }

    private void Lock(PaperOrder order, decimal more)
    {
        Wallet(order.Account).Lock(order.LockAsset, more);
        order.Locked += more;
    }

    /// <summary>What a reduce-only order may still have: the position it works against, less what other reduce-only orders would already close.</summary>
    private decimal Reducible(PaperOrder order)
    {
        var position = Wallet(order.Account).Position(order.Listing.Instrument);
        return position * order.Request.Side.Sign() >= 0m ? 0m
            : Math.Abs(position) - ReduceOnly(order.Account, order.Listing.Instrument).Where(o => o != order && o.Request.Side == order.Request.Side).Sum(o => o.LeavesQty);
    }

    private IEnumerable<PaperOrder> ReduceOnly(AccountId account, InstrumentId instrument) =>
        reduceOnlyOpen.Where(o => o.Account == account && o.Listing.Instrument == instrument);

    /// <summary>A position that shrank leaves reduce-only orders too large: the newest ones go. Not inside the engine's own walk.</summary>
    private void TrimReduceOnly()
    {
        if (positionsMoved.Count == 0)
        {
            return;
        }
        foreach (var (account, instrument) in positionsMoved)
        {
            var position = Wallet(account).Position(instrument);
            var left = Math.Abs(position);
            foreach (var order in ReduceOnly(account, instrument).OrderBy(o => o.Match!.Id).ToList())
            {
                left -= order.LeavesQty;
                if (left < 0m || position * order.Request.Side.Sign() >= 0m)
                {
                    left += order.LeavesQty;
                    TakeOut(order, OrdStatus.Canceled, ExecType.Canceled, Invariant($"reduce-only: the position is {position} now"));
                }
            }
        }
        positionsMoved.Clear();
    }
}
