using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Scheduling;

/// <summary>What happens at the end of the window (rule E6); crossing for the rest begins a little before it.</summary>
internal static class WindowEnd
{
    private const int FinishTriesMax = 20;
    /// <summary>Longest wait for a fresh book after the end.</summary>
    private static readonly TimeSpan BlindMax = TimeSpan.FromMinutes(1);

    /// <summary>Null when the order simply goes on.</summary>
    public static AlgoDecision? Decide(AlgoInput input, ScheduleMemory m, ScheduleSettings x, Schedule s) => x.EndAction switch
    {
        EndAction.Continue => null,
        EndAction.FinishAggressive => Finish(input, m, x, s),
        _ => Stop(input, m),
    };

    private static AlgoDecision Stop(AlgoInput input, ScheduleMemory m)
    {
        var p = input.Progress;
        return SliceExecution.Over(m, new(OrdStatus.Expired, "WindowOver", $"The window is over; {Fitting.Text(p.UnsentQty + p.WorkingQty + p.UnknownQty)} was not done."));
    }

    /// <summary>Cancels what rests, waits for its end (never overlaps, rule E9), then crosses for what is left.</summary>
    private static AlgoDecision Finish(AlgoInput input, ScheduleMemory m, ScheduleSettings x, Schedule s)
    {
        var (p, now) = (input.Progress, input.Now);
        var wake = now + SliceExecution.Breath;
        if (m.Slice != ScheduleMemory.Finish)
        {
            m = m with { Slice = ScheduleMemory.Finish, First = m.Sent, Takes = 0 };
        }
        var resting = input.Children.Where(SliceExecution.Rests).ToList();
        if (resting.Count > 0)
        {
            return new([.. resting.Select(c => new CancelChild(c.ClOrdId, "finishing"))], m, wake, false, new("Finishing", "Canceling what rests to cross for it."));
        }
        if (p.WorkingQty + p.UnknownQty > 0m)
        {
            return new([], m, wake, false, new("Finishing", "Waiting for the venues' answers."));
        }
        if (input.Market.Mid is null && now < s.End + BlindMax)
        {
            // Nothing could be priced: trying now would only use up the tries.
            return new([], m, now + TimeSpan.FromSeconds(1), true, new("Finishing", "No venue has a fresh book: waiting to cross for the rest."));
        }
        if (m.Takes >= FinishTriesMax || (Fitting.LeastQty(input.Listings, input.Market.Mid) is { } least && p.UnsentQty < least))
        {
            return SliceExecution.Over(m, new(OrdStatus.Expired, "WindowOver", $"The window is over; {Fitting.Text(p.UnsentQty)} could not be finished."));
        }
        var again = Rejects.RetryAt(input) is { } later && later > m.LastAt + SliceExecution.Breath ? later : m.LastAt + SliceExecution.Breath;
        if (now < again)
        {
            return new([], m, again, false, new("Finishing", "Waiting for the books to refill."));
        }
        var memory = m.AfterSend(now, true);
        return new([new SubmitSlice(memory.Sent, Sizing.Fit(p.UnsentQty, input, x, input.Market.Mid ?? 0m) is { Qty: > 0m } fit ? fit.Qty : p.UnsentQty,
            input.Spec.LimitPx, TimeInForce.Ioc, false, "finishing at the end of the window")], memory, wake, false, new("Finishing", "Crossing for the rest."));
    }
}
