namespace Ems.Web.Components;

/// <summary>Hosts the page, which runs in the browser, and the plain sign-in forms.</summary>
public static class PagesFeature
{
    /// <summary>Registers rendering.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveWebAssemblyComponents();
        services.AddCascadingAuthenticationState();
        return services;
    }

    /// <summary>Maps pages and static files. Files hold no data: whoever is not signed in needs them to sign in.</summary>
    public static WebApplication MapPages(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveWebAssemblyRenderMode().AddAdditionalAssemblies(typeof(Client.Contracts.Json).Assembly);
        return app;
    }
}
