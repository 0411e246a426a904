using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.OnChain.Keys;
using Ems.Execution.Venues.OnChain.Mandates;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>Registers the chain.</summary>
public static class ChainHosting
{
    /// <summary>Adds the chain, which is set up in the background once the host runs.</summary>
    public static IServiceCollection AddChain(this IServiceCollection services)
    {
        services.AddOptions<ChainOptions>().BindConfiguration("Chain").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ReferenceMid>(s =>
        {
            // Resolved when first asked: on-chain venues are market data too, and stand on the chain.
            var books = new Lazy<IMarketDataClient[]>(() => [.. s.GetServices<IMarketDataClient>().Where(c => c is not IPoolLiquidity)]);
            return instrument => Median(books.Value, instrument);
        });
        services.AddSingleton<ChainRuntime>();
        services.AddSingleton<WalletDoor>();
        services.AddSingleton<IServerKeys>(s => new ServerKeys(s.GetRequiredService<IOptions<ChainOptions>>().Value.KeysFile, s.GetRequiredService<IDataProtectionProvider>(), s.GetRequiredService<TimeProvider>()));
        services.AddOptions<ExecutorOptions>().BindConfiguration("Chain:Executor").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ExecutorPolicy>();
        services.AddSingleton(s => new MandateBook(s.GetRequiredService<IOptions<ChainOptions>>().Value.MandatesFile));
        services.AddSingleton<MandateDesk>();
        services.AddHostedService(s => s.GetRequiredService<ChainRuntime>());
        return services;
    }

    private static decimal? Median(IMarketDataClient[] clients, InstrumentId instrument)
    {
        decimal[] mids = [.. clients.Select(c => c.Book(instrument)?.Mid).OfType<decimal>().Order()];
        return mids.Length == 0 ? null : mids[mids.Length / 2];
    }
}
