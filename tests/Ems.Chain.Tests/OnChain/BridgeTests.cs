using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.OnChain.Bridge;
using Ems.Execution.Venues.OnChain.Keys;
using Ems.Execution.Venues.OnChain.Runtime;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ems.Chain.Tests.OnChain;

/// <summary>Transfers between two real nodes: what arrives, what is given back, and that nothing is done twice.</summary>
public sealed class BridgeTests : IAsyncLifetime
{
    private static readonly VenueId One = new("UNISWAP-V3"), Two = new("UNISWAP-L2");
    private static readonly AccountId Account = new("A1");
    private readonly string folder = Directory.CreateTempSubdirectory("ems-bridge-").FullName;
    private ChainRuntime one = null!, two = null!;
    private ServerKeys keys = null!;
    private BridgeStore store = null!;
    private BridgeOptions options = new() { ClaimDelay = TimeSpan.FromSeconds(1) };

    public async ValueTask InitializeAsync()
    {
        _ = await LocalChain.PackagesAsync();
        var first = new ChainOptions { Mode = "anvil", DataPath = folder, BlockTimeMs = 60, LayerTwoBlockTimeMs = 40, Arbitrage = false };
        keys = new(first.KeysFile, new EphemeralDataProtectionProvider(), TimeProvider.System);
        store = new(first.BridgeFile);
        (one, two) = (Chain(first), Chain(first.ForLayerTwo()));
        await Task.WhenAll(one.StartAsync(CancellationToken.None), two.StartAsync(CancellationToken.None));
        foreach (var chain in new[] { one, two })
        {
            var state = await chain.ReadyAsync();
            Assert.SkipWhen(state.Mode != ChainMode.Anvil, "needs anvil: " + state.WhyNoNode);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var chain in new[] { one, two })
        {
            await chain.StopAsync(CancellationToken.None);
            await chain.DisposeAsync();
        }
        store.Dispose();
        keys.Dispose();
        Directory.Delete(folder, true);
    }

    [Theory]
    [InlineData("UNISWAP-V3", "UNISWAP-L2", "USDT")]
    [InlineData("UNISWAP-L2", "UNISWAP-V3", "ETH")]
    public async Task What_leaves_one_chain_arrives_on_the_other_less_the_fee_that_was_quoted(string from, string to, string asset)
    {
        var bridge = Bridge();
        var (quote, _, why) = bridge.Quote(new(from), new(to), new(asset), 100m);
        quote.ShouldNotBeNull(why);
        (quote.Fee, quote.Receive).ShouldBe((0.02m, 99.98m));
        var t = Draft(bridge, "t1", new(from), new(to), asset, quote);
        t = await RunAsync(() => bridge, t, x => x.IsOver);
        (t.State, t.Text).ShouldBe((BridgeState.Claimed, null));
        (await HeldAsync(to, asset)).ShouldBe(99.98m);
        (await HeldAsync(from, asset)).ShouldBe(0m, "the wallet was filled with what it sent");
        if (from == "UNISWAP-L2")
        {
            (t.EndedAt! - t.ClaimableAt!).Value.ShouldBeGreaterThan(TimeSpan.Zero, "layer one pays only after its delay");
        }
        await RefusedAsync(to, BridgeContract.Claim(t.Nonce!, Token(to, asset).Address, (await keys.AccountWalletAsync(Account, new(to))).Address, Units(99.98m, to, asset)), "NotDelivered");
    }

    [Fact]
    public async Task What_the_messenger_does_not_bring_in_time_is_given_back_whole_and_can_never_arrive()
    {
        options = options with { Life = TimeSpan.FromSeconds(4) };
        var bridge = Bridge();
        bridge.MessengerPaused = true;
        var t = Draft(bridge, "t1", One, Two, "USDT", bridge.Quote(One, Two, new("USDT"), 100m).Quote!);
        t = await RunAsync(() => bridge, t, x => x.State == BridgeState.Sent && x.Text?.Contains("silent", StringComparison.Ordinal) == true);
        (await HeldAsync("UNISWAP-V3", "USDT")).ShouldBe(0m);
        await Task.Delay(options.Life);
        bridge.MessengerPaused = false;
        t = await RunAsync(() => bridge, t, x => x.IsOver);
        t.State.ShouldBe(BridgeState.Refunded);
        (await HeldAsync("UNISWAP-V3", "USDT"), await HeldAsync("UNISWAP-L2", "USDT")).ShouldBe((100m, 0m));
        var (token, receiver) = (Token("UNISWAP-L2", "USDT").Address, (await keys.AccountWalletAsync(Account, Two)).Address);
        await RefusedAsync("UNISWAP-L2", BridgeContract.Deliver(t.Nonce!, token, receiver, Units(t.Receive, "UNISWAP-L2", "USDT"), TimeProvider.System.GetUtcNow().AddMinutes(1)), "AlreadyIncoming");
        await RefusedAsync("UNISWAP-V3", BridgeContract.Refund(t.Nonce!, Token("UNISWAP-V3", "USDT").Address, (await keys.AccountWalletAsync(Account, One)).Address, Units(100m, "UNISWAP-V3", "USDT")), "NotWaiting");
    }

