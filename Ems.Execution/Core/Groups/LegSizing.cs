using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// Brings a role's order to the quantity that is still open for it: starts it, grows it, shrinks it, cancels it. Shrinking lowers the
/// order as far as its working children let it and cancels what works beyond that; the rest is sent again only when the venue has confirmed
/// the cancel (rule E9).
/// </summary>
internal static class LegSizing
{
    /// <param name="open">What the role may still do beyond what it has filled, base units.</param>
    /// <param name="final">Whether nothing more can come: then a growth below the venues' minimum is not waited out.</param>
    /// <param name="again">Whether a leg that ended without filling may be followed by another; otherwise only one that was filled, too small, or canceled by the group.</param>
    public static void Size(GroupInput input, string role, decimal open, ParentSpec template, bool final, string reason, List<GroupAction> actions, bool again = false)
    {
        var leg = input.Last(role);
        var spec = leg?.Order.Spec ?? template;
        var lot = Fitting.FinestLot(input.Listings(spec)) ?? 0.00000001m;
        var least = Least(input, spec);
        open = Steps.RoundDown(Math.Max(0m, open), lot);
        if (leg is null || leg.IsOver)
        {
            if (open > 0m && open >= least && (leg is null || again || MayFollow(leg.Order)))
            {
                var link = new GroupLink(input.Spec.ClOrdId, role, (leg?.Link.Number ?? 0) + 1);
                // A person may have amended the one before: its prices are the ones that count.
                actions.Add(new StartLeg(link, spec with { ClOrdId = link.Name, OrderQty = open, StartTime = null }, reason));
            }
            return;
        }
        if (leg.IsEnding)
        {
            return;
        }
        var o = leg.Order;
        if (o.CumQty >= spec.OrderQty && open == 0m)
        {
            // Done; its own end is about to come.
            return;
        }
        var working = o.WorkingQty + o.UnknownQty;
        if (open == 0m || (final && open < least && working == 0m))
        {
            actions.Add(new CancelLeg(spec.ClOrdId, open == 0m ? $"nothing is open for it: {reason}" : $"what is open for it is below every venue's minimum: {reason}"));
            return;
        }
        // Never below what works (rule E10): each end of a child lets it come down further, before the leg itself looks at it.
        var target = o.CumQty + Math.Max(open, working);
        if (target < spec.OrderQty || (target > spec.OrderQty && (final || target - spec.OrderQty >= least)))
        {
            actions.Add(new ResizeLeg(spec.ClOrdId, target, reason));
        }
        Trim(leg, Math.Max(0m, working - open), reason, actions);
    }

    /// <summary>The least quantity that some venue takes of it now.</summary>
    public static decimal Least(GroupInput input, ParentSpec spec) =>
        Fitting.LeastQty(input.Listings(spec), spec.LimitPx ?? input.Market(spec.Instrument).Mid) ?? 0m;

    private static bool MayFollow(ParentOrder ended) =>
        ended.OrdStatus == OrdStatus.Filled || ended.CancelActor == GroupLink.Actor || ended.EndCode == "BelowMinimum";

    /// <summary>The newest children go first: they have the least of a queue to lose.</summary>
    private static void Trim(LegState leg, decimal excess, string reason, List<GroupAction> actions)
    {
        excess -= leg.Live.Where(c => c.OrdStatus == OrdStatus.PendingCancel || c.PendingEnd is not null).Sum(c => c.LeavesQty);
        var cancels = new List<ClOrdId>();
        foreach (var child in leg.Live.Reverse().Where(c => c.OrdStatus != OrdStatus.PendingCancel && c.PendingEnd is null))
        {
            if (excess <= 0m)
            {
                break;
            }
            cancels.Add(child.ClOrdId);
            excess -= child.LeavesQty;
        }
        if (cancels.Count > 0)
        {
            actions.Add(new CancelExcess(leg.Order.Spec.ClOrdId, cancels, reason));
        }
    }
}
