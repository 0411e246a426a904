using Microsoft.AspNetCore.Authorization;

namespace Ems.Web.Features.Access;

/// <summary>Who may do what: policies, and the rule that everything not named otherwise needs a signed-in person.</summary>
public static class AccessFeature
{
    /// <summary>Registers policies and their handlers.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddOptions<AccessOptions>().BindConfiguration("Access").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AccessDirectory>();
        services.AddSingleton<IAuthorizationHandler, AccountAuthorizationHandler>();
        services.AddSingleton<IAuthorizationHandler, PersonAuthorizationHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessResults>();
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Policies.ViewAccount, p => p.RequireAuthenticatedUser().AddRequirements(new AccountRequirement(AccountRight.View)))
            .AddPolicy(Policies.TradeAccount, p => p.RequireAuthenticatedUser().AddRequirements(new AccountRequirement(AccountRight.Trade)))
            .AddPolicy(Policies.AdministerAccount, p => p.RequireAuthenticatedUser().AddRequirements(new AccountRequirement(AccountRight.Administer)))
            .AddPolicy(Policies.AdministerOrganisation, p => p.RequireAuthenticatedUser().AddRequirements(new PersonRequirement(a => a.AdministersOrganisation)))
            .AddPolicy(Policies.OperateInstance, p => p.RequireAuthenticatedUser().AddRequirements(new PersonRequirement(a => a.OperatesInstance)))
            .AddPolicy(Policies.ReadMetrics, p => p.AddRequirements(new PersonRequirement(a => a.OperatesInstance, OrLoopback: true)));
        return services;
    }
}
