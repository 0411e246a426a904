using Ems.Web.Client.Contracts;
using Ems.Web.Features.Accounts;
using Ems.Web.Features.Bridge;
using Ems.Web.Features.Chain;
using Ems.Web.Features.Costs;
using Ems.Web.Features.Groups;
using Ems.Web.Features.Intents;
using Ems.Web.Features.Kill;
using Ems.Web.Features.Laboratory;
using Ems.Web.Features.Mandates;
using Ems.Web.Features.Market;
using Ems.Web.Features.Me;
using Ems.Web.Features.Orders;
using Ems.Web.Features.Paper;
using Ems.Web.Features.Problems;
using Ems.Web.Features.Replays;
using Ems.Web.Features.Swaps;
using Ems.Web.Features.Wallets;

namespace Ems.Web.Features;

/// <summary>The REST API under <c>/api</c>.</summary>
public static class ApiFeature
{
    /// <summary>Registers its JSON dialect.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(o => Json.Configure(o.SerializerOptions));

    /// <summary>Maps every area.</summary>
    public static WebApplication MapApi(this WebApplication app)
    {
        app.MapGroup("/api").AddEndpointFilter<BodyFilter>()
            .MapMe().MapMarket().MapAccounts().MapOrders().MapGroups().MapCosts().MapKill().MapPaperFaults().MapWallets().MapWalletDoor().MapReplays().MapChain().MapBridge().MapMandates().MapIntents().MapSwaps().MapLaboratory();
        app.MapWalletDoor();
        return app;
    }
}
