namespace Ems.Web.Features.Problems;

/// <summary>One shape for every error.</summary>
public static class ProblemsFeature
{
    /// <summary>Registers the handler of last resort.</summary>
    public static IServiceCollection AddProblems(this IServiceCollection services)
    {
        services.AddExceptionHandler<UnhandledExceptions>();
        services.AddProblemDetails();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        return services;
    }

    /// <summary>An API without a body of its own (an unknown path, a wrong method) still answers as a problem with a code.</summary>
    public static WebApplication UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseWhen(c => c.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal), api => api.UseStatusCodePages(context =>
        {
            var (code, title) = context.HttpContext.Response.StatusCode switch
            {
                401 => ("NotSignedIn", "Sign in first."),
                403 => ("Forbidden", "Your role does not allow this."),
                404 => ("NotFound", "There is nothing at this address."),
                405 => ("MethodNotAllowed", "This address does not take that method."),
                413 => ("BodyTooLarge", "The body is too large."),
                415 => ("UnsupportedMediaType", "Send JSON."),
                429 => ("RateLimited", "Too many requests; try again shortly."),
                _ => ("BadRequest", "The request could not be taken."),
            };
            return ApiProblems.Problem(context.HttpContext.Response.StatusCode, code, title).ExecuteAsync(context.HttpContext);
        }));
        return app;
    }
}
