using System.Security.Claims;
using Ems.Execution.Core.Simulation.Market;
using Ems.Web.Client.Contracts;
using Ems.Web.Data;
using Ems.Web.Features.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace Ems.Web.Features.Me;

/// <summary>The signed-in person.</summary>
public static class MeEndpoints
{
    /// <summary>Maps <c>/api/me</c>.</summary>
    public static RouteGroupBuilder MapMe(this RouteGroupBuilder api)
    {
        var me = api.MapGroup("/me").WithTags("Me");
        me.MapGet("", Get).RequireAuthorization().WithName("GetMe").WithSummary("Who you are and which accounts you may see.");
        me.MapPost("/sign-out", SignOut).RequireAuthorization().WithName("SignOut").WithSummary("Ends the session.");
        return api;
    }

    private static async Task<Ok<Client.Contracts.Me>> Get(ClaimsPrincipal user, AccessDirectory directory, IMarketSource market, CancellationToken ct)
    {
        var access = await directory.OfAsync(user.FindFirstValue(ClaimTypes.NameIdentifier)!, ct);
        var first = access.Organisations.FirstOrDefault();
        return TypedResults.Ok(new Client.Contracts.Me(user.Identity!.Name!, first?.Name ?? "", (first?.Role ?? MemberRole.None).ToString(),
            [.. access.Organisations.SelectMany(o => o.Accounts).Select(a => new AccountRef(a.Account.Value, a.Name, a.Right >= AccountRight.Trade, a.Right >= AccountRight.Administer))], market.Name, market.Description));
    }

    private static async Task<NoContent> SignOut(SignInManager<EmsUser> people)
    {
        await people.SignOutAsync();
        return TypedResults.NoContent();
    }
}
