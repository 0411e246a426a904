using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Venues.Paper;

public sealed partial class PaperVenue : IMatchSink
{
    private readonly Dictionary<(AccountId, ClOrdId), PaperOrder> orders = [];
    private readonly Dictionary<AccountId, PaperWallet> wallets = [];
    private readonly Dictionary<AccountId, int> owners = [];
    private readonly Dictionary<AccountId, long> fillNos = [];
    private readonly Queue<(AccountId, ClOrdId)> ended = new();
    private readonly string epoch;
    private long execNo;

    /// <summary>Ended orders kept in memory; older ones are answered from the record.</summary>
    private const int EndedKept = 20_000;

    internal void New(VenueOrder request)
    {
        var key = (request.Account, request.ClOrdId);
        if (orders.ContainsKey(key) || IsRecorded(key))
        {
            // Not recorded: the order of that name is somebody else's truth.
            Refuse(request, PaperCodes.DuplicateClOrdId, $"clOrdId={request.ClOrdId}");
            return;
        }
        if (Find(request.Instrument) is not { } instrument)
        {
            Refuse(request, PaperCodes.InstrumentUnknown, $"instrument={request.Instrument}");
            return;
        }
        var order = new PaperOrder(request.Account, request.ClOrdId, $"{Spec.Venue}-{epoch}-{++execNo}", instrument.Listing, instrument.Instrument, request);
        orders[key] = order;
        if (Refusal(order) is var (code, text) && code is not null)
        {
            End(order, OrdStatus.Rejected, ExecType.Rejected, code, text);
            return;
        }
        var wallet = Wallet(request.Account);
        order.Locked = order.LockFor(request.OrderQty);
        wallet.Lock(order.LockAsset, order.Locked);
        order.Match = new MatchOrder
        {
            Id = ++number, Owner = OwnerOf(request.Account), Side = request.Side, PxTicks = instrument.Ticks(request.Px), Lots = instrument.Lots(request.OrderQty),
            Leaves = instrument.Lots(request.OrderQty), TimeInForce = request.TimeInForce, PostOnly = request.PostOnly, Tag = order,
        };
        var acknowledged = outbox.Count;
        var result = instrument.Engine.Submit(order.Match);
        instrument.Touch();
        if (result is MatchResult.PostOnlyWouldTake or MatchResult.FokUnfilled)
        {
            Unlock(order, order.Locked);
            End(order, OrdStatus.Rejected, ExecType.Rejected, result == MatchResult.PostOnlyWouldTake ? PaperCodes.PostOnly : PaperCodes.FokUnfilled, "");
            return;
        }
        // The acknowledgement leaves before the fills it led to.
        outbox.Insert(acknowledged, (order.Account, order.Report(NextExecId(), ExecType.New, Now) with { OrdStatus = OrdStatus.New, CumQty = 0m, LeavesQty = request.OrderQty }));
        rows.Add(PaperRows.Order(order));
        if (result is MatchResult.Canceled or MatchResult.SelfTrade)
        {
            End(order, OrdStatus.Canceled, ExecType.Canceled, null, result == MatchResult.SelfTrade ? "self-trade prevented: the taker's rest is canceled" : null);
        }
        else if (request.TimeInForce == TimeInForce.Gtd && request.ExpireTime is { } expiry && result == MatchResult.Rested)
        {
            later.Enqueue(() => Expire(order), (expiry.UtcTicks, ++number));
        }
    }

    internal void Cancel(VenueCancel request)
    {
        if (!orders.TryGetValue((request.Account, request.OrigClOrdId), out var order) || order.OrdStatus.IsTerminal())
        {
            Emit(request.Account, new ExecutionReport(Spec.Venue, request.Account, request.OrigClOrdId, order?.OrderId, NextExecId(), ExecType.CancelRejected,
                order?.OrdStatus ?? OrdStatus.Rejected, order?.Request.OrderQty ?? 0m, order?.CumQty ?? 0m, 0m, 0m, 0m, LastLiquidityInd.None, 0m, default, Now,
                PaperCodes.UnknownOrder, "no open order of that name"));
            return;
        }
        var instrument = instruments[order.Listing.Instrument];
        instrument.Engine.Cancel(order.Match!);
        instrument.Touch();
        End(order, OrdStatus.Canceled, ExecType.Canceled, null, null);
    }

    internal void Replace(VenueReplace request)
    {
        if (!orders.TryGetValue((request.Account, request.OrigClOrdId), out var order) || order.OrdStatus.IsTerminal())
        {
            Cancel(new VenueCancel(request.Account, request.OrigClOrdId, request.Venue));
            return;
        }
        var instrument = instruments[order.Listing.Instrument];
        var wanted = order.Request with { OrderQty = request.OrderQty, Px = request.Px };
        var rest = request.OrderQty - order.CumQty;
        var need = wanted.Side == Side.Buy ? rest * wanted.Px * (1m + Math.Max(0m, order.Listing.TakerFee)) : rest;
        var why = rest <= 0m ? $"qty={request.OrderQty} is not above cumQty={order.CumQty}"
            : !Steps.IsMultiple(request.Px, order.Listing.TickSize) ? $"px={request.Px}, tickSize={order.Listing.TickSize}"
            : order.Listing.Refusal(request.Px, request.OrderQty)
            ?? (need - order.Locked > Wallet(order.Account).Free(order.LockAsset) ? $"needs {need} {order.LockAsset}" : null);
        var code = PaperCodes.FilterFailure;
        if (why is null && order.Request.PostOnly && instrument.Engine.WouldTake(order.Request.Side, instrument.Ticks(request.Px)))
        {
            // The order works on as it was.
            (code, why) = (PaperCodes.PostOnly, $"px={request.Px} would take");
        }
        if (why is not null)
        {
            Emit(order.Account, order.Report(NextExecId(), ExecType.CancelRejected, Now) with { RejectCode = code, Text = why });
            return;
        }
        Wallet(order.Account).Lock(order.LockAsset, need - order.Locked);
        (order.Locked, order.Request) = (need, wanted);
        Emit(order.Account, order.Report(NextExecId(), ExecType.Replaced, Now));
        var result = instrument.Engine.Replace(order.Match!, instrument.Ticks(request.Px), instrument.Lots(request.OrderQty));
        instrument.Touch();
        rows.Add(PaperRows.Order(order));
        if (result is MatchResult.SelfTrade or MatchResult.Canceled)
        {
            End(order, OrdStatus.Canceled, ExecType.Canceled, null, result.ToString());
        }
    }

