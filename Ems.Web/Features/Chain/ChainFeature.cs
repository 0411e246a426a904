using System.Security.Claims;
using Ems.Execution.Core.Orders;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Problems;
using Ems.Web.Features.Wallets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ems.Web.Features.Chain;

/// <summary>The chain over REST: what it is, and tokens of the local one.</summary>
public static partial class ChainFeature
{
    /// <summary>What the faucet gives at a time; ETH is the coin that pays for gas.</summary>
    private static readonly (string Symbol, decimal Amount)[] Gift = [("ETH", 10m), ("WETH", 10m), ("WBTC", 0.5m), ("USDT", 30_000m), ("USDC", 30_000m)];

    /// <summary>Maps <c>/api/chain</c>.</summary>
    public static RouteGroupBuilder MapChain(this RouteGroupBuilder api)
    {
        var chain = api.MapGroup("/chain").WithTags("Chain").RequireAuthorization();
        chain.MapGet("", Get).WithName("GetChain").WithSummary("What stands behind the on-chain venues: a node or the simulation, and where tokens, pools and contracts are.");
        chain.MapPost("/faucet", Give).WithName("AskFaucet").WithSummary("Tokens of the local chain for an address you have linked; they are worth nothing.");
        return api;
    }

    private static Ok<ChainStatus> Get(ChainRuntime chain, IServiceProvider services) =>
        TypedResults.Ok(ChainRows.Status(chain) with { LayerTwo = services.GetService<LayerTwoChain>() is { } two ? ChainRows.Status(two.Runtime) : null });

    private static async Task<IResult> Give(
        Body<FaucetRequest> body, ClaimsPrincipal me, ChainRuntime chain, LinkedWallets wallets, ILoggerFactory loggers, CancellationToken ct)
    {
        if (!Address.TryParse(body.Value.Address, out var address))
        {
            return ApiProblems.Fields([new("address", "address", body.Value.Address, "address must be 0x and 40 digits, its checksum right where it has one (EIP-55).")]);
        }
        if (chain.State.Mode != ChainMode.Anvil)
        {
            return ApiProblems.Problem(409, "ChainNotLocal", $"The faucet gives only on the local chain; this is {chain.State.Name}.");
        }
        if (!await wallets.OwnsAsync(me, address))
        {
            return ApiProblems.Problem(403, "WalletNotLinked", "You have not linked this address: prove that it is yours on the page Wallets.");
        }
        try
        {
            await chain.FundAsync(address, Gift, ct);
        }
        catch (RpcException e)
        {
            return ApiProblems.Problem(503, "ChainUnavailable", e.Message);
        }
        Gave(loggers.CreateLogger(typeof(ChainFeature)), address.ToString());
        return TypedResults.Ok(new FaucetGift(address.ToString(), [.. Gift.Select(g => new FaucetAmount(g.Symbol, g.Amount))]));
    }

    [LoggerMessage(3421, LogLevel.Information, "The faucet gave tokens to {Address}")]
    private static partial void Gave(ILogger logger, string address);
}
