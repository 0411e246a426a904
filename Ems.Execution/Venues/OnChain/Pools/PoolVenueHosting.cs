using Ems.Execution.Venues.OnChain.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ems.Execution.Venues.OnChain.Pools;

/// <summary>Registers the venues of pools.</summary>
public static class PoolVenueHosting
{
    /// <summary>Adds Uniswap's pools of this instance's chain as venues.</summary>
    public static IServiceCollection AddPoolVenues(this IServiceCollection services)
    {
        services.AddSingleton(s => new PoolVenueStore(s.GetRequiredService<IOptions<ChainOptions>>().Value.VenueFile));
        foreach (var spec in PoolVenueSpec.Defaults)
        {
            services.AddKeyedSingleton(spec.Venue, (s, _) => new PoolMarketDataClient(spec, s.GetRequiredService<ChainRuntime>()));
            services.AddSingleton<IMarketDataClient>(s => s.GetRequiredKeyedService<PoolMarketDataClient>(spec.Venue));
            services.AddSingleton<IExecutionClient>(s => new PoolExecutionClient(spec, s.GetRequiredService<ChainRuntime>(), s.GetRequiredService<PoolVenueStore>(),
                s.GetRequiredKeyedService<PoolMarketDataClient>(spec.Venue),
                new ServerWalletDesk(spec.Venue, s.GetRequiredService<ChainRuntime>(), s.GetRequiredService<PoolVenueStore>(), s.GetRequiredService<Keys.IServerKeys>()),
                s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<PoolExecutionClient>>()));
        }
        return services;
    }
}
