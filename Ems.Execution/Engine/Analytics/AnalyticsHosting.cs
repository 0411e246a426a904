using Ems.Execution.Engine.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Ems.Execution.Engine.Analytics;

/// <summary>Registers cost analysis.</summary>
internal static class AnalyticsHosting
{
    /// <summary>Adds recorder and reader over <c>analytics.db</c> in the engine's folder.</summary>
    public static IServiceCollection AddCostAnalysis(this IServiceCollection services)
    {
        services.AddOptions<AnalyticsOptions>().BindConfiguration("Analytics").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(s =>
        {
            var options = s.GetRequiredService<IOptions<EngineOptions>>().Value;
            Directory.CreateDirectory(options.DataPath);
            return new AnalyticsStore(options.AnalyticsFile);
        });
        services.AddSingleton<MarketHistory>();
        services.AddSingleton<CostReader>();
        services.AddSingleton<CostRecorder>();
        services.AddHostedService(s => s.GetRequiredService<CostRecorder>());
        return services;
    }
}
