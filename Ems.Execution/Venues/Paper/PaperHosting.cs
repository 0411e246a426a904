using Ems.Execution.Core.Simulation.Market;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ems.Execution.Venues.Paper;

/// <summary>Registers the paper venues. The market source is registered apart.</summary>
public static class PaperHosting
{
    /// <summary>Adds three venues with their clients and opens them before anything else starts.</summary>
    public static IServiceCollection AddPaperVenues(this IServiceCollection services)
    {
        services.AddOptions<PaperOptions>().BindConfiguration("Paper").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PaperFaults>();
        services.AddSingleton(s =>
        {
            var options = s.GetRequiredService<IOptions<PaperOptions>>().Value;
            Directory.CreateDirectory(options.DataPath);
            return new PaperExchangeStore(options.File);
        });
        foreach (var spec in PaperVenueSpec.Defaults)
        {
            services.AddKeyedSingleton(spec.Venue, (s, _) => new PaperVenue(spec, s.GetRequiredService<IOptions<PaperOptions>>().Value, s.GetRequiredService<PaperExchangeStore>(),
                s.GetRequiredService<PaperFaults>(), s.GetRequiredService<IMarketSource>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<PaperVenue>>()));
            services.AddSingleton<IMarketDataClient>(s => new PaperMarketDataClient(s.GetRequiredKeyedService<PaperVenue>(spec.Venue)));
            services.AddSingleton<IExecutionClient>(s => new PaperExecutionClient(s.GetRequiredKeyedService<PaperVenue>(spec.Venue)));
        }
        services.AddHostedService<PaperOpening>();
        return services;
    }

    /// <summary>Opens the venues at start.</summary>
    private sealed class PaperOpening(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            foreach (var spec in PaperVenueSpec.Defaults)
            {
                services.GetRequiredKeyedService<PaperVenue>(spec.Venue).Start();
            }
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
