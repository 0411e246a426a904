using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Immediate;

/// <summary>What a limit order remembers.</summary>
/// <param name="Slice">Slices sent so far.</param>
/// <param name="Took">Whether it has taken what was within the limit; from then on it rests.</param>
/// <param name="LastAt">When the last slice was sent.</param>
/// <param name="Px">The limit that slice was sent at: another one now means it was amended.</param>
public sealed record LimitMemory(int Slice, bool Took, DateTimeOffset LastAt, decimal Px) : AlgoMemory
{
    /// <summary>Before the first slice.</summary>
    public static readonly LimitMemory Fresh = new(0, false, DateTimeOffset.MinValue, 0m);
}

/// <summary>
/// The steps of a limit order, shared with triggered stop-limits: takes over all venues what is within the limit, then rests there
/// (GTC, GTD) or ends (IOC, FOK). An amended limit cancels what rests, waits for its end, and starts again (rule E9).
/// </summary>
internal static class Resting
{
    /// <param name="limit">The price, already on some venue's grid.</param>
    /// <param name="wrap">Puts the new limit memory into the algo's own.</param>
    public static AlgoDecision Decide(AlgoInput input, LimitMemory m, decimal limit, Func<LimitMemory, AlgoMemory> wrap)
    {
        var (spec, p, now) = (input.Spec, input.Progress, input.Now);
        if (p.UnsentQty == 0m && p.WorkingQty == 0m && p.UnknownQty == 0m)
        {
            return Stop(wrap(m), new(OrdStatus.Filled, "Filled", "All filled."));
        }
        if (spec.TimeInForce == TimeInForce.Gtd && spec.ExpireTime is { } expiry && now >= expiry)
        {
            return Stop(wrap(m), new(OrdStatus.Expired, "Expired", "Its time ran out."));
        }
        if (Rejects.Permanent(input) is { } end)
        {
            return Stop(wrap(m), end);
        }
        if (input.PostOnlyRejects >= Rejects.PostOnlyMax)
        {
            return Stop(wrap(m), new(OrdStatus.Rejected, "PostOnlyRejected", $"It would have taken {Rejects.PostOnlyMax} times in a row."));
        }
        DateTimeOffset? wake = spec.TimeInForce == TimeInForce.Gtd ? spec.ExpireTime : null;
        if (m.Slice > 0 && m.Px != limit)
        {
            if (p.WorkingQty + p.UnknownQty > 0m)
            {
                // The old price stays remembered until nothing works there any more: never two prices at once.
                return new(CancelResting(input), wrap(m), wake, false, new("Repricing", "Waiting for what works at the old price to end."));
            }
            m = m with { Px = limit, Took = false };
        }
        if (p.UnknownQty > 0m)
        {
            return Idle("InDoubt", "A child's fate is unknown; the venue is being asked.");
        }
        var immediate = spec.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok;
        if (p.UnsentQty == 0m || (p.WorkingQty > 0m && (immediate || !m.Took)))
        {
            return immediate ? Idle("WaitingFill", "Waiting for the venues' answers.") : Idle("Resting", $"Resting at {Fitting.Text(limit)}.");
        }
        if (immediate && m.Took)
        {
            return Stop(wrap(m), new(OrdStatus.Canceled, spec.TimeInForce == TimeInForce.Fok ? "FokUnfilled" : "IocRemainder", $"{Fitting.Text(p.UnsentQty)} could not trade at once within the limit."));
        }
        if (Taking.NotBefore(input, m.Slice, m.LastAt) is var again && now < again)
        {
            return new([], wrap(m), wake is { } w && w < again ? w : again, false, new("Retrying", "Between two tries."));
        }
        if (Fitting.LeastQty(input.Listings, limit) is { } least && p.UnsentQty < least)
        {
            return p.WorkingQty > 0m ? Idle("Resting", $"Resting at {Fitting.Text(limit)}.") : Stop(wrap(m), Ends.Dust(p.UnsentQty));
        }
        var sent = new LimitMemory(m.Slice + 1, true, now, limit);
        var crosses = input.Market.BestOpposite(spec.Side) is { } best && spec.Side.IsWithin(best, limit);
        if (!m.Took && !spec.PostOnly && (crosses || immediate))
        {
            var tif = spec.TimeInForce == TimeInForce.Fok ? TimeInForce.Fok : TimeInForce.Ioc;
            return new([new SubmitSlice(sent.Slice, p.UnsentQty, limit, tif, false, "taking what is within the limit")], wrap(sent), wake, false, new("Working", "Taking what is within the limit."));
        }
        var rests = spec.TimeInForce == TimeInForce.Gtd ? TimeInForce.Gtd : TimeInForce.Gtc;
        return new([new SubmitSlice(sent.Slice, p.UnsentQty, limit, rests, spec.PostOnly, "resting at the limit")], wrap(sent), wake, false, new("Resting", $"Resting at {Fitting.Text(limit)}."));

        AlgoDecision Idle(string code, string text) => new([], wrap(m), wake, false, new(code, text));
    }

    private static List<AlgoAction> CancelResting(AlgoInput input) =>
        [.. input.Children.Where(Scheduling.SliceExecution.Rests).Select(c => new CancelChild(c.ClOrdId, "the limit was amended"))];

    private static AlgoDecision Stop(AlgoMemory memory, AlgoEnd end) => new([], memory, null, false, new(end.Code, end.Text), end);
}
