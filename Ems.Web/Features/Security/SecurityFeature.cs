using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Ems.Web.Features.Problems;
using Microsoft.Extensions.Options;

namespace Ems.Web.Features.Security;

/// <summary>Section <c>RateLimits</c>. Generous for a desk, tight for a guesser.</summary>
public sealed class RateLimitOptions
{
    /// <summary>API requests a person may make per second over a longer time.</summary>
    [Range(1, 1_000_000)] public int RequestsPerSecond { get; set; } = 500;
    /// <summary>API requests a person may make at once.</summary>
    [Range(1, 1_000_000)] public int RequestsBurst { get; set; } = 2_000;
    /// <summary>Attempts to sign in or register per minute and address; attempts per person are bounded by lockout as well.</summary>
    [Range(1, 1_000_000)] public int SignInsPerMinute { get; set; } = 30;
}

/// <summary>Headers, cross-site protection and rate limits.</summary>
public static class SecurityFeature
{
    private const int BodyBytesMax = 1024 * 1024;

    /// <summary>Registers them.</summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration("RateLimits").ValidateDataAnnotations().ValidateOnStart();
        services.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = BodyBytesMax;
        });
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = (context, _) => new ValueTask(ApiProblems.RateLimited().ExecuteAsync(context.HttpContext));
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Partition);
        });
        return services;
    }

    /// <summary>First of all: every answer carries the headers, errors too.</summary>
    public static WebApplication UseSecurityHeaders(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
        {
            // Only ever sent over https.
            app.UseHsts();
        }
        app.UseMiddleware<SecurityHeaders>();
        return app;
    }

    /// <summary>After authentication: limits are per person.</summary>
    public static WebApplication UseRequestGuards(this WebApplication app)
    {
        app.UseMiddleware<CrossSiteGuard>();
        app.UseRateLimiter();
        return app;
    }

    private static RateLimitPartition<string> Partition(HttpContext context)
    {
        var options = context.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value;
        var path = context.Request.Path;
        if (HttpMethods.IsPost(context.Request.Method) && (path.StartsWithSegments("/account", StringComparison.OrdinalIgnoreCase)
            || (path.StartsWithSegments("/api/wallets", StringComparison.OrdinalIgnoreCase) && context.User.Identity?.IsAuthenticated != true)))
        {
            return RateLimitPartition.GetFixedWindowLimiter("sign-in:" + context.Connection.RemoteIpAddress,
                _ => new FixedWindowRateLimiterOptions { PermitLimit = options.SignInsPerMinute, Window = TimeSpan.FromMinutes(1) });
        }
        if (!path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && !path.StartsWithSegments(Wallets.WalletDoorFeature.Path, StringComparison.OrdinalIgnoreCase))
        {
            return RateLimitPartition.GetNoLimiter("");
        }
        var who = context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "address:" + context.Connection.RemoteIpAddress;
        return RateLimitPartition.GetTokenBucketLimiter(who, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.RequestsBurst,
            TokensPerPeriod = Math.Max(1, options.RequestsPerSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
        });
    }
}
