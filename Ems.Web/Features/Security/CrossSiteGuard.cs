using Ems.Web.Features.Problems;

namespace Ems.Web.Features.Security;

/// <summary>
/// Keeps other sites' pages from acting with our people's cookies, besides the cookie's own SameSite=Strict: a request that
/// changes something under /api carries a header that a foreign page cannot set without our permission (CORS), and the hub's
/// handshake comes from our own origin.
/// </summary>
internal sealed class CrossSiteGuard(RequestDelegate next)
{
    /// <summary>The header; any value will do.</summary>
    public const string Header = "X-Requested-With";

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
            if (!reads && !request.Headers.ContainsKey(Header))
            {
                return ApiProblems.CsrfHeaderMissing().ExecuteAsync(context);
            }
        }
        else if (request.Path.StartsWithSegments("/hubs", StringComparison.Ordinal) && request.Headers.Origin is [{ Length: > 0 } origin]
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)))
        {
            return ApiProblems.Problem(403, "ForeignOrigin", "The hub is for this site's own pages.").ExecuteAsync(context);
        }
        return next(context);
    }
}
