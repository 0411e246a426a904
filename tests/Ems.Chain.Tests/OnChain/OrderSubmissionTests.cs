using System.Collections.Concurrent;
using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.OnChain;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Venues.Tests.Conformance;
using Ems.Venues.Tests.Pools;

namespace Ems.Chain.Tests.OnChain;

/// <summary>What an order's door means for its swap, on a node with the builder in front: what everybody could see, and how it ended.</summary>
public sealed class OrderSubmissionTests
{
    [Theory]
    [InlineData(OnChainSubmission.Private, "by a private relay, in block ")]
    [InlineData(OnChainSubmission.Bundle, "by a private bundle, in block ")]
    [InlineData(null, "by a private relay, in block ")]
    public async Task A_private_swap_is_in_no_pool_before_its_block_and_its_fill_says_how_it_went(OnChainSubmission? door, string way)
    {
        await using var desk = await Desk.OpenAsync();
        var end = await desk.TradeAsync("a", door);
        end.OrdStatus.ShouldBe(OrdStatus.Filled);
        end.Text.ShouldNotBeNull().ShouldStartWith(way);
        desk.SwapsShown.ShouldBe(0);
    }

    [Fact]
    public async Task A_public_swap_is_seen_by_everybody_and_its_fill_says_so()
    {
        await using var desk = await Desk.OpenAsync();
        var end = await desk.TradeAsync("a", OnChainSubmission.Public);
        (end.OrdStatus, end.Text!.StartsWith("by the public pool, in block ", StringComparison.Ordinal), desk.SwapsShown).ShouldBe((OrdStatus.Filled, true, 1));
    }

    [Theory]
    [InlineData("refuse")]
    [InlineData("drop")]
    [InlineData("silent")]
    public async Task What_no_relay_brings_into_a_block_is_cancelled_and_never_becomes_public(string fault)
    {
        await using var desk = await Desk.OpenAsync();
        var faults = desk.Rig.Chain.Builder!.Faults;
        (faults.Refuse, faults.Drop) = (fault == "refuse", fault is "drop" or "silent");
        faults.LoseAnswers = fault == "silent";
        var end = await desk.TradeAsync("a", OnChainSubmission.Private);
        (end.OrdStatus, end.CumQty, end.LeavesQty).ShouldBe((OrdStatus.Canceled, 0m, 0m));
        end.Text.ShouldNotBeNull().ShouldContain("by a private relay");
        desk.SwapsShown.ShouldBe(0, "only the transfer of nothing that takes its nonce is public");
        (faults.Refuse, faults.Drop, faults.LoseAnswers) = (false, false, false);
        (await desk.TradeAsync("b", OnChainSubmission.Private)).OrdStatus.ShouldBe(OrdStatus.Filled, "the lane goes on with the next nonce");
    }

    [Fact]
    public async Task The_public_pool_follows_only_where_it_was_allowed_to()
    {
        await using var desk = await Desk.OpenAsync();
        desk.Rig.Chain.Builder!.Faults.Drop = true;
        var end = await desk.TradeAsync("a", OnChainSubmission.Private, publicFallback: true);
        end.OrdStatus.ShouldBe(OrdStatus.Filled);
        end.Text.ShouldNotBeNull().ShouldStartWith("by a private relay, then by the public pool, in block ");
        desk.SwapsShown.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_relay_a_private_swap_is_refused_by_its_own_code()
    {
        await using var desk = await Desk.OpenAsync();
        var (chain, wallet) = (desk.Rig.Chain, await desk.Rig.Keys.AccountWalletAsync(desk.Session.Account, desk.Rig.Client.Venue));
        var contracts = chain.State.Contracts;
        var lane = await NonceLane.OpenAsync(chain.Eth!, wallet, chain.State.ChainId, new(), new MemoryTransactionJournal(), TimeProvider.System);
        var venue = new UniswapVenue("no relay", chain.State.ChainId, chain.Eth!, lane, wallet.Address, new(contracts.V2Router, contracts.V3Router), contracts.Pools, TimeProvider.System);
        var market = PoolVenueSpec.Defaults.First(s => s.Venue == desk.Rig.Client.Venue).Find(contracts, desk.Rig.Instrument.Id)!;
        var answer = await venue.SwapAsync(new("x", market.Pool.Address, market.Market.ZeroForOne(Side.Buy), BigInteger.Pow(10, 6), 0, desk.Rig.Now.AddMinutes(1), Policy: new SubmissionPolicy()));
        (answer.Denial, answer.Code, lane.Open.Count).ShouldBe((OnChainDenial.Refused, "NO_RELAY", 0));
    }

    [Fact]
    public async Task A_policy_leaves_half_of_an_orders_life_for_the_public_pool_and_only_with_a_fallback()
    {
        await using var desk = await Desk.OpenAsync(blockTimeMs: 2_000);
        var life = TimeSpan.FromSeconds(40);
        desk.Rig.Chain.PolicyFor(null, false, life).ShouldBe(new() { WindowBlocks = 20, WindowsMax = 1 });
        desk.Rig.Chain.PolicyFor(OnChainSubmission.Bundle, true, life).ShouldBe(new() { Mode = SubmissionMode.Bundle, WindowBlocks = 10, WindowsMax = 1, Fallbacks = [SubmissionMode.Public], AllowPublic = true });
        desk.Rig.Chain.PolicyFor(OnChainSubmission.Public, false, life).ShouldBe(new() { Mode = SubmissionMode.Public });
        desk.Rig.Chain.PolicyFor(null, false, TimeSpan.FromHours(1))!.WindowBlocks.ShouldBe(25);
    }

    /// <summary>A funded account at the pools, and an eye on the public pool.</summary>
    private sealed class Desk : IAsyncDisposable
    {
        private readonly ConcurrentQueue<string> shown = new();

        public required PoolRig Rig { get; init; }

        public required Session Session { get; init; }

        /// <summary>Transactions with call data of the account's wallet that everybody could see, its allowances not counted.</summary>
        public int SwapsShown => shown.Count;

        public static async Task<Desk> OpenAsync(int blockTimeMs = 60)
        {
            _ = await LocalChain.PackagesAsync();
            var rig = await PoolRig.OpenAsync("anvil", blockTimeMs: blockTimeMs);
            var desk = new Desk { Rig = rig, Session = new Session(rig, "W") };
            await rig.FundAsync(desk.Session.Account, new("USDT"), 50_000m);
            await rig.UntilAsync(() => rig.MarketData.Book(rig.Instrument.Id)?.Mid is not null, "a market");
            if (blockTimeMs < 1_000)
            {
                (await desk.TradeAsync("warm", OnChainSubmission.Private)).OrdStatus.ShouldBe(OrdStatus.Filled);
            }
            var wallet = (await rig.Keys.AccountWalletAsync(desk.Session.Account, rig.Client.Venue)).Address;
            var builder = rig.Chain.Builder!;
            builder.PendingPublic += hash =>
            {
                if (builder.PublicPool.FirstOrDefault(t => t.Hash == hash) is { } tx && tx.From == wallet && tx.Transaction.Data.Length > 0)
                {
                    desk.shown.Enqueue(hash);
                }
            };
            return desk;
        }

        public async Task<ExecutionReport> TradeAsync(string id, OnChainSubmission? door, bool publicFallback = false)
        {
            await Session.SendAsync(Session.Order(id, Side.Buy, 1m, 1_010m, TimeInForce.Ioc) with { Submission = door, PublicFallback = publicFallback });
            return await Session.EndAsync(id);
        }

        public async ValueTask DisposeAsync()
        {
            Session.Dispose();
            await Rig.DisposeAsync();
        }
    }
}
