using System.ComponentModel;
using System.Security.Claims;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Access;
using Ems.Web.Features.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ems.Web.Features.Groups;

/// <summary>Groups of linked orders of one account.</summary>
public static class GroupEndpoints
{
    /// <summary>Maps them under <c>/api/accounts/{account}/groups</c>, and what groups there are under <c>/api/group-types</c>.</summary>
    public static RouteGroupBuilder MapGroups(this RouteGroupBuilder api)
    {
        api.MapGet("/group-types", Types).WithTags("Groups").RequireAuthorization().WithName("ListGroupTypes").WithSummary("What groups there are, their legs and parameters, and the predicates of conditions.");
        var groups = api.MapGroup("/accounts/{account}/groups").WithTags("Groups");
        groups.MapPost("", Submit).RequireAuthorization(Policies.TradeAccount).WithName("SubmitGroup")
            .WithSummary("Takes a group of linked orders.").WithDescription("All of it or nothing; 202 means journaled. A repeat of the same body under the same clOrdId gets the first answer again.");
        groups.MapPost("/preview", Preview).RequireAuthorization(Policies.ViewAccount).WithName("PreviewGroup").WithSummary("What the group would do and reserve, changing nothing.");
        groups.MapGet("", List).RequireAuthorization(Policies.ViewAccount).WithName("ListGroups").WithSummary("Live groups, and the newest that are over.");
        groups.MapGet("/{clOrdId}", Find).RequireAuthorization(Policies.ViewAccount).WithName("GetGroup").WithSummary("One group with its legs, its condition as it stands, and its timeline.");
        groups.MapPost("/{clOrdId}/cancel", Cancel).RequireAuthorization(Policies.TradeAccount).WithName("CancelGroup").WithSummary("Cancels a group and its legs; the end comes when the venues have answered.");
        groups.MapPost("/{clOrdId}/pause", Pause).RequireAuthorization(Policies.TradeAccount).WithName("PauseGroup").WithSummary("Stops a group and its legs from sending.");
        groups.MapPost("/{clOrdId}/resume", Resume).RequireAuthorization(Policies.TradeAccount).WithName("ResumeGroup").WithSummary("Lets a paused group go on.");
        return api;
    }

    private static Ok<GroupTypes> Types() => TypedResults.Ok(new GroupTypes([.. GroupCatalog.All.Select(g => g.Descriptor)], Conditions.Predicates));

    private static async Task<Results<Accepted<OrderAck>, UnprocessableEntity<Refusal>>> Submit(
        string account, Body<NewGroupRequest> body, ClaimsPrincipal user, IGrainFactory grains, MarketDataHub market, TimeProvider time)
    {
        var (spec, errors) = GroupReader.Read(body.Value, market.Catalog, time.GetUtcNow());
        if (errors.Count > 0)
        {
            return ApiProblems.Fields(errors);
        }
        var result = await Grain(grains, account).SubmitGroupAsync(new SubmitGroup(spec, GroupRows.HashOf(body.Value), Actor(user)));
        return result.Errors.Count > 0 ? ApiProblems.Fields(result.Errors)
            : result.Denial is { } denial ? ApiProblems.Denied(denial)
            : TypedResults.Accepted($"/api/accounts/{account}/groups/{spec.ClOrdId}", new OrderAck(spec.ClOrdId.Value, result.OrdStatus, result.Adjustments));
    }

    private static async Task<Ok<GroupPreviewRow>> Preview(string account, Body<NewGroupRequest> body, IGrainFactory grains, MarketDataHub market, TimeProvider time)
    {
        var (spec, errors) = GroupReader.Read(body.Value, market.Catalog, time.GetUtcNow());
        return TypedResults.Ok(errors.Count > 0 ? new GroupPreviewRow(errors, null, null, [], [], [], []) : GroupRows.Preview(await Grain(grains, account).PreviewGroupAsync(spec)));
    }

    private static async Task<Ok<IReadOnlyList<GroupRow>>> List(string account, IGrainFactory grains) =>
        TypedResults.Ok<IReadOnlyList<GroupRow>>([.. (await Grain(grains, account).GroupsAsync()).Select(GroupRows.Row)]);

    private static async Task<Results<Ok<GroupDetailRow>, ProblemHttpResult>> Find(string account, string clOrdId, IGrainFactory grains, MarketDataHub market) =>
        await Grain(grains, account).FindGroupAsync(new ClOrdId(clOrdId)) is { } found ? TypedResults.Ok(GroupRows.Detail(found, market.Catalog)) : ApiProblems.UnknownOrder(clOrdId);

    private static async Task<Results<Accepted, UnprocessableEntity<Refusal>, ProblemHttpResult>> Cancel(string account, string clOrdId, ClaimsPrincipal user, IGrainFactory grains) =>
        Answer(clOrdId, await Grain(grains, account).CancelGroupAsync(new ClOrdId(clOrdId), Actor(user)));

    private static async Task<Results<Accepted, UnprocessableEntity<Refusal>, ProblemHttpResult>> Pause(
        string account, string clOrdId, ClaimsPrincipal user, IGrainFactory grains, [Description("Leave working children on the books.")] bool keepChildren = false) =>
        Answer(clOrdId, await Grain(grains, account).PauseGroupAsync(new ClOrdId(clOrdId), Actor(user), keepChildren));

    private static async Task<Results<Accepted, UnprocessableEntity<Refusal>, ProblemHttpResult>> Resume(string account, string clOrdId, ClaimsPrincipal user, IGrainFactory grains) =>
        Answer(clOrdId, await Grain(grains, account).ResumeGroupAsync(new ClOrdId(clOrdId), Actor(user)));

    private static Results<Accepted, UnprocessableEntity<Refusal>, ProblemHttpResult> Answer(string clOrdId, Denial? denial) =>
        denial is null ? TypedResults.Accepted((string?)null)
        : denial.Code == DenyCode.UnknownOrder ? ApiProblems.UnknownOrder(clOrdId)
        : ApiProblems.Denied(denial);

    private static IAccountGrain Grain(IGrainFactory grains, string account) => grains.GetGrain<IAccountGrain>(account);

    private static string Actor(ClaimsPrincipal user) => user.Identity?.Name ?? throw new InvalidOperationException("A group comes from a signed-in person.");
}
