using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Access;
using Ems.Web.Features.Accounts;
using Ems.Web.Features.Orders;
using Ems.Web.Features.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ems.Web.Features.Replays;

/// <summary>Finished orders, to be replayed with other settings.</summary>
public static class ReplayEndpoints
{
    /// <summary>Registers what makes them.</summary>
    public static IServiceCollection AddReplays(this IServiceCollection services) => services.AddSingleton<ReplayPackages>().AddSingleton<CostPreviews>();

    /// <summary>Maps <c>/api/accounts/{account}/orders/{clOrdId}/replay</c>.</summary>
    public static RouteGroupBuilder MapReplays(this RouteGroupBuilder api)
    {
        api.MapGet("/accounts/{account}/orders/{clOrdId}/replay", Get).RequireAuthorization(Policies.ViewAccount).WithTags("Orders").WithName("GetReplay")
            .WithSummary("What a replay of a finished order needs: its market, its seed, its venues.").WithDescription("The page replays it with the same code as the server; the digest tells whether both did the same.");
        api.MapPost("/accounts/{account}/orders/preview/cost", Cost).RequireAuthorization(Policies.ViewAccount).WithTags("Orders").WithName("PreviewCost")
            .WithSummary("What the order would have cost on recent market, simulated, beside a market order and a TWAP.");
        return api;
    }

    private static async Task<Results<Ok<CostPreview>, UnprocessableEntity<Refusal>>> Cost(
        string account, Body<NewOrderRequest> body, IGrainFactory grains, MarketDataHub market, CostPreviews previews, TimeProvider time, CancellationToken ct)
    {
        var read = OrderReader.Read(body.Value, market.Catalog, time.GetUtcNow());
        if (read.Errors.Count > 0)
        {
            return ApiProblems.Fields(read.Errors);
        }
        var preview = await grains.GetGrain<IAccountGrain>(account).PreviewAsync(CashOrder.InBaseUnits(read, read.CashOrderQty is null ? null : AccountRows.Mid(market, read.Spec.Instrument)));
        if (preview.Errors.Count > 0)
        {
            return ApiProblems.Fields(preview.Errors);
        }
        return TypedResults.Ok(await previews.MakeAsync(preview.Spec, (await grains.GetGrain<IAccountGrain>(account).ViewAsync()).Limits, ct));
    }

    private static async Task<Results<Ok<ReplayPackage>, ProblemHttpResult>> Get(string account, string clOrdId, IGrainFactory grains, ReplayPackages packages, CancellationToken ct)
    {
        var grain = grains.GetGrain<IAccountGrain>(account);
        if (await grain.FindAsync(new ClOrdId(clOrdId)) is not { } found)
        {
            return ApiProblems.UnknownOrder(clOrdId);
        }
        var (package, code, why) = await packages.MakeAsync(found.Parent.Order, await grain.ViewAsync(), ct);
        return package is null ? ApiProblems.Problem(409, code!, why!) : TypedResults.Ok(package);
    }
}
