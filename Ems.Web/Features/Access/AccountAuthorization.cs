using System.Net;
using System.Security.Claims;
using Ems.Execution.Core.Primitives;
using Microsoft.AspNetCore.Authorization;

namespace Ems.Web.Features.Access;

/// <summary>Asks for a right to the account that the resource names: an <see cref="AccountId"/>, or a request with <c>{account}</c> in its route.</summary>
public sealed record AccountRequirement(AccountRight Right) : IAuthorizationRequirement;

/// <summary>Asks for a property of the person alone.</summary>
public sealed record PersonRequirement(Func<UserAccess, bool> Holds, bool OrLoopback = false) : IAuthorizationRequirement;

/// <summary>The account is not the person's to know of: the answer is 404, as for one that does not exist.</summary>
internal sealed class UnknownAccountReason(IAuthorizationHandler handler) : AuthorizationFailureReason(handler, "There is no such account.");

/// <summary>Decides <see cref="AccountRequirement"/>.</summary>
internal sealed class AccountAuthorizationHandler(AccessDirectory directory) : AuthorizationHandler<AccountRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, AccountRequirement requirement)
    {
        var account = context.Resource switch
        {
            AccountId id => id,
            HttpContext http => new AccountId(http.GetRouteValue("account") as string ?? ""),
            _ => throw new InvalidOperationException($"{context.Resource?.GetType().Name ?? "Nothing"} names no account."),
        };
        if (context.User.FindFirstValue(ClaimTypes.NameIdentifier) is not { } user)
        {
            return;
        }
        var right = (await directory.OfAsync(user, (context.Resource as HttpContext)?.RequestAborted ?? default)).RightTo(account);
        if (right == AccountRight.None)
        {
            context.Fail(new UnknownAccountReason(this));
        }
        else if (right >= requirement.Right)
        {
            context.Succeed(requirement);
        }
    }
}

/// <summary>Decides <see cref="PersonRequirement"/>.</summary>
internal sealed class PersonAuthorizationHandler(AccessDirectory directory) : AuthorizationHandler<PersonRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, PersonRequirement requirement)
    {
        var http = context.Resource as HttpContext;
        if ((requirement.OrLoopback && http is not null && IsLocal(http))
            || (context.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } user && requirement.Holds(await directory.OfAsync(user, http?.RequestAborted ?? default))))
        {
            context.Succeed(requirement);
        }
    }

    /// <summary>From this machine and not through a proxy on it, which would make every stranger look local.</summary>
    private static bool IsLocal(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } ip && IPAddress.IsLoopback(ip)
        && !http.Request.Headers.ContainsKey("X-Forwarded-For") && !http.Request.Headers.ContainsKey("Forwarded");
}
