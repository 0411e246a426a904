using System.Collections.Concurrent;
using System.Numerics;
using System.Text.Json.Nodes;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.Cow;

/// <summary>An intent as it was quoted, to be signed.</summary>
/// <param name="Order">With the owner's tolerance in its limit.</param>
/// <param name="QuotedSell">What the market takes now.</param>
/// <param name="QuotedBuy">What the market gives now.</param>
/// <param name="Balance">Units of the sell token that the owner has.</param>
/// <param name="Allowance">Units that the relayer may take of him.</param>
public sealed record QuotedIntent(CowUid Uid, CowOrder Order, BigInteger QuotedSell, BigInteger QuotedBuy, BigInteger Balance, BigInteger Allowance, long? QuoteId);

/// <summary>
/// Intents from quote to settlement. Only what was quoted here can be placed, so nobody signs one thing on this desk and places another;
/// a lost answer is looked up by the order's name and never placed under another.
/// </summary>
public sealed class IntentDesk(CowClient client, CowDomain domain, EthApi eth, TimeProvider time)
{
    private const int QuotesMax = 10_000, Bps = 10_000;
    private readonly ContractSignatures contractSignatures = new(eth);
    private readonly ConcurrentDictionary<string, QuotedIntent> quotes = new(StringComparer.Ordinal);

    /// <summary>Where intents are settled, and who must have the allowance.</summary>
    public CowDomain Domain => domain;

    /// <summary>Quotes an intent and puts the tolerance into its limit.</summary>
    /// <param name="toleranceBps">How much worse than the quote the owner takes.</param>
    /// <exception cref="CowRefusedException">The order book says no.</exception>
    public async Task<QuotedIntent> QuoteAsync(CowQuoteRequest request, int toleranceBps, CancellationToken ct = default)
    {
        var quote = await client.QuoteAsync(request, ct).ConfigureAwait(false);
        var q = quote.Order;
        var fixedAmount = request.Kind == CowKind.Sell ? q.SellAmount : q.BuyAmount;
        if (q.SellToken != request.SellToken || q.BuyToken != request.BuyToken || q.Receiver != request.From || q.Kind != request.Kind || fixedAmount != request.Amount || q.PartiallyFillable != request.PartiallyFillable)
        {
            throw new EthereumFormatException("The order book quotes another order than the one that was asked.");
        }
        var order = request.Kind == CowKind.Sell ? q with { BuyAmount = q.BuyAmount * (Bps - toleranceBps) / Bps } : q with { SellAmount = ((q.SellAmount * (Bps + toleranceBps)) + Bps - 1) / Bps };
        var uid = order.Uid(domain, request.From);
        var quoted = new QuotedIntent(uid, order, q.SellAmount, q.BuyAmount, await NumberAsync(order.SellToken, Erc20Abi.BalanceOf, [request.From], ct).ConfigureAwait(false),
            await NumberAsync(order.SellToken, Erc20Abi.Allowance, [request.From, domain.Relayer], ct).ConfigureAwait(false), quote.Id);
        Forget();
        quotes[uid.ToString()] = quoted;
        return quoted;
    }

    /// <summary>An intent that was quoted here and can still be placed, or null.</summary>
    public QuotedIntent? Quoted(CowUid uid) => quotes.GetValueOrDefault(uid.ToString()) is { } q && q.Order.ValidTo > time.GetUtcNow().ToUnixTimeSeconds() ? q : null;

    /// <summary>What the owner signs to place it.</summary>
    public JsonObject TypedData(QuotedIntent intent) => intent.Order.TypedData(domain);

    /// <summary>What the owner signs to cancel it.</summary>
    public JsonObject CancellationTypedData(CowUid uid) => CowOrder.CancellationTypedData(domain, [uid]);

    /// <summary>Places a quoted intent with its owner's signature. The same one again changes nothing.</summary>
    /// <exception cref="CowRefusedException">The signature is not the owner's, the quote is unknown, or the order book says no.</exception>
    public async Task<CowOrderState> PlaceAsync(CowUid uid, string signature, CancellationToken ct = default)
    {
        var intent = Quoted(uid) ?? throw new CowRefusedException("QuoteUnknown", "Ask for a quote first; this one is not known here or its time is over.");
        var byContract = await CheckAsync(uid.Owner, intent.Order.Digest(domain), signature, ct).ConfigureAwait(false);
        try
        {
            _ = await client.PlaceAsync(domain, intent.Order, uid.Owner, signature, intent.QuoteId, byContract, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcTransportException or CowRefusedException { Code: "DuplicatedOrder" })
        {
            // It may be there all the same; its name says so.
            if (await client.FindAsync(uid, ct).ConfigureAwait(false) is { } known)
            {
                return known;
            }
            throw;
        }
        return await client.FindAsync(uid, ct).ConfigureAwait(false) ?? throw new RpcTransportException("The order book took the order and does not know it.");
    }

    /// <summary>Takes an intent off the book by its owner's signature. What a solver has sent already may still be filled.</summary>
    public async Task<CowOrderState?> CancelAsync(CowUid uid, string signature, CancellationToken ct = default)
    {
        if (await CheckAsync(uid.Owner, CowOrder.CancellationDigest(domain, [uid]), signature, ct).ConfigureAwait(false))
        {
            // The protocol's own rule: cancellations are signed by keys.
            throw new CowRefusedException("CancelOnChain", $"The order book takes no cancellation signed by a contract: {uid.Owner} ends the order by a transaction to {domain.Settlement}, or it expires.");
        }
        await client.CancelAsync([uid], signature, ct).ConfigureAwait(false);
        return await client.FindAsync(uid, ct).ConfigureAwait(false);
    }

    /// <summary>An intent as the order book knows it; null where there is none.</summary>
    public Task<CowOrderState?> FindAsync(CowUid uid, CancellationToken ct = default) => client.FindAsync(uid, ct);

    /// <summary>The intents of an owner, newest first.</summary>
    public Task<IReadOnlyList<CowOrderState>> OrdersOfAsync(Address owner, CancellationToken ct = default) => client.OrdersOfAsync(owner, ct: ct);

    /// <summary>The fills of an intent.</summary>
    public Task<IReadOnlyList<CowTrade>> TradesAsync(CowUid uid, CancellationToken ct = default) => client.TradesAsync(uid, ct);

    /// <summary>Refuses what the owner did not sign; whether it was a contract that did.</summary>
    private async Task<bool> CheckAsync(Address owner, byte[] digest, string signature, CancellationToken ct)
    {
        byte[] bytes;
        try
        {
            bytes = Hex.Decode(signature);
        }
        catch (EthereumFormatException e)
        {
            throw new CowRefusedException("InvalidSignature", e.Message);
        }
        if (!await contractSignatures.IsValidAsync(owner, digest, bytes, ct).ConfigureAwait(false))
        {
            throw new CowRefusedException("InvalidSignature", $"This is not signed by {owner}.");
        }
        return !EthRecover.IsSignedBy(owner, digest, bytes);
    }

    private void Forget()
    {
        if (quotes.Count < QuotesMax)
        {
            return;
        }
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        foreach (var old in quotes.Where(q => q.Value.Order.ValidTo <= now).Select(q => q.Key).ToArray())
        {
            quotes.TryRemove(old, out _);
        }
        if (quotes.Count >= QuotesMax)
        {
            quotes.Clear();
        }
    }

    private async Task<BigInteger> NumberAsync(Address token, AbiFunction function, object[] values, CancellationToken ct) =>
        (BigInteger)function.DecodeOutput(await eth.CallAsync(new(null, token, function.Encode(values)), ct: ct).ConfigureAwait(false))[0];
}
