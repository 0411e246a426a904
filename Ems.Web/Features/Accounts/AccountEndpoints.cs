using System.Security.Claims;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Access;
using Ems.Web.Features.Orders;
using Ems.Web.Features.Problems;
using Ems.Web.Features.Push;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ems.Web.Features.Accounts;

/// <summary>What an account has and may do.</summary>
public static class AccountEndpoints
{
    /// <summary>Maps them under <c>/api/accounts/{account}</c>.</summary>
    public static RouteGroupBuilder MapAccounts(this RouteGroupBuilder api)
    {
        var account = api.MapGroup("/accounts/{account}").WithTags("Accounts");
        account.MapGet("/snapshot", Snapshot).RequireAuthorization(Policies.ViewAccount).WithName("GetSnapshot").WithSummary("The account at one moment, as the hub's stream starts with it.");
        account.MapGet("/balances", Balances).RequireAuthorization(Policies.ViewAccount).WithName("GetBalances").WithSummary("Balances by venue and asset.");
        account.MapGet("/positions", Positions).RequireAuthorization(Policies.ViewAccount).WithName("GetPositions").WithSummary("What trading made of each instrument.");
        account.MapGet("/fills", Fills).RequireAuthorization(Policies.ViewAccount).WithName("GetFills").WithSummary("The newest fills, oldest of them first.");
        account.MapGet("/limits", Limits).RequireAuthorization(Policies.ViewAccount).WithName("GetLimits").WithSummary("Risk limits.");
        account.MapPut("/limits", SetLimits).RequireAuthorization(Policies.AdministerAccount).WithName("SetLimits").WithSummary("Changes risk limits; what is absent stays.");
        return api;
    }

    private static async Task<Ok<AccountSnapshot>> Snapshot(string account, AccountPublisher publisher, CancellationToken ct) =>
        TypedResults.Ok(await publisher.SnapshotAsync(new(account), ct));

    private static async Task<Ok<IReadOnlyList<BalanceRow>>> Balances(string account, IGrainFactory grains) =>
        TypedResults.Ok<IReadOnlyList<BalanceRow>>([.. (await View(grains, account)).Balances.Select(AccountRows.Row)]);

    private static async Task<Ok<IReadOnlyList<PositionRow>>> Positions(string account, IGrainFactory grains, MarketDataHub market) =>
        TypedResults.Ok<IReadOnlyList<PositionRow>>([.. (await View(grains, account)).Positions.Select(p => AccountRows.Row(p, market))]);

    private static async Task<Ok<IReadOnlyList<FillRow>>> Fills(string account, IGrainFactory grains) =>
        TypedResults.Ok<IReadOnlyList<FillRow>>([.. (await View(grains, account)).Fills.Select(OrderRows.Row)]);

    private static async Task<Ok<LimitsRow>> Limits(string account, IGrainFactory grains) => TypedResults.Ok(AccountRows.Row((await View(grains, account)).Limits));

    private static async Task<Results<Ok<LimitsRow>, UnprocessableEntity<Refusal>>> SetLimits(
        string account, Body<LimitsRequest> body, ClaimsPrincipal user, IGrainFactory grains, MarketDataHub market)
    {
        var (limits, errors) = LimitsReader.Read(body.Value, (await View(grains, account)).Limits, market.Catalog);
        if (errors.Count > 0)
        {
            return ApiProblems.Fields(errors);
        }
        await grains.GetGrain<IAccountGrain>(account).SetLimitsAsync(limits, user.Identity!.Name!);
        return TypedResults.Ok(AccountRows.Row(limits));
    }

    private static Task<AccountView> View(IGrainFactory grains, string account) => grains.GetGrain<IAccountGrain>(account).ViewAsync();
}
