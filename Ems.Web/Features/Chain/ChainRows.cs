using System.Numerics;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.OnChain;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Chain;

/// <summary>The chain as rows.</summary>
internal static class ChainRows
{
    private const decimal WeiPerGwei = 1_000_000_000m;

    public static ChainStatus Status(ChainRuntime chain)
    {
        var (state, block, profile) = (chain.State, chain.Block, chain.Profile);
        var c = state.Contracts;
        var hasRouters = c.Pools.Count > 0;
        return new(state.Mode.ToString(), state.Name, state.ChainId, block?.Number, block?.At, profile.BlockMs, profile.Confirmations, state.RpcUrl?.ToString(), chain.IsLocal,
            Gwei(block?.BaseFee), block is null ? null : Gwei(chain.Offer.EffectiveAt(block.BaseFee)), state.WhyNoNode, chain.Trouble,
            [.. c.Tokens.Select(t => new ChainTokenRow(t.Symbol, t.Decimals, t.Address.ToString()))], [.. c.Pools.Select(p => Row(p, chain, c))],
            hasRouters ? c.V2Router.ToString() : null, hasRouters ? c.V3Router.ToString() : null, c.V3Quoter?.ToString(), c.Mandates?.ToString(), c.Runner?.ToString(), chain.RelayName,
            Coin(chain.SwapCost(PoolMarketDataClient.SwapGas)?.Execution), chain.LayerOnePrices is null ? null : Coin(chain.SwapCost(PoolMarketDataClient.SwapGas)?.Data));
    }

    private static ChainPoolRow Row(OnChainPool pool, ChainRuntime chain, ChainContracts contracts)
    {
        var (t0, t1) = (contracts.Token(pool.Token0)!, contracts.Token(pool.Token1)!);
        var baseIs0 = IsBase(t0.Symbol) || !IsBase(t1.Symbol);
        var px = chain.Pool(pool.Address) is { } view ? PoolPx.Of(view.State, new PoolMarket(baseIs0, t0.Decimals, t1.Decimals)) : null;
        var (b, q) = baseIs0 ? (t0, t1) : (t1, t0);
        return new(pool.Address.ToString(), pool.Kind.ToString(), b.Symbol, q.Symbol, t0.Address.ToString(), t1.Address.ToString(), pool.FeePips, px);
    }

    private static decimal? Coin(BigInteger? wei) => wei is { } w ? (decimal)w / (WeiPerGwei * WeiPerGwei) : null;

    private static bool IsBase(string symbol) => symbol.StartsWith('W');

    private static decimal? Gwei(BigInteger? wei) => wei is { } w ? (decimal)w / WeiPerGwei : null;
}
