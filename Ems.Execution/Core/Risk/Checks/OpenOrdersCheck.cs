namespace Ems.Execution.Core.Risk;

/// <summary>Open orders at once.</summary>
internal sealed class OpenOrdersCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view)
    {
        var (open, max) = order.IsChild ? (view.OpenChildren, view.Limits.MaxOpenChildren) : (view.OpenParents, view.Limits.MaxOpenParents);
        return open >= max ? new(DenyCode.OpenOrdersAboveLimit, "clOrdId", $"openOrders={open}, max={max}") : null;
    }
}
