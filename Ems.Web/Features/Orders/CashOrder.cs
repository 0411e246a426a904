using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Web.Features.Orders;

/// <summary>Orders given in quote units (CashOrderQty).</summary>
internal static class CashOrder
{
    /// <summary>Eight decimals: finer than any lot, which the algo's precheck rounds down to.</summary>
    private const decimal Step = 0.00000001m;

    /// <summary>
    /// The spec with its quantity in base units: rounded down, so that no more is spent than was asked for. Without a mid the
    /// quantity stays 0, which no validation accepts.
    /// </summary>
    public static ParentSpec InBaseUnits(ReadOrder read, decimal? mid) =>
        read.CashOrderQty is { } cash && mid is { } px and > 0m ? read.Spec with { OrderQty = Steps.RoundDown(cash / px, Step) } : read.Spec;

    /// <summary>The refusal while there is no price.</summary>
    public static Denial NoPrice(InstrumentId instrument) =>
        new(DenyCode.NoReferencePrice, "cashOrderQty", $"no venue has a fresh price of {instrument} to convert the amount with");
}
