using System.Globalization;
using System.Numerics;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.OnChain.Keys;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Execution.Venues.OnChain.Bridge;

/// <summary>
/// The bridge between our two local chains, by a gate on each and a messenger of ours. Every step is a transaction named after its transfer
/// in a journaled lane, so that a step asked for again is the same step.
/// </summary>
public sealed class CanonicalBridge(ChainRuntime one, ChainRuntime two, IServerKeys keys, BridgeStore store, TimeProvider time, BridgeOptions options) : IBridge
{
    private const int Digits = 6;
    private static readonly TimeSpan DeliverMargin = TimeSpan.FromSeconds(2), ExpireMargin = TimeSpan.FromSeconds(2);
    private static readonly (string Symbol, decimal Amount)[] Liquidity = [("WETH", 20_000m), ("USDT", 100_000_000m), ("WBTC", 1_000m)];
    private readonly SemaphoreSlim opening = new(1, 1);

    /// <summary>Stops the messenger, as an outage would.</summary>
    public bool MessengerPaused { get; set; }

    /// <inheritdoc/>
    public (BridgeQuote? Quote, string? Code, string? Why) Quote(VenueId from, VenueId to, Asset asset, decimal amount)
    {
        if (SideOf(from) is not { } source || SideOf(to) is not { } target || source == target)
        {
            return (null, "BRIDGE_ROUTE", $"The bridge goes between {PoolVenueSpec.Defaults[1].Venue} and {PoolVenueSpec.LayerTwo.Venue}.");
        }
        if (source.Eth is null || target.Eth is null)
        {
            return (null, "BRIDGE_NO_NODE", "Both chains need a node; one of them is simulated or not there yet.");
        }
        if (source.State.Contracts.Token(PoolVenueSpec.SymbolOf(asset)) is not { } token || Liquidity.All(l => l.Symbol != token.Symbol))
        {
            return (null, "BRIDGE_ASSET", $"The bridge does not carry {asset}.");
        }
        var fee = Math.Round(amount * options.FeeBps / 10_000m, Digits, MidpointRounding.ToPositiveInfinity);
        if (amount - fee <= 0m)
        {
            return (null, "BRIDGE_TOO_LITTLE", "The fee takes all of it.");
        }
        var expected = TimeSpan.FromMilliseconds((2 * source.Profile.FinalityMs) + (2 * target.Profile.FinalityMs)) + DelayOf(target);
        return (new(amount, fee, amount - fee, expected, options.Life), null, null);
    }

    /// <inheritdoc/>
    public BridgeTransfer Draft(string id, AccountId account, VenueId from, VenueId to, Asset asset, BridgeQuote quote) => new(
        id, account, from, to, asset, quote.Amount, quote.Receive, SideOf(from)!.State.Instance, SideOf(to)!.State.Instance, time.GetUtcNow(), time.GetUtcNow() + options.Life);

    /// <inheritdoc/>
    public async Task<BridgeTransfer> StepAsync(BridgeTransfer transfer, CancellationToken ct = default)
    {
        if (transfer.IsOver)
        {
            return transfer;
        }
        var (from, to) = (SideOf(transfer.From)!, SideOf(transfer.To)!);
        if (from.State.Mode == ChainMode.Starting || to.State.Mode == ChainMode.Starting)
        {
            return transfer;
        }
        if (from.State.Instance != transfer.FromInstance || to.State.Instance != transfer.ToInstance)
        {
            // Local chains begin anew with every start; what was on them was worth nothing, and the account gets its record back.
            return End(transfer, BridgeState.Failed, "the chains it was sent between are gone");
        }
        try
        {
            return transfer.State switch
            {
                BridgeState.Asked => await SendAsync(transfer, from, to, ct).ConfigureAwait(false),
                BridgeState.Sent => await DeliverAsync(transfer, to, ct).ConfigureAwait(false),
                BridgeState.Claimable => await ClaimAsync(transfer, to, ct).ConfigureAwait(false),
                _ => await RefundAsync(transfer, from, ct).ConfigureAwait(false),
            };
        }
        catch (Exception e) when (e is RpcException or EthereumFormatException)
        {
            return transfer with { Text = "a chain does not answer: " + e.Message };
        }
    }

