using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Scheduling;

/// <summary>How much to send: a quantity, or 0 with a code and a sentence. <see cref="Merged"/>: a rest below the minimum was joined to it.</summary>
internal readonly record struct Size(decimal Qty, bool Merged, string Code, string Text);

/// <summary>Fits what is behind to the cap, the participation, the lot and the venues' minimums.</summary>
internal static class Sizing
{
    /// <summary>The quantity of a slice that is <paramref name="behind"/> by this much. <paramref name="px"/>: price its notional is judged at.</summary>
    public static Size Of(AlgoInput input, ScheduleMemory m, ScheduleSettings x, Schedule s, decimal behind, decimal px)
    {
        // What this slice has taken on already counts against its cap, however often it is tried.
        var taken = input.Children.Where(c => c.SliceNo > m.First).Sum(c => c.CumQty + c.LeavesQty);
        // In the last slice MIXED may also do what its tolerance band has let it leave behind.
        var cap = x.Style == Style.Mixed && m.Slice >= s.Slices - 1 ? x.Cap + (x.ToleranceBand * s.Slices) : x.Cap;
        var room = (input.Spec.OrderQty / s.Slices * cap) - taken;
        var (qty, text) = behind <= room ? (behind, "") : (room, ", capped");
        if (qty <= 0m)
        {
            return new(0m, false, "CatchUpCap", "This slice has sent all that the catch-up cap allows.");
        }
        if (x.MaxParticipation is { } rate)
        {
            if (input.Market.QtyLastMinute is not { } volume)
            {
                return new(0m, false, "NoVolume", "No tape to measure the participation against.");
            }
            var most = (rate * volume * (decimal)(s.Step.TotalSeconds / 60d)) - taken;
            if (most < qty)
            {
                (qty, text) = (most, $", capped at {rate:0.##%} of the volume");
            }
            if (qty <= 0m)
            {
                return new(0m, false, "Participation", $"This slice is at {rate:0.##%} of the volume.");
            }
        }
        return Fit(qty, input, x, px) is { Qty: > 0m } fit ? fit with { Text = text } : Fit(qty, input, x, px);
    }

    /// <summary>The quantity on the lot and above the minimum; a rest that no venue would take joins it.</summary>
    public static Size Fit(decimal qty, AlgoInput input, ScheduleSettings x, decimal px)
    {
        var unsent = input.Progress.UnsentQty;
        var lot = Fitting.FinestLot(input.Listings) ?? 0.00000001m;
        var least = Fitting.LeastQty(input.Listings, px) ?? lot;
        qty = Steps.RoundDown(Math.Min(qty, unsent), lot);
        if (unsent < least)
        {
            return new(0m, false, "Dust", "What is left is below every venue's minimum.");
        }
        var rest = unsent - qty;
        if (rest > 0m && rest < least && x.Leftover != Leftover.Leave && Steps.RoundDown(unsent, lot) is var all && all >= least)
        {
            return new(all, true, "", "");
        }
        return qty < least ? new(0m, false, "BelowMinimum", "This slice is below the venues' minimum: merged into the next.") : new(qty, false, "", "");
    }

    /// <summary>How much of it to show at once.</summary>
    public static decimal Shown(decimal qty, AlgoInput input, ScheduleSettings x, decimal px)
    {
        var lot = Fitting.FinestLot(input.Listings) ?? 0.00000001m;
        var least = Fitting.LeastQty(input.Listings, px) ?? lot;
        var shown = Math.Max(Steps.RoundDown(Math.Min(qty, x.MaxDisplay * input.Spec.OrderQty), lot), least);
        return shown >= qty || qty - shown < least ? qty : shown;
    }
}
