using Ems.Execution.Core.Ledger;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Core.Accounts;

public sealed partial class AccountState
{
    /// <summary>Folds one event in.</summary>
    /// <exception cref="InvalidOperationException">The event cannot follow this state; then nothing of it was applied to the order it is about.</exception>
    public void Apply(AccountEvent e)
    {
        switch (e)
        {
            case AccountOpened x:
                (Account, Name, Limits, Seed) = (x.Account, x.Name, x.Limits, x.Seed);
                break;
            case Deposited x:
                if (deposits.Add(x.Reference))
                {
                    Ledger.Transfer(new(Bucket.Funding, x.Venue, x.Asset), new(Bucket.Cash, x.Venue, x.Asset), x.Amount);
                }
                break;
            case ParentReceived x:
                bodyHashes.Add(x.Spec.ClOrdId, x.BodyHash);
                liveParents.Add(x.Spec.ClOrdId);
                Join(x);
                Put(new(x.Spec, x.BodyHash, x.Seed, x.Actor, x.Time, x.Adjustments) { Group = x.Group });
                break;
            case ParentDenied x:
                End(parents[x.ClOrdId], OrdStatus.Rejected, x.Denial.Code.ToString(), x.Denial.Text, x.Time);
                break;
            case ParentAccepted x:
                Accept(x);
                break;
            case ParentActivated x:
                Put(parents[x.ClOrdId] with { StartedAt = x.Time, ArrivalPx = x.ArrivalPx, Memory = x.Memory });
                break;
            case AlgoDecided x:
                Decide(x);
                break;
            case ChildReported x:
                Report(x.Report);
                break;
            case ChildDoubted x:
                Change(x.Child, new OrderInDoubt(x.Why));
                break;
            case ChildrenCancelAsked x:
                foreach (var child in x.Children)
                {
                    Change(child, new OrderCancelAsked());
                }
                break;
            case ParentCancelAsked x:
                Put(parents[x.ClOrdId] with { CancelRequested = true, CancelActor = x.Actor, OrdStatus = OrdStatus.PendingCancel });
                break;
            case ParentPaused x:
                Put(parents[x.ClOrdId] with { OrdStatus = OrdStatus.Suspended, PausedBy = x.Actor });
                break;
            case ParentResumed x:
                Put(Running(parents[x.ClOrdId] with { OrdStatus = OrdStatus.New }));
                break;
            case ParentReplaced x:
                var p = parents[x.ClOrdId] with { Spec = x.Spec, Version = x.Version, HoldRate = x.HoldRate };
                Count(x.AddedNotional, x.Time);
                Put(Running(p with { Hold = HoldOf(p) }));
                break;
            case ParentEnded x:
                End(parents[x.ClOrdId], x.OrdStatus, x.Code, x.Text, x.Time);
                unclosed.Add(x.ClOrdId);
                break;
            case ParentClosed x:
                unclosed.Remove(x.ClOrdId);
                break;
            case RecurringSet x:
                recurring[x.Spec.ClOrdId] = x;
                bodyHashes[x.Spec.ClOrdId] = x.BodyHash;
                break;
            case RecurringRemoved x:
                recurring.Remove(x.ClOrdId);
                break;
            case LimitsSet x:
                Limits = x.Limits;
                break;
            case KillSwitchSet { Instrument: { } instrument } x:
                instrumentKills[instrument] = x.Level;
                break;
            case KillSwitchSet x:
                AccountKill = x.Level;
                break;
            case FillsReconciled x:
                fillCursors[x.Venue] = x.FillNo;
                break;
            case BalanceAdjusted x:
                Ledger.Transfer(new(Bucket.Adjustment, x.Venue, x.Asset), new(Bucket.Cash, x.Venue, x.Asset), x.Amount);
                break;
            case AnomalyRecorded x:
                execIds.Add((x.Report.Venue, x.Report.ExecId));
                break;
            case KillSwitchProved:
                break;
            case GroupEvent x:
                Apply(x);
                break;
            default:
                throw new InvalidOperationException($"{e.GetType().Name} is no event of an account.");
        }
    }

    private void Accept(ParentAccepted x)
    {
        Count(x.Notional, x.Time);
        var p = parents[x.ClOrdId] with { OrdStatus = OrdStatus.New, HoldAsset = x.HoldAsset, HoldRate = x.HoldRate };
        Put(p with { Hold = HoldOf(p) });
    }

    private void Count(decimal notional, DateTimeOffset time)
    {
        var day = DateOnly.FromDateTime(time.UtcDateTime);
        (Day, DayNotional) = day == Day ? (Day, DayNotional + notional) : (day, notional);
    }

    private void Decide(AlgoDecided x)
    {
        var p = parents[x.ClOrdId];
        foreach (var slice in x.Slices)
        {
            foreach (var child in slice.Children)
            {
                children.Add(child.ClOrdId, child);
                liveChildren.Add(child.ClOrdId);
                unsettled.Add(child.ClOrdId);
                if (child.TimeInForce is TimeInForce.Gtc or TimeInForce.Gtd)
                {
                    if (!resting.TryGetValue((child.Instrument, child.Side), out var set))
                    {
                        resting[(child.Instrument, child.Side)] = set = [];
                    }
                    set.Add(child.ClOrdId);
                }
                if (!childrenOf.TryGetValue(x.ClOrdId, out var list))
                {
                    childrenOf[x.ClOrdId] = list = [];
                }
                list.Add(child.ClOrdId);
                p = p with { ChildCount = p.ChildCount + 1, WorkingQty = p.WorkingQty + child.LeavesQty };
                var (asset, amount) = HeldFor(child);
                Ledger.Hold(child.Venue, asset, amount);
            }
        }
        Put(p with { Memory = x.Memory ?? p.Memory, Ending = x.End ?? p.Ending });
        foreach (var child in x.Cancels)
        {
            Change(child, new OrderCancelAsked());
        }
    }