    private async Task<BridgeTransfer> SendAsync(BridgeTransfer t, ChainRuntime from, ChainRuntime to, CancellationToken ct)
    {
        var owner = await keys.AccountWalletAsync(t.Account, t.From, ct).ConfigureAwait(false);
        var receiver = await keys.AccountWalletAsync(t.Account, t.To, ct).ConfigureAwait(false);
        var (gate, token) = (await GateAsync(from, ct).ConfigureAwait(false), Token(from, t));
        _ = await GateAsync(to, ct).ConfigureAwait(false);
        var (units, net) = (Units(t.Amount, token), Units(t.Receive, token));
        var lane = await from.LaneAsync(owner).ConfigureAwait(false);
        _ = await lane.WatchAsync(ct).ConfigureAwait(false);
        if (lane.Find(Step(t, "send")) is not { } sent)
        {
            await FillAsync(from, owner.Address, token, units, ct).ConfigureAwait(false);
            var approval = await lane.SubmitAsync(new(Step(t, "approve"), token.Address, Erc20Abi.Approve.Encode(gate, units)), ct).ConfigureAwait(false);
            if (approval.Denial is not null)
            {
                return End(t, BridgeState.Failed, approval.Words);
            }
            if (approval.Entry!.Inclusion is null)
            {
                return t;
            }
            var result = await lane.SubmitAsync(new(Step(t, "send"), gate, BridgeContract.Send(token.Address, receiver.Address, net, units - net, t.Deadline), KnownErrors: BridgeContract.Errors), ct).ConfigureAwait(false);
            return result.Denial is null ? t : End(t, BridgeState.Failed, result.Words);
        }
        if (sent.State == TransactionState.Dropped)
        {
            return End(t, BridgeState.Failed, "its transaction will never happen");
        }
        if (sent.State != TransactionState.Final || await ReceiptAsync(from, sent, ct).ConfigureAwait(false) is not { } receipt)
        {
            return t;
        }
        return BridgeContract.NonceIn(receipt, gate) is { } nonce && receipt.Succeeded
            ? t with { State = BridgeState.Sent, Nonce = nonce.ToString(CultureInfo.InvariantCulture), Text = null } : End(t, BridgeState.Failed, "its transaction reverted");
    }

    private async Task<BridgeTransfer> DeliverAsync(BridgeTransfer t, ChainRuntime to, CancellationToken ct)
    {
        var (gate, token, lane) = (await GateAsync(to, ct).ConfigureAwait(false), Token(to, t), await MessengerAsync(to, ct).ConfigureAwait(false));
        _ = await lane.WatchAsync(ct).ConfigureAwait(false);
        var receiver = await keys.AccountWalletAsync(t.Account, t.To, ct).ConfigureAwait(false);
        var now = time.GetUtcNow();
        if (lane.Find(Step(t, "deliver")) is { } delivery)
        {
            if (delivery.State == TransactionState.Final && await ReceiptAsync(to, delivery, ct).ConfigureAwait(false) is { Succeeded: true } receipt)
            {
                return t with { State = BridgeState.Claimable, ClaimableAt = BridgeContract.ClaimableIn(receipt, gate), Text = null };
            }
            if (delivery.IsOpen)
            {
                return t;
            }
        }
        else if (!MessengerPaused && now < t.Deadline - DeliverMargin)
        {
            var result = await lane.SubmitAsync(new(Step(t, "deliver"), gate, BridgeContract.Deliver(t.Nonce!, token.Address, receiver.Address, Units(t.Receive, token), t.Deadline), KnownErrors: BridgeContract.Errors), ct).ConfigureAwait(false);
            return result.Denial is null ? t : t with { Text = "not delivered yet: " + result.Words };
        }
        if (now <= t.Deadline + ExpireMargin || MessengerPaused)
        {
            return t with { Text = MessengerPaused ? "the messenger is silent; the transfer waits" : "it was not delivered in time" };
        }
        var expiry = await lane.SubmitAsync(new(Step(t, "expire"), gate, BridgeContract.Expire(t.Nonce!, t.Deadline), KnownErrors: BridgeContract.Errors), ct).ConfigureAwait(false);
        return expiry.Denial is not null ? t with { Text = "not expired yet: " + expiry.Words }
            : expiry.Entry!.State == TransactionState.Final && await ReceiptAsync(to, expiry.Entry, ct).ConfigureAwait(false) is { Succeeded: true }
                ? t with { State = BridgeState.Expired, Text = "it did not arrive in time and is given back" } : t;
    }

    private async Task<BridgeTransfer> ClaimAsync(BridgeTransfer t, ChainRuntime to, CancellationToken ct)
    {
        var lane = await MessengerAsync(to, ct).ConfigureAwait(false);
        _ = await lane.WatchAsync(ct).ConfigureAwait(false);
        var (gate, token, receiver) = (await GateAsync(to, ct).ConfigureAwait(false), Token(to, t), await keys.AccountWalletAsync(t.Account, t.To, ct).ConfigureAwait(false));
        // A block's clock is up to a block behind ours.
        if (lane.Find(Step(t, "claim")) is null && time.GetUtcNow() <= t.ClaimableAt)
        {
            return t;
        }
        var claim = await lane.SubmitAsync(new(Step(t, "claim"), gate, BridgeContract.Claim(t.Nonce!, token.Address, receiver.Address, Units(t.Receive, token)), KnownErrors: BridgeContract.Errors), ct).ConfigureAwait(false);
        return claim.Denial is not null ? t with { Text = "not claimed yet: " + claim.Words }
            : claim.Entry!.State == TransactionState.Final && await ReceiptAsync(to, claim.Entry, ct).ConfigureAwait(false) is { Succeeded: true } ? End(t, BridgeState.Claimed, null) : t;
    }

