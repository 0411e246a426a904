using Ems.Execution.Venues.OnChain.Keys;
using Ems.Execution.Venues.OnChain.Mandates;
using Ems.Execution.Venues.OnChain.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
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

    /// <summary>Adds the layer two beside the first chain, with its pools as a venue.</summary>
    public static IServiceCollection AddLayerTwo(this IServiceCollection services)
    {
        services.AddSingleton(s =>
        {
            var one = s.GetRequiredService<ChainRuntime>();
            return new LayerTwoChain(new(Options.Create(s.GetRequiredService<IOptions<ChainOptions>>().Value.ForLayerTwo()), s.GetRequiredService<ReferenceMid>(),
                s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ChainRuntime>>(), s.GetRequiredService<IServerKeys>(), () => one.Block?.BaseFee));
        });
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<LayerTwoChain>().Runtime);
        services.AddPoolVenue(PoolVenueSpec.LayerTwo, s => new ServerWalletDesk(PoolVenueSpec.LayerTwo.Venue, Two(s), s.GetRequiredService<PoolVenueStore>(), s.GetRequiredService<IServerKeys>()), Two);
        return services;

        static ChainRuntime Two(IServiceProvider s) => s.GetRequiredService<LayerTwoChain>().Runtime;
    }

    private static void AddPoolVenue(this IServiceCollection services, PoolVenueSpec spec, Func<IServiceProvider, IPoolDesk> desk, Func<IServiceProvider, ChainRuntime>? on = null)
    {
        on ??= s => s.GetRequiredService<ChainRuntime>();
        services.AddKeyedSingleton(spec.Venue, (s, _) => new PoolMarketDataClient(spec, on(s)));
        services.AddSingleton<IMarketDataClient>(s => s.GetRequiredKeyedService<PoolMarketDataClient>(spec.Venue));
        services.AddSingleton<IExecutionClient>(s => new PoolExecutionClient(spec, on(s), s.GetRequiredService<PoolVenueStore>(),
            s.GetRequiredKeyedService<PoolMarketDataClient>(spec.Venue), desk(s), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<PoolExecutionClient>>()));
    }
}
