using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Matching;
using static System.FormattableString;

namespace Ems.Execution.Venues.Paper;

/// <summary>Commands: what the exchange checks, and what it answers. All of it on the loop.</summary>
public sealed partial class PaperVenue
{
    private readonly PaperOrderIndex orders = new();
    private readonly Dictionary<AccountId, PaperWallet> wallets = [];
    private readonly Dictionary<AccountId, int> owners = [];

    internal void New(VenueOrder request)
    {
        if (Status(request.Account, request.ClOrdId) is not null)
        {
            // Not recorded: the order of that name is somebody else's truth.
            Refuse(request, PaperCodes.DuplicateClOrdId, Invariant($"clOrdId={request.ClOrdId}"));
            return;
        }
        if (Find(request.Instrument) is not { } instrument)
        {
            Refuse(request, PaperCodes.InstrumentUnknown, Invariant($"instrument={request.Instrument}"));
            return;
        }
        var order = new PaperOrder(request.Account, request.ClOrdId, NextExecId(), instrument.Listing, instrument.Instrument, request);
        orders.Add(order);
        if (Refusal(order) is var (code, text) && code is not null)
        {
            End(order, OrdStatus.Rejected, ExecType.Rejected, code, text);
            return;
        }
        Lock(order, order.LockFor(request.OrderQty));
        order.Match = Matchable(order, instrument, request.PostOnly);
        var acknowledged = outbox.Count;
        var result = instrument.Engine.Submit(order.Match);
        instrument.Touch();
        if (result is MatchResult.PostOnlyWouldTake or MatchResult.FokUnfilled)
        {
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
        else if (result == MatchResult.Rested)
        {
            Watch(order);
        }
    }

    internal void Cancel(VenueCancel request)
    {
        if (orders.Find(request.Account, request.OrigClOrdId) is not { } order || order.OrdStatus.IsTerminal())
        {
            RefuseCancel(request.Account, request.OrigClOrdId);
            return;
        }
        TakeOut(order, OrdStatus.Canceled, ExecType.Canceled, null);
    }

    internal void Replace(VenueReplace request)
    {
        if (orders.Find(request.Account, request.OrigClOrdId) is not { } order || order.OrdStatus.IsTerminal())
        {
            RefuseCancel(request.Account, request.OrigClOrdId);
            return;
        }
        var instrument = instruments[order.Listing.Instrument];
        var wanted = order.Request with { OrderQty = request.OrderQty, Px = request.Px };
        var rest = request.OrderQty - order.CumQty;
        var need = order.LockFor(rest, request.Px);
        var (code, why) = rest <= 0m ? (PaperCodes.FilterFailure, Invariant($"qty={request.OrderQty} is not above cumQty={order.CumQty}"))
            : ShapeRefusal(wanted, order) is { } shape ? (PaperCodes.FilterFailure, shape)
            : wanted.ReduceOnly && rest > Reducible(order) ? (PaperCodes.ReduceOnly, Invariant($"reducible={Reducible(order)}, leaves={rest}"))
            : need - order.Locked > Wallet(order.Account).Free(order.LockAsset) ? (PaperCodes.InsufficientBalance, Invariant($"needs {need} {order.LockAsset}"))
            : wanted.PostOnly && instrument.Engine.WouldTake(wanted.Side, instrument.Ticks(request.Px)) ? (PaperCodes.PostOnly, Invariant($"px={request.Px} would take"))
            : (null, null);
        if (code is not null)
        {
            // The order works on as it was.
            Emit(order.Account, order.Report(NextExecId(), ExecType.CancelRejected, Now) with { RejectCode = code, Text = why });
            return;
        }
        Lock(order, need - order.Locked);
        order.Request = wanted;
        Emit(order.Account, order.Report(NextExecId(), ExecType.Replaced, Now));
        var result = instrument.Engine.Replace(order.Match!, instrument.Ticks(request.Px), instrument.Lots(request.OrderQty));
        instrument.Touch();
        rows.Add(PaperRows.Order(order));
        if (result is MatchResult.SelfTrade)
        {
            End(order, OrdStatus.Canceled, ExecType.Canceled, null, "self-trade prevented: the taker's rest is canceled");
        }
    }

    private (string? Code, string? Text) Refusal(PaperOrder order)
    {
        var r = order.Request;
        if (dice.Hits(PaperDraw.Reject, Faults.Reject))
        {
            return (PaperCodes.Injected, "a fault is switched on");
        }
        if (ShapeRefusal(r, order) is { } shape)
        {
            return (PaperCodes.FilterFailure, shape);
        }
        if (r.TimeInForce == TimeInForce.Gtd && (r.ExpireTime is not { } expiry || expiry <= Now))
        {
            return (PaperCodes.Expired, Invariant($"expireTime={r.ExpireTime:O}"));
        }
        if (r.ReduceOnly && r.OrderQty > Reducible(order))
        {
            return (PaperCodes.ReduceOnly, Invariant($"reducible={Reducible(order)}, qty={r.OrderQty}"));
        }
        var (need, free) = (order.LockFor(r.OrderQty), Wallet(r.Account).Free(order.LockAsset));
        return need > free ? (PaperCodes.InsufficientBalance, Invariant($"needs {need} {order.LockAsset}, free {free}")) : (null, null);
    }

    /// <summary>Why an order of this shape is nonsense here, or null.</summary>
    private static string? ShapeRefusal(VenueOrder r, PaperOrder order) =>
        r.Side is not (Side.Buy or Side.Sell) ? Invariant($"side={r.Side}")
        : r.TimeInForce is not (TimeInForce.Gtc or TimeInForce.Ioc or TimeInForce.Fok or TimeInForce.Gtd) ? Invariant($"timeInForce={r.TimeInForce}")
        : r.Px <= 0m || !Steps.IsMultiple(r.Px, order.Listing.TickSize) ? Invariant($"px={r.Px}, tickSize={order.Listing.TickSize}")
        : order.Listing.Refusal(r.Px, r.OrderQty);

    private void Refuse(VenueOrder r, string code, string text) =>
        Emit(r.Account, new ExecutionReport(Spec.Venue, r.Account, r.ClOrdId, null, NextExecId(), ExecType.Rejected, OrdStatus.Rejected, r.OrderQty, 0m, 0m, 0m, 0m,
            LastLiquidityInd.None, 0m, default, Now, code, text));

    /// <summary>There is no open order of that name; says what became of it when the venue knows.</summary>
    private void RefuseCancel(AccountId account, ClOrdId id)
    {
        var word = Status(account, id) ?? new ExecutionReport(Spec.Venue, account, id, null, NextExecId(), ExecType.CancelRejected, OrdStatus.Rejected, 0m, 0m, 0m, 0m, 0m,
            LastLiquidityInd.None, 0m, default, Now);
        Emit(account, word with { ExecType = ExecType.CancelRejected, RejectCode = PaperCodes.UnknownOrder, Text = "no open order of that name" });
    }

    /// <summary>Our order as the engine takes it. A market order never rests, whatever it says.</summary>
    private MatchOrder Matchable(PaperOrder order, PaperInstrument instrument, bool postOnly) => new()
    {
        Id = ++number, Owner = OwnerOf(order.Account), Side = order.Request.Side, PxTicks = instrument.Ticks(order.Request.Px), Lots = instrument.Lots(order.Request.OrderQty),
        Leaves = instrument.Lots(order.LeavesQty), PostOnly = postOnly, Tag = order,
        TimeInForce = order.Request is { OrdType: OrdType.Market, TimeInForce: not TimeInForce.Fok } ? TimeInForce.Ioc : order.Request.TimeInForce,
    };

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
}