    private void Report(ExecutionReport r)
    {
        if (OrderEvents.From(r) is { } e)
        {
            var paid = children[r.ClOrdId].Commission;
            Change(r.ClOrdId, e);
            if (r.ExecType != ExecType.Trade && children[r.ClOrdId] is var ended && ended.Commission != paid)
            {
                Ledger.PostFee(ended.Venue, catalog.Find(ended.Instrument)!.Quote, ended.Commission - paid);
                Positions.Charge(ended.Instrument, ended.Commission - paid);
            }
            if (r.ExecType == ExecType.Trade)
            {
                var o = children[r.ClOrdId];
                var instrument = catalog.Find(o.Instrument)!;
                Ledger.PostFill(o.Venue, o.Side, instrument.Base, instrument.Quote, r.LastQty, r.LastPx, r.Commission);
                Positions.Apply(o.Instrument, o.Side, r.LastQty, r.LastPx, r.Commission);
            }
        }
        execIds.Add((r.Venue, r.ExecId));
    }

    /// <summary>Moves one child, and with it its hold and its parent's arithmetic.</summary>
    private void Change(ClOrdId id, OrderEvent e)
    {
        var old = children[id];
        var now = old.Apply(e);
        if (ReferenceEquals(old, now))
        {
            return;
        }
        children[id] = now;
        Keep(unsettled, id, !IsSettled(old), !IsSettled(now));
        var (asset, before) = HeldFor(old);
        Ledger.Hold(old.Venue, asset, HeldFor(now).Amount - before);
        if (now.OrdStatus.IsTerminal())
        {
            liveChildren.Remove(id);
            if (resting.TryGetValue((now.Instrument, now.Side), out var set))
            {
                set.Remove(id);
            }
        }
        var p = parents[old.ParentClOrdId];
        p = p with
        {
            CumQty = p.CumQty + now.CumQty - old.CumQty,
            CumNotional = p.CumNotional + now.CumNotional - old.CumNotional,
            Commission = p.Commission + now.Commission - old.Commission,
            WorkingQty = p.WorkingQty + Working(now) - Working(old),
            UnknownQty = p.UnknownQty + Unknown(now) - Unknown(old),
            PostOnlyRejects = now.OrdStatus == OrdStatus.Rejected && now.PostOnly ? p.PostOnlyRejects + 1
                : e is OrderAccepted or OrderFilled ? 0 : p.PostOnlyRejects,
        };
        Put(Running(p with { Hold = HoldOf(p) }));
    }

    private void Put(ParentOrder now)
    {
        var old = parents.GetValueOrDefault(now.Spec.ClOrdId);
        if ((old?.Hold ?? 0m) != now.Hold)
        {
            parentHolds[now.HoldAsset] = parentHolds.GetValueOrDefault(now.HoldAsset) - (old?.Hold ?? 0m) + now.Hold;
        }
        parents[now.Spec.ClOrdId] = now;
        Keep(unstarted, now.Spec.ClOrdId, old is not null && IsUnstarted(old), IsUnstarted(now));
        Keep(ending, now.Spec.ClOrdId, old is not null && IsEnding(old), IsEnding(now));
        if (now.Group is { } link)
        {
            Claim(link.Group);
        }
    }

    private static bool IsUnstarted(ParentOrder p) => p.StartedAt is null && !p.OrdStatus.IsTerminal();

    private static bool IsEnding(ParentOrder p) => (p.CancelRequested || p.Ending is not null) && !p.OrdStatus.IsTerminal();

    /// <summary>Nothing is owed on it: it is over, or rests where it was meant to rest.</summary>
    private static bool IsSettled(Order o) => o.OrdStatus.IsTerminal()
        || (!o.InDoubt && o.OrdStatus is OrdStatus.New or OrdStatus.PartiallyFilled && o.TimeInForce is TimeInForce.Gtc or TimeInForce.Gtd);

    private static void Keep(HashSet<ClOrdId> set, ClOrdId id, bool was, bool @is)
    {
        if (was != @is)
        {
            _ = @is ? set.Add(id) : set.Remove(id);
        }
    }

    private static decimal Working(Order o) => o.InDoubt ? 0m : o.LeavesQty;

    private static decimal Unknown(Order o) => o.InDoubt ? o.LeavesQty : 0m;

    /// <summary>New or PartiallyFilled by what is filled; other states stay.</summary>
    private static ParentOrder Running(ParentOrder p) => p.OrdStatus is OrdStatus.New or OrdStatus.PartiallyFilled
        ? p with { OrdStatus = p.CumQty > 0m ? OrdStatus.PartiallyFilled : OrdStatus.New }
        : p;

    private static decimal HoldOf(ParentOrder p) => p.OrdStatus.IsTerminal() || p.Group is not null ? 0m : Math.Max(0m, p.Spec.OrderQty - p.CumQty) * p.HoldRate;

    private void End(ParentOrder p, OrdStatus status, string code, string text, DateTimeOffset time)
    {
        Put(p with { OrdStatus = status, EndCode = code, EndText = text, EndedAt = time, Hold = 0m });
        liveParents.Remove(p.Spec.ClOrdId);
    }
}
