using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos.Immediate;

/// <summary>Ends, waits and sizes that several algos share.</summary>
internal static class Ends
{
    /// <summary>What is left cannot be sent anywhere.</summary>
    public static AlgoEnd Dust(decimal qty) => new(OrdStatus.Canceled, "BelowMinimum", $"The rest of {Fitting.Text(qty)} is below every venue's minimum.");

    /// <summary>Too many post-only rejects in a row (rule E12).</summary>
    public static readonly AlgoEnd PostOnly = new(OrdStatus.Rejected, "PostOnlyRejected", $"It would have taken {Rejects.PostOnlyMax} times in a row.");

    /// <summary>The end every algo takes: all filled, refused for good, out of time, or nothing left that a venue would take.</summary>
    public static AlgoEnd? Common(AlgoInput input)
    {
        var p = input.Progress;
        if (p.UnsentQty == 0m && p.WorkingQty == 0m && p.UnknownQty == 0m)
        {
            return new(OrdStatus.Filled, "Filled", "All filled.");
        }
        if (Rejects.Permanent(input) is { } bad)
        {
            return bad;
        }
        if (input.Spec.ExpireTime is { } expiry && input.Now >= expiry)
        {
            return new(OrdStatus.Expired, "Expired", "Its time ran out.");
        }
        return p.WorkingQty == 0m && p.UnknownQty == 0m && Fitting.LeastQty(input.Listings, input.Spec.LimitPx ?? input.Market.Mid) is { } least && p.UnsentQty < least
            ? Dust(p.UnsentQty) : null;
    }

    /// <summary>A decision that ends the parent.</summary>
    public static AlgoDecision Over(AlgoMemory m, AlgoEnd end) => new([], m, null, false, new(end.Code, end.Text), end);

    /// <summary>A decision that does nothing until <paramref name="next"/>.</summary>
    public static AlgoDecision Idle(AlgoMemory m, DateTimeOffset? next, string code, string text, bool watch = false) => new([], m, next, watch, new(code, text));

    /// <summary>The price, or the limit where it is beyond it (rule E7).</summary>
    public static decimal Within(ParentSpec spec, decimal px) => spec.LimitPx is { } limit && !spec.Side.IsWithin(px, limit) ? limit : px;

    /// <summary>As much of <paramref name="qty"/> as can be sent at <paramref name="px"/>: on the lot, at least the minimum, joined by a rest below it; 0 when too little.</summary>
    public static decimal Sendable(AlgoInput input, decimal qty, decimal px)
    {
        var lot = Fitting.FinestLot(input.Listings) ?? 0.00000001m;
        var least = Fitting.LeastQty(input.Listings, px) ?? lot;
        var unsent = Steps.RoundDown(Math.Max(0m, input.Progress.UnsentQty), lot);
        qty = Steps.RoundDown(Math.Clamp(qty, 0m, unsent), lot);
        var rest = unsent - qty;
        qty = qty > 0m && rest > 0m && rest < least ? unsent : qty;
        return qty >= least ? qty : 0m;
    }
}
