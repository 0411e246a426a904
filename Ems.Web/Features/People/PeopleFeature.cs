using System.ComponentModel.DataAnnotations;
using Ems.Web.Data;
using Ems.Web.Features.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Ems.Web.Features.People;

/// <summary>Section <c>People</c>.</summary>
public sealed class PeopleOptions
{
    /// <summary>Wrong passwords before a person is locked out.</summary>
    [Range(1, 100)] public int LockoutAttempts { get; set; } = 5;
    /// <summary>How long.</summary>
    [Range(1, 10_080)] public int LockoutMinutes { get; set; } = 10;
    /// <summary>Shortest password, characters.</summary>
    [Range(8, 128)] public int PasswordLengthMin { get; set; } = 10;
    /// <summary>How long somebody stays signed in without coming back.</summary>
    [Range(5, 525_600)] public int SessionMinutes { get; set; } = 7 * 24 * 60;
}

/// <summary>Identity: who somebody is.</summary>
public static class PeopleFeature
{
    /// <summary>Registers identity, the cookie and registration.</summary>
    public static IServiceCollection AddPeople(this IServiceCollection services)
    {
        services.AddOptions<PeopleOptions>().BindConfiguration("People").ValidateDataAnnotations().ValidateOnStart();
        services.AddIdentityCore<EmsUser>().AddEntityFrameworkStores<EmsDbContext>().AddSignInManager().AddDefaultTokenProviders().AddPasswordValidator<PasswordRules>();
        services.AddOptions<IdentityOptions>().Configure<IOptions<PeopleOptions>>((identity, people) =>
        {
            identity.User.RequireUniqueEmail = true;
            identity.Lockout.MaxFailedAccessAttempts = people.Value.LockoutAttempts;
            identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(people.Value.LockoutMinutes);
            // Length is what counts; PasswordRules adds what must not be in it.
            identity.Password.RequiredLength = people.Value.PasswordLengthMin;
            identity.Password.RequiredUniqueChars = 5;
            identity.Password.RequireDigit = identity.Password.RequireLowercase = identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
        });
        services.Configure<SecurityStampValidatorOptions>(o => o.ValidationInterval = TimeSpan.FromMinutes(1));
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme).Configure<IOptions<PeopleOptions>>((cookie, people) =>
        {
            cookie.Cookie.Name = "ems";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = TimeSpan.FromMinutes(people.Value.SessionMinutes);
            cookie.SlidingExpiration = true;
            cookie.LoginPath = "/account/login";
            cookie.AccessDeniedPath = "/account/access-denied";
            cookie.Events.OnRedirectToLogin = c => Answer(c, ApiProblems.NotSignedIn());
            cookie.Events.OnRedirectToAccessDenied = c => Answer(c, ApiProblems.Forbidden());
        });
        services.AddScoped<Registration>();
        services.AddSingleton<RegistrationGate>();
        services.AddSingleton<AccountOpening>();
        services.AddHostedService(s => s.GetRequiredService<AccountOpening>());
        return services;
    }

    /// <summary>A page is sent to the sign-in form; anything a program calls gets a status it can read.</summary>
    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, IResult problem)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments("/api", StringComparison.Ordinal) || path.StartsWithSegments("/hubs", StringComparison.Ordinal) || path.StartsWithSegments("/metrics", StringComparison.Ordinal))
        {
            return problem.ExecuteAsync(context.HttpContext);
        }
        context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }
}
