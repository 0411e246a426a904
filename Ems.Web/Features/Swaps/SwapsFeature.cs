using System.Security.Claims;
using Ems.Execution.Core.Algos;
using Ems.Execution.Venues.Cow;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Execution.Venues.OnChain.Signing;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Problems;
using Ems.Web.Features.Wallets;

namespace Ems.Web.Features.Swaps;

/// <summary>Swaps that a person's own wallet signs: planned, looked at and followed here; the keys never are.</summary>
public static class SwapsFeature
{
    /// <summary>Maps <c>/api/swaps</c>.</summary>
    public static RouteGroupBuilder MapSwaps(this RouteGroupBuilder api)
    {
        var swaps = api.MapGroup("/swaps").WithTags("Swaps").RequireAuthorization();
        swaps.MapPost("/prepare", Prepare).WithName("PrepareSwap").WithSummary("How a swap would be done, and everything its signer is to see; nothing is sent.");
        swaps.MapPost("/inspect", Inspect).WithName("InspectTransaction").WithSummary("The last look at a transaction before a wallet is asked: read, simulated, compared with the ticket.");
        swaps.MapGet("/transactions/{hash}", Look).WithName("GetWalletTransaction").WithSummary("A transaction that a wallet sent, as the node sees it.");
        return api;
    }

    private static async Task<IResult> Prepare(Body<SwapRequest> body, ClaimsPrincipal me, ChainRuntime chain, LinkedWallets wallets, TimeProvider time, CancellationToken ct)
    {
        if (chain.Eth is not { } eth)
        {
            return NoNode(chain);
        }
        var contracts = chain.State.Contracts;
        var (swap, errors) = SwapReader.Read(body.Value, contracts, time.GetUtcNow());
        if (swap is null)
        {
            return ApiProblems.Fields(errors);
        }
        if (!await wallets.OwnsAsync(me, swap.Owner))
        {
            return NotLinked();
        }
        try
        {
            if (await SwapPlanner.PlanAsync(swap, contracts, p => chain.Pool(p)?.State, eth, ct) is not { } plan)
            {
                return ApiProblems.Problem(409, "NoPool", $"No pool gives {swap.Buys.Symbol} for so much {swap.Sells.Symbol}.");
            }
            var inspector = new TransactionInspector(eth, contracts);
            var screens = new List<SignScreenRow>();
            for (var i = 0; i < plan.Steps.Count; i++)
            {
                var seen = await inspector.InspectAsync(plan.Steps[i], plan.Promise, [.. plan.Steps.Take(i)], ct);
                screens.Add(SwapRows.Screen(plan.Steps[i], seen, plan.Promise, chain, inspector));
            }
            return TypedResults.Ok(SwapRows.Plan(plan, screens, chain.Block?.Number ?? 0));
        }
        catch (RpcException e)
        {
            return ApiProblems.Problem(503, "ChainUnavailable", e.Message);
        }
    }

    private static async Task<IResult> Inspect(Body<InspectRequest> body, ClaimsPrincipal me, ChainRuntime chain, CowRuntime cow, LinkedWallets wallets, CancellationToken ct)
    {
        if (chain.Eth is not { } eth)
        {
            return NoNode(chain);
        }
        var (call, promise, errors) = SwapReader.Read(body.Value, chain.State.Contracts, chain.State.ChainId);
        if (call is null)
        {
            return ApiProblems.Fields(errors);
        }
        if (!await wallets.OwnsAsync(me, call.From))
        {
            return NotLinked();
        }
        var inspector = new TransactionInspector(eth, chain.State.Contracts, cow.Desk?.Domain.Relayer);
        return TypedResults.Ok(SwapRows.Screen(call, await inspector.InspectAsync(call, promise, [], ct), promise, chain, inspector));
    }

    private static async Task<IResult> Look(string hash, string from, long? nonce, ChainRuntime chain, WalletDoor door, CancellationToken ct)
    {
        if (chain.Eth is not { } eth)
        {
            return NoNode(chain);
        }
        if (hash.Length != 66 || !hash.StartsWith("0x", StringComparison.Ordinal) || !hash.AsSpan(2).ContainsOnlyHex())
        {
            return ApiProblems.Fields([new("hash", "hash", NumberRules.Shown(hash), "hash is 0x and 64 digits.")]);
        }
        if (!Address.TryParse(from, out var sender) || nonce < 0)
        {
            return ApiProblems.Fields([new("from", "address", NumberRules.Shown(from), "from is the sender's address; nonce, where it is given, is not negative.")]);
        }
        try
        {
            var seen = await TransactionTracker.LookAsync(eth, sender, hash, (ulong?)nonce, chain.Profile.Confirmations, ct);
            var byDoor = door.Find(hash);
            // What no relay brought into a block in time nobody has any more.
            var state = byDoor is not null && seen.State == TrackedState.Unknown ? await eth.BlockNumberAsync(ct) > byDoor.LastBlock ? "Dropped" : TrackedState.Pending.ToString() : seen.State.ToString();
            return TypedResults.Ok(new TransactionRow(hash, state, (long?)seen.Nonce, seen.Block, seen.Confirmations, chain.Profile.Confirmations, byDoor?.Relay));
        }
        catch (RpcException e)
        {
            return ApiProblems.Problem(503, "ChainUnavailable", e.Message);
        }
    }

    private static bool ContainsOnlyHex(this ReadOnlySpan<char> text) => text.IndexOfAnyExcept("0123456789abcdefABCDEF") < 0;

    private static IResult NoNode(ChainRuntime chain) =>
        ApiProblems.Problem(409, "ChainHasNoNode", "Wallets need a node; the chain of this instance is simulated or not up yet.", chain.State.WhyNoNode);

    private static IResult NotLinked() => ApiProblems.Problem(403, "WalletNotLinked", "You have not linked this address: prove that it is yours on the page Wallets.");
}