    [Fact]
    public async Task A_restart_after_any_step_goes_on_and_does_nothing_twice()
    {
        var quote = Bridge().Quote(One, Two, new("USDT"), 50m).Quote!;
        var t = Draft(Bridge(), "t1", One, Two, "USDT", quote);
        t = await RunAsync(() =>
        {
            store.Dispose();
            store = new(Path.Combine(folder, "bridge.db"));
            return Bridge();
        }, t, x => x.IsOver, reload: true);
        t.State.ShouldBe(BridgeState.Claimed);
        (await HeldAsync("UNISWAP-L2", "USDT")).ShouldBe(quote.Receive);
        var next = AbiFunction.Parse("nextNonce() returns (uint256)");
        var gate = Execution.Venues.Ethereum.Address.Parse(store.Gate(one.State.Instance)!);
        ((BigInteger)next.DecodeOutput(await one.Eth!.CallAsync(new(null, gate, next.Encode())))[0]).ShouldBe(BigInteger.One);
    }

    [Fact]
    public void A_route_an_asset_or_an_amount_that_cannot_go_is_named_by_its_code()
    {
        var bridge = Bridge();
        bridge.Quote(One, One, new("USDT"), 1m).Code.ShouldBe("BRIDGE_ROUTE");
        bridge.Quote(One, new("ALPHA"), new("USDT"), 1m).Code.ShouldBe("BRIDGE_ROUTE");
        bridge.Quote(One, Two, new("SOL"), 1m).Code.ShouldBe("BRIDGE_ASSET");
        bridge.Quote(One, Two, new("USDT"), 0.000001m).Code.ShouldBe("BRIDGE_TOO_LITTLE");
    }

    private ChainRuntime Chain(ChainOptions of) => new(Options.Create(of), i => i.Value == "BTC-USDT" ? 20_000m : 1_000m, TimeProvider.System, NullLogger<ChainRuntime>.Instance);

    private CanonicalBridge Bridge() => new(one, two, keys, store, TimeProvider.System, options);

    private BridgeTransfer Draft(CanonicalBridge bridge, string id, VenueId from, VenueId to, string asset, BridgeQuote quote)
    {
        var t = bridge.Draft(id, Account, from, to, new(asset), quote);
        store.Add(t).ShouldBeTrue();
        store.Add(t).ShouldBeFalse();
        return t;
    }

    private async Task<BridgeTransfer> RunAsync(Func<CanonicalBridge> bridge, BridgeTransfer t, Func<BridgeTransfer, bool> until, bool reload = false)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!until(t))
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(30), $"{t.State} {t.Text}");
            var by = bridge();
            t = store.Write(await by.StepAsync(reload ? store.Find(t.Id)! : t));
            await Task.Delay(20);
        }
        return t;
    }

    private ChainRuntime On(string venue) => venue == One.Value ? one : two;

    private ChainToken Token(string venue, string asset) => On(venue).State.Contracts.Token(asset == "ETH" ? "WETH" : asset)!;

    private BigInteger Units(decimal tokens, string venue, string asset) => Execution.Venues.OnChain.Pools.PoolArithmetic.UnitsDown(tokens, Token(venue, asset).Decimals);

    private async Task<decimal> HeldAsync(string venue, string asset) => Execution.Venues.OnChain.Pools.PoolArithmetic.Tokens(
        await On(venue).BalanceAsync(Token(venue, asset).Address, (await keys.AccountWalletAsync(Account, new(venue))).Address), Token(venue, asset).Decimals);

    private async Task RefusedAsync(string venue, byte[] call, string word)
    {
        var lane = await On(venue).LaneAsync(await keys.AccountWalletAsync(new("bridge"), new("MESSENGER")));
        var answer = await lane.SubmitAsync(new("probe/" + word, Execution.Venues.Ethereum.Address.Parse(store.Gate(On(venue).State.Instance)!), call, KnownErrors: BridgeContract.Errors));
        (answer.Denial, answer.Words!.StartsWith(word, StringComparison.Ordinal)).ShouldBe((LaneDenial.WouldRevert, true), answer.Words);
    }
}
