using System.Net;
using System.Net.Sockets;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.Analytics;
using Ems.Execution.Engine.Jobs;
using Ems.Execution.Engine.MarketData;
using Ems.Execution.Engine.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;

namespace Ems.Execution.Engine.Hosting;

/// <summary>Registers the engine. The host adds venues (AddPaperVenues), Hangfire, and an <see cref="IAccountPublisher"/>.</summary>
public static class EngineHosting
{
    /// <summary>Adds the engine with a silo in this process.</summary>
    public static IHostApplicationBuilder AddEmsExecution(this IHostApplicationBuilder builder)
    {
        builder.Services.AddEmsEngineStorage();
        builder.Services.TryAddClock();
        builder.Services.AddSingleton<EngineMetrics>();
        builder.Services.AddSingleton<TapeHub>();
        builder.Services.AddCostAnalysis();
        builder.Services.AddSingleton<VenueRecords>();
        builder.Services.AddHostedService<VenueTrustKeeper>();
        builder.Services.AddSingleton<EngineServices>();
        builder.Services.AddSingleton<IJobScheduler, HangfireScheduler>();
        builder.Services.AddScoped<AccountJobs>();
        builder.Services.AddHostedService<AccountWaker>();
        builder.UseOrleans(silo =>
        {
            // Free ports: several instances may run on one machine. Membership beyond one process is configuration.
            silo.UseLocalhostClustering(FreePort(), FreePort(), null, "ems", "ems");
            // A kill waits for the venues' proof, and a long journal takes its time to fold.
            silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromMinutes(5));
            silo.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromMinutes(5));
            silo.Configure<EndpointOptions>(o => o.AdvertisedIPAddress = IPAddress.Loopback);
            silo.Services.AddSingleton<IGeneralizedCopier, ImmutableCopier>();
            silo.Services.AddSerializer(s => s.AddJsonSerializer(t => t.Namespace?.StartsWith("Ems.", StringComparison.Ordinal) == true));
        });
        return builder;
    }

    /// <summary>Adds only what the maintenance verbs need: journal, market catalog.</summary>
    public static IServiceCollection AddEmsEngineStorage(this IServiceCollection services)
    {
        services.AddOptions<EngineOptions>().BindConfiguration("Engine").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<MarketDataHub>();
        services.AddSingleton<InstrumentCatalog>(s => s.GetRequiredService<MarketDataHub>().Catalog);
        services.AddSingleton(s => new JournalWriter(File(s)));
        services.AddSingleton(s =>
        {
            // The writer makes the file and its tables.
            _ = s.GetRequiredService<JournalWriter>();
            return new JournalReader(File(s));
        });
        services.AddSingleton<JournalVerifier>();
        services.AddSingleton(s => new ProjectionRebuilder(File(s), s.GetRequiredService<InstrumentCatalog>()));
        return services;

        static string File(IServiceProvider s)
        {
            var options = s.GetRequiredService<IOptions<EngineOptions>>().Value;
            Directory.CreateDirectory(options.DataPath);
            return options.JournalFile;
        }
    }

    private static void TryAddClock(this IServiceCollection services)
    {
        if (services.All(d => d.ServiceType != typeof(TimeProvider)))
        {
            services.AddSingleton(TimeProvider.System);
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