    private async Task<BridgeTransfer> RefundAsync(BridgeTransfer t, ChainRuntime from, CancellationToken ct)
    {
        var lane = await MessengerAsync(from, ct).ConfigureAwait(false);
        _ = await lane.WatchAsync(ct).ConfigureAwait(false);
        var (gate, token, owner) = (await GateAsync(from, ct).ConfigureAwait(false), Token(from, t), await keys.AccountWalletAsync(t.Account, t.From, ct).ConfigureAwait(false));
        var refund = await lane.SubmitAsync(new(Step(t, "refund"), gate, BridgeContract.Refund(t.Nonce!, token.Address, owner.Address, Units(t.Amount, token)), KnownErrors: BridgeContract.Errors), ct).ConfigureAwait(false);
        return refund.Denial is not null ? t with { Text = "not given back yet: " + refund.Words }
            : refund.Entry!.State == TransactionState.Final && await ReceiptAsync(from, refund.Entry, ct).ConfigureAwait(false) is { Succeeded: true }
                ? End(t, BridgeState.Refunded, "it did not arrive in time and was given back") : t;
    }

    /// <summary>A local chain's wallet holds what the record says once something needs it.</summary>
    private static async Task FillAsync(ChainRuntime chain, Address wallet, ChainToken token, BigInteger units, CancellationToken ct)
    {
        var missing = new List<(string, decimal)>();
        if (await chain.BalanceAsync(Address.Zero, wallet, ct).ConfigureAwait(false) < BigInteger.Pow(10, 18))
        {
            missing.Add(("ETH", 10m));
        }
        var lacks = units - await chain.BalanceAsync(token.Address, wallet, ct).ConfigureAwait(false);
        if (lacks.Sign > 0)
        {
            missing.Add((token.Symbol, PoolArithmetic.Tokens(lacks, token.Decimals)));
        }
        if (missing.Count > 0)
        {
            await chain.FundAsync(wallet, missing, ct).ConfigureAwait(false);
        }
    }

    private async Task<Address> GateAsync(ChainRuntime chain, CancellationToken ct)
    {
        await opening.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (store.Gate(chain.State.Instance) is { } known)
            {
                return Address.Parse(known);
            }
            var messenger = await MessengerKeyAsync(ct).ConfigureAwait(false);
            await chain.FundAsync(messenger.Address, "ETH", 1_000m, ct).ConfigureAwait(false);
            var gate = await chain.DeployOwnAsync("BridgeGate", [messenger.Address, new BigInteger(DelayOf(chain).TotalSeconds)], ct).ConfigureAwait(false);
            await chain.FundAsync(gate, Liquidity, ct).ConfigureAwait(false);
            store.SetGate(chain.State.Instance, gate.ToString());
            return gate;
        }
        finally
        {
            opening.Release();
        }
    }

    private Task<ISigner> MessengerKeyAsync(CancellationToken ct) => keys.AccountWalletAsync(new("bridge"), new("MESSENGER"), ct);

    private async Task<NonceLane> MessengerAsync(ChainRuntime chain, CancellationToken ct) => await chain.LaneAsync(await MessengerKeyAsync(ct).ConfigureAwait(false)).ConfigureAwait(false);

    private static async Task<EthReceipt?> ReceiptAsync(ChainRuntime chain, LaneEntry entry, CancellationToken ct) =>
        entry.Inclusion is { } i ? await chain.Eth!.ReceiptAsync(i.Hash, ct).ConfigureAwait(false) : null;

    private TimeSpan DelayOf(ChainRuntime target) => target == one ? options.ClaimDelay : TimeSpan.Zero;

    private ChainRuntime? SideOf(VenueId venue) => venue == PoolVenueSpec.Defaults[1].Venue ? one : venue == PoolVenueSpec.LayerTwo.Venue ? two : null;

    private static ChainToken Token(ChainRuntime chain, BridgeTransfer t) => chain.State.Contracts.Token(PoolVenueSpec.SymbolOf(t.Asset))!;

    private static BigInteger Units(decimal tokens, ChainToken token) => PoolArithmetic.UnitsDown(tokens, token.Decimals);

    private static string Step(BridgeTransfer t, string step) => $"bridge/{t.Id}/{step}";

    private BridgeTransfer End(BridgeTransfer t, BridgeState state, string? text) => t with { State = state, EndedAt = time.GetUtcNow(), Text = text };
}

/// <summary>What the bridge takes and how long it waits.</summary>
public sealed record BridgeOptions
{
    /// <summary>Fee, basis points of the amount.</summary>
    public decimal FeeBps { get; init; } = 2m;
    /// <summary>How long a message may take.</summary>
    public TimeSpan Life { get; init; } = TimeSpan.FromMinutes(2);
    /// <summary>How long layer one waits before it pays what left layer two.</summary>
    public TimeSpan ClaimDelay { get; init; } = TimeSpan.FromSeconds(5);
}
