using Ems.Execution.Core.Instruments;
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
    /// Adds <see cref="IMarketSource"/> for the given listings. It is built when first asked for; ask for it before the host
    /// starts to end with the one line of a <see cref="MarketDataFileException"/> when a file is bad.
    /// </summary>
    public static IServiceCollection AddPaperMarket(this IServiceCollection services, IConfiguration configuration, IReadOnlyCollection<Listing> listings)
    {
        services.AddOptions<PaperMarketOptions>().Bind(configuration.GetSection(PaperMarketOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton(provider => MarketSourceFactory.Create(
            provider.GetRequiredService<IOptions<PaperMarketOptions>>().Value,
            provider.GetRequiredService<IHostEnvironment>().ContentRootPath,
            listings,
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("Ems.Paper.Market")));
    }
}
