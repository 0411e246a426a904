using Ems.Execution.Core.Simulation.Market;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>Registers the market of the paper venues.</summary>
public static class PaperMarketRegistration
{
    /// <summary>
    /// Adds the <see cref="IMarketSource"/> of the paper venues' listings, by section <c>Paper</c>. It is built when first asked
    /// for, at the latest when the venues open, and then throws <see cref="MarketDataFileException"/> when a file is bad.
    /// </summary>
    public static IServiceCollection AddPaperMarket(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PaperOptions>().Bind(configuration.GetSection("Paper")).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton(provider => MarketSourceFactory.Create(
            provider.GetRequiredService<IOptions<PaperOptions>>().Value,
            provider.GetRequiredService<IHostEnvironment>().ContentRootPath,
            [.. PaperVenueSpec.Defaults.SelectMany(spec => spec.Listings)],
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("Ems.Paper.Market")));
    }
}
