using Ems.Execution.Engine.Accounts;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Market;
using Microsoft.AspNetCore.SignalR;

namespace Ems.Web.Features.Push;

/// <summary>Live updates over SignalR.</summary>
public static class PushFeature
{
    private const int MessageBytesMax = 16 * 1024;

    /// <summary>Registers hub and publishers.</summary>
    public static IServiceCollection AddPush(this IServiceCollection services)
    {
        services.AddOptions<PushOptions>().BindConfiguration("Push").ValidateDataAnnotations().ValidateOnStart();
        services.AddSignalR(o =>
        {
            o.MaximumReceiveMessageSize = MessageBytesMax;
            o.AddFilter<HubFailures>();
        }).AddJsonProtocol(o => Json.Configure(o.PayloadSerializerOptions));
        services.AddSingleton<PushMetrics>();
        services.AddSingleton<OutboxRegistry>();
        services.AddSingleton<AccountPublisher>();
        services.AddSingleton<IAccountPublisher>(s => s.GetRequiredService<AccountPublisher>());
        services.AddSingleton<MarketPublisher>();
        return services;
    }

    /// <summary>Maps <c>/hubs/trading</c>; a connection ends when its sign-in does.</summary>
    public static WebApplication MapPush(this WebApplication app)
    {
        app.MapHub<TradingHub>("/hubs/trading", o => o.CloseOnAuthenticationExpiration = true);
        return app;
    }
}
