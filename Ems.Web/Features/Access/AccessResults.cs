using Ems.Web.Features.Problems;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Ems.Web.Features.Access;

/// <summary>Turns a failed policy into the answer: 404 for an account that is not his to know of, otherwise 401 and 403 as the scheme gives them.</summary>
internal sealed class AccessResults : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler standard = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Forbidden && authorizeResult.AuthorizationFailure?.FailureReasons.OfType<UnknownAccountReason>().Any() == true)
        {
            await ApiProblems.UnknownAccount().ExecuteAsync(context);
            return;
        }
        await standard.HandleAsync(next, context, policy, authorizeResult);
    }
}
