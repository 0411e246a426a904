using Ems.Execution.Engine.Hosting;
using Ems.Web.Features.Access;
using Ems.Web.Features.Push;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Prometheus;

namespace Ems.Web.Features.Watching;

/// <summary>Metrics, traces and health.</summary>
public static class WatchingFeature
{
    private const string ReadyTag = "ready";

    /// <summary>
    /// Registers them. Traces and metrics go to an OTLP collector when the usual variable OTEL_EXPORTER_OTLP_ENDPOINT names one;
    /// Prometheus reads the same meters at <c>/metrics</c>.
    /// </summary>
    public static IServiceCollection AddWatching(this IServiceCollection services, IConfiguration configuration)
    {
        var export = !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        services.AddOpenTelemetry().ConfigureResource(r => r.AddService("Ems.Web"))
            .WithTracing(t =>
            {
                t.AddSource(EngineMetrics.Name).AddAspNetCoreInstrumentation(o => o.Filter = c => c.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal));
                _ = export ? t.AddOtlpExporter() : t;
            })
            .WithMetrics(m =>
            {
                m.AddMeter(EngineMetrics.Name, PushMetrics.Name).AddAspNetCoreInstrumentation();
                _ = export ? m.AddOtlpExporter() : m;
            });
        services.AddHealthChecks()
            .AddCheck<DatabaseHealth>("database", tags: [ReadyTag])
            .AddCheck<VenueHealth>("venues", tags: [ReadyTag]);
        return services;
    }

    /// <summary>Maps <c>/health</c>, <c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c>. Health says a word and nothing of the inside, so anybody may ask.</summary>
    public static WebApplication MapWatching(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = c => c.Tags.Contains(ReadyTag) }).AllowAnonymous();
        app.MapHealthChecks("/health").AllowAnonymous();
        app.MapMetrics("/metrics").RequireAuthorization(Policies.ReadMetrics);
        return app;
    }
}
