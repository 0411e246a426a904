using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Immediate;

/// <summary>Taking liquidity until done: what market orders and triggered stops share.</summary>
/// <param name="Slice">Slices sent so far.</param>
/// <param name="LastAt">When the last was sent.</param>
public sealed record TakerMemory(int Slice, DateTimeOffset LastAt) : AlgoMemory
{
    /// <summary>Before the first slice.</summary>
    public static readonly TakerMemory Fresh = new(0, DateTimeOffset.MinValue);
}

/// <summary>The steps of taking.</summary>
internal static class Taking
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Sends what is unsent as an IOC slice, waits for its end, repeats; gives up after <paramref name="maxTries"/> slices.</summary>
    /// <param name="wrap">Puts the new taker memory into the algo's own.</param>
    public static AlgoDecision Decide(AlgoInput input, TakerMemory memory, decimal? limitPx, int maxTries, TimeInForce tif, Func<TakerMemory, AlgoMemory> wrap, string reason)
    {
        var p = input.Progress;
        if (p.UnsentQty == 0m && p.WorkingQty == 0m && p.UnknownQty == 0m)
        {
            return Done(input, wrap(memory));
        }
        if (p.WorkingQty > 0m || p.UnknownQty > 0m)
        {
            return new([], wrap(memory), null, false, p.UnknownQty > 0m
                ? new("InDoubt", "A child's fate is unknown; the venue is being asked.") : new("WaitingFill", "Waiting for the venues' answers."));
        }
        if (Rejects.Permanent(input) is { } end)
        {
            return new([], wrap(memory), null, false, new(end.Code, end.Text), end);
        }
        if (memory.Slice >= maxTries || (tif == TimeInForce.Fok && memory.Slice > 0))
        {
            return new([], wrap(memory), null, false, new("NoLiquidity", "Not enough liquidity within the limit."),
                new(OrdStatus.Canceled, "NoLiquidity", $"{Fitting.Text(p.UnsentQty)} found no liquidity within the limit after {memory.Slice} tries."));
        }
        if (NotBefore(input, memory.Slice, memory.LastAt) is var again && input.Now < again)
        {
            return new([], wrap(memory), again, false, new("Retrying", "Waiting for the books to refill."));
        }
        if (Fitting.LeastQty(input.Listings, input.Market.Mid) is { } least && p.UnsentQty < least)
        {
            return new([], wrap(memory), null, false, new("BelowMinimum", "The rest is below every venue's minimum."), Ends.Dust(p.UnsentQty));
        }
        var next = new TakerMemory(memory.Slice + 1, input.Now);
        var childTif = tif == TimeInForce.Fok ? TimeInForce.Fok : TimeInForce.Ioc;
        return new([new SubmitSlice(next.Slice, p.UnsentQty, limitPx, childTif, false, reason)], wrap(next), input.Now + Pause, false, new("Working", "Taking liquidity."));
    }

    /// <summary>When the next slice may go: a pause after the last one, longer after refusals in a row (rule E12).</summary>
    internal static DateTimeOffset NotBefore(AlgoInput input, int slices, DateTimeOffset lastAt)
    {
        var pause = slices > 0 ? lastAt + Pause : DateTimeOffset.MinValue;
        return Rejects.RetryAt(input) is { } later && later > pause ? later : pause;
    }

    private static AlgoDecision Done(AlgoInput input, AlgoMemory memory) =>
        new([], memory, null, false, new("Filled", "All filled."), new(OrdStatus.Filled, "Filled", $"{Fitting.Text(input.Spec.OrderQty)} filled."));
}
