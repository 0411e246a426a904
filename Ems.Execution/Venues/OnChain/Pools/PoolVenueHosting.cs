using Ems.Execution.Venues.OnChain.Keys;
using Ems.Execution.Venues.OnChain.Mandates;
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
            services.AddPoolVenue(spec, s => new ServerWalletDesk(spec.Venue, s.GetRequiredService<ChainRuntime>(), s.GetRequiredService<PoolVenueStore>(), s.GetRequiredService<IServerKeys>()));
        }
        services.AddPoolVenue(PoolVenueSpec.Mandate, s => s.GetRequiredService<MandateDesk>());
        return services;
    }

    private static void AddPoolVenue(this IServiceCollection services, PoolVenueSpec spec, Func<IServiceProvider, IPoolDesk> desk)
    {
        services.AddKeyedSingleton(spec.Venue, (s, _) => new PoolMarketDataClient(spec, s.GetRequiredService<ChainRuntime>()));
        services.AddSingleton<IMarketDataClient>(s => s.GetRequiredKeyedService<PoolMarketDataClient>(spec.Venue));
        services.AddSingleton<IExecutionClient>(s => new PoolExecutionClient(spec, s.GetRequiredService<ChainRuntime>(), s.GetRequiredService<PoolVenueStore>(),
            s.GetRequiredKeyedService<PoolMarketDataClient>(spec.Venue), desk(s), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<PoolExecutionClient>>()));
    }
}
