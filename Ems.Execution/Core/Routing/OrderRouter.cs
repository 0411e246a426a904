namespace Ems.Execution.Core.Routing;

/// <summary>
/// Where a slice goes. Taking: split over order books and pools at the least all-in cost. Resting: the venue where waiting costs least.
/// </summary>
public static class OrderRouter
{
    /// <summary>The plan. Legs and UnroutedQty always sum to the request.</summary>
    public static RoutePlan Plan(RouteRequest request) => request.Posts ? PostingRouter.Plan(request) : TakingRouter.Plan(request);
}