    /// <inheritdoc/>
    public void OnFill(MatchOrder match, long pxTicks, long lots, bool maker)
    {
        var order = (PaperOrder)match.Tag!;
        var instrument = instruments[order.Listing.Instrument];
        var (px, qty, now) = (instrument.Px(pxTicks), instrument.Qty(lots), Now);
        var fee = px * qty * (maker ? order.Listing.MakerFee : order.Listing.TakerFee);
        var wallet = Wallet(order.Account);
        var unlocked = order.Locked - order.LockFor(order.Request.OrderQty - order.CumQty - qty);
        Unlock(order, unlocked);
        order.CumQty += qty;
        order.OrdStatus = order.CumQty == order.Request.OrderQty ? OrdStatus.Filled : OrdStatus.PartiallyFilled;
        wallet.Add(order.Instrument.Base, qty * order.Request.Side.Sign());
        wallet.Add(order.Instrument.Quote, -(qty * px * order.Request.Side.Sign()) - fee);
        wallet.Trade(order.Listing.Instrument, qty * order.Request.Side.Sign());
        dirtyWallets.Add(order.Account);
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
            Forget(order);
        }
    }

    private void Expire(PaperOrder order)
    {
        if (!order.OrdStatus.IsTerminal())
        {
            instruments[order.Listing.Instrument].Engine.Cancel(order.Match!);
            instruments[order.Listing.Instrument].Touch();
            End(order, OrdStatus.Expired, ExecType.Expired, null, null);
        }
    }

    private void End(PaperOrder order, OrdStatus status, ExecType type, string? code, string? text)
    {
        Unlock(order, order.Match is null ? 0m : order.Locked);
        (order.OrdStatus, order.RejectCode, order.Text) = (status, code, text);
        rows.Add(PaperRows.Order(order));
        Emit(order.Account, order.Report(NextExecId(), type, Now));
        Forget(order);
    }

    private (string? Code, string? Text) Refusal(PaperOrder order)
    {
        var r = order.Request;
        if (faultDice.Hits(5, Faults.Reject))
        {
            return (PaperCodes.Injected, "a fault is switched on");
        }
        if (r.Px <= 0m || !Steps.IsMultiple(r.Px, order.Listing.TickSize))
        {
            return (PaperCodes.FilterFailure, $"px={r.Px}, tickSize={order.Listing.TickSize}");
        }
        if (order.Listing.Refusal(r.Px, r.OrderQty) is { } filter)
        {
            return (PaperCodes.FilterFailure, filter);
        }
        if (r.TimeInForce == TimeInForce.Gtd && (r.ExpireTime is not { } expiry || expiry <= Now))
        {
            return (PaperCodes.Expired, $"expireTime={r.ExpireTime:O}");
        }
        var wallet = Wallet(r.Account);
        var position = wallet.Position(r.Instrument);
        if (r.ReduceOnly && (position * r.Side.Sign() >= 0m || r.OrderQty > Math.Abs(position)))
        {
            return (PaperCodes.ReduceOnly, $"position={position}, qty={r.OrderQty}");
        }
        var need = order.LockFor(r.OrderQty);
        return need > wallet.Free(order.LockAsset) ? (PaperCodes.InsufficientBalance, $"needs {need} {order.LockAsset}, free {wallet.Free(order.LockAsset)}") : (null, null);
    }

    private void Refuse(VenueOrder r, string code, string text) =>
        Emit(r.Account, new ExecutionReport(Spec.Venue, r.Account, r.ClOrdId, null, NextExecId(), ExecType.Rejected, OrdStatus.Rejected, r.OrderQty, 0m, 0m, 0m, 0m,
            LastLiquidityInd.None, 0m, default, Now, code, text));

    private void Unlock(PaperOrder order, decimal amount)
    {
        Wallet(order.Account).Lock(order.LockAsset, -amount);
        order.Locked -= amount;
    }

    private void Forget(PaperOrder order)
    {
        ended.Enqueue((order.Account, order.ClOrdId));
        if (ended.Count > EndedKept)
        {
            orders.Remove(ended.Dequeue());
        }
    }

    private PaperWallet Wallet(AccountId account)
    {
        if (!wallets.TryGetValue(account, out var wallet))
        {
            wallets[account] = wallet = new PaperWallet();
        }
        return wallet;
    }

    private int OwnerOf(AccountId account)
    {
        if (!owners.TryGetValue(account, out var owner))
        {
            owners[account] = owner = owners.Count + 1;
        }
        return owner;
    }

    private string NextExecId() => $"{Spec.Venue}-{epoch}-{++execNo}";
}
