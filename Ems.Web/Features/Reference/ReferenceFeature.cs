using Ems.Web.Features.Security;
using Scalar.AspNetCore;

namespace Ems.Web.Features.Reference;

/// <summary>The API's description and a page to read it, all from this host.</summary>
public static class ReferenceFeature
{
    /// <summary>Registers the description.</summary>
    public static IServiceCollection AddReference(this IServiceCollection services)
    {
        services.AddOpenApi("v1", o =>
        {
            o.AddDocumentTransformer<AlgoSchemas>();
            o.AddDocumentTransformer<GroupSchemas>();
            o.AddSchemaTransformer<AlgoSchemas>();
            o.ShouldInclude = d => d.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
        });
        return services;
    }

    /// <summary>Maps <c>/openapi/v1.json</c> and <c>/api-reference</c>. They hold no data, so anybody may read them.</summary>
    public static WebApplication MapReference(this WebApplication app)
    {
        app.MapOpenApi().AllowAnonymous();
        app.MapScalarApiReference("/api-reference", (o, http) => o.WithTitle("Ems API").WithOpenApiRoutePattern("/openapi/v1.json").WithNonce(SecurityHeaders.Nonce(http))
            .ForceDarkMode().HideDarkModeToggle().WithTheme(ScalarTheme.DeepSpace).DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideDeveloperTools().HideClientButton())
            .AllowAnonymous();
        return app;
    }
}
