using System.Globalization;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Risk;

/// <summary>A reduce-only order is against the position and not larger than it.</summary>
internal sealed class ReduceOnlyCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view) =>
        order.ReduceOnly && (view.Position * order.Side.Sign() >= 0m || order.Qty > Math.Abs(view.Position))
            ? new(DenyCode.ReduceOnlyViolated, "reduceOnly", string.Create(CultureInfo.InvariantCulture, $"orderQty={order.Qty}, position={view.Position}, side={order.Side}")) : null;
}
