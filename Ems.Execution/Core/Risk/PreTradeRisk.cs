using Ems.Execution.Core.Orders;

namespace Ems.Execution.Core.Risk;

/// <summary>
/// The one door to the markets: every order, manual, algo, hedge or liquidation alike, passes here twice, as a parent and
/// as each child. Checks run in list order, cheap ones first; the first denial ends it.
/// </summary>
public sealed class PreTradeRisk
{
    private static readonly IPreTradeCheck[] Checks =
    [
        new KillSwitchCheck(), new AllowedCheck(), new SubmissionCheck(), new ShapeCheck(), new MessageRateCheck(), new OpenOrdersCheck(), new MaxQtyCheck(), new PriceCollarCheck(),
        new MaxNotionalCheck(), new DayNotionalCheck(), new ReduceOnlyCheck(), new BuyingPowerCheck(), new SelfCrossCheck(),
    ];

    /// <summary>Checks a parent before it is accepted.</summary>
    public RiskResult<ParentSpec> Check(ParentSpec order, RiskView view) => Approve(order, First(Candidate.Of(order), view));

    /// <summary>Checks a child before it is journaled and sent.</summary>
    /// <remarks>
    /// Reduce-only is proven here, against the position of the account, and not passed on: a venue knows only its own part of a
    /// position that spans venues, and would refuse to close what was opened elsewhere.
    /// </remarks>
    public RiskResult<VenueOrder> Check(VenueOrder order, RiskView view) => Approve(order with { ReduceOnly = false }, First(Candidate.Of(order), view));

    /// <summary>Checks a replace of a resting child: the order as it would be.</summary>
    public RiskResult<VenueReplace> Check(VenueReplace replace, VenueOrder resting, RiskView view) =>
        Approve(replace, First(Candidate.Of(resting with { OrderQty = replace.OrderQty, Px = replace.Px }), view));

    private static RiskResult<T> Approve<T>(T order, Denial? denial) => denial is null ? new(new RiskApproved<T>(order), null) : new(null, denial);

    private static Denial? First(Candidate order, RiskView view)
    {
        foreach (var check in Checks)
        {
            if (check.Check(order, view) is { } denial)
            {
                return denial;
            }
        }
        return null;
    }
}
