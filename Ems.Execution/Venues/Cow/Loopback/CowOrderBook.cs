using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.Cow.Loopback;

/// <summary>
/// An order book of CoW Protocol for a local chain: it takes what the real one would take, by signature, balance and allowance, and is as
/// strict in its words. Its solver settles what the pools can fill. It keeps its orders in memory, as its chain does.
/// </summary>
public sealed partial class CowOrderBook(CowMarket market, CowDomain domain, ICowSettler settler, TimeProvider time)
{
    private const int OrdersMax = 10_000, ValidSecondsMin = 10, ValidSecondsMax = 24 * 3600;
    private readonly ContractSignatures contractSignatures = new(market.Eth);
    private readonly Lock gate = new();
    private readonly Dictionary<string, BookedOrder> orders = new(StringComparer.Ordinal);
    private long quotes;

    /// <summary>What the order book does wrong on purpose.</summary>
    public CowFaults Faults { get; } = new();

    /// <summary>Where orders are settled.</summary>
    public CowDomain Domain => domain;

    internal long NextQuote() => Interlocked.Increment(ref quotes);

    /// <summary>A price from the pools, at the newest block.</summary>
    internal async Task<CowOrder> QuoteAsync(CowQuoteRequest request, CancellationToken ct)
    {
        CheckTokens(request.SellToken, request.BuyToken);
        if (request.Amount.Sign <= 0)
        {
            throw new CowBookException("ZeroAmount", "an amount is zero");
        }
        CheckValidity(request.ValidForSeconds);
        var routes = await market.RoutesAsync(request.SellToken, request.BuyToken, ct).ConfigureAwait(false);
        BigInteger? best = request.Kind == CowKind.Sell ? routes.Select(r => (BigInteger?)r.Out(request.Amount)).Max() : routes.Select(r => r.In(request.Amount, Hex.MaxUInt256 >> 128)).OfType<BigInteger>().Order().Select(b => (BigInteger?)b).FirstOrDefault();
        if (best is not { Sign: > 0 } other)
        {
            throw new CowBookException("NoLiquidity", "no pool trades that", 404);
        }
        var validTo = (uint)(time.GetUtcNow().ToUnixTimeSeconds() + request.ValidForSeconds);
        var (sell, buy) = request.Kind == CowKind.Sell ? (request.Amount, other) : (other, request.Amount);
        return new(request.SellToken, request.BuyToken, request.From, sell, buy, validTo, CowOrder.NoAppData, 0, request.Kind, request.PartiallyFillable);
    }

    /// <summary>Takes an order whose signature, balance and allowance are right.</summary>
    internal async Task<CowUid> PlaceAsync(CowOrder order, Address? from, byte[] signature, string scheme, CancellationToken ct)
    {
        CheckTokens(order.SellToken, order.BuyToken);
        if (order.SellAmount.Sign <= 0 || order.BuyAmount.Sign <= 0)
        {
            throw new CowBookException("ZeroAmount", "an amount is zero");
        }
        if (!order.FeeAmount.IsZero)
        {
            throw new CowBookException("NonZeroFee", "the signed fee must be zero");
        }
        CheckValidity(order.ValidTo - time.GetUtcNow().ToUnixTimeSeconds());
        var (owner, kind) = await OwnerAsync(order.Digest(domain), from, signature, scheme, ct).ConfigureAwait(false);
        var uid = order.Uid(domain, owner);
        lock (gate)
        {
            if (orders.ContainsKey(uid.ToString()))
            {
                throw new CowBookException("DuplicatedOrder", "the order is on the book already");
            }
        }
        // A part is enough for an order that may be filled in parts, as the real one takes it.
        var needs = order.PartiallyFillable ? BigInteger.One : order.SellAmount;
        if (await NumberAsync(order.SellToken, Erc20Abi.BalanceOf, [owner], ct).ConfigureAwait(false) < needs)
        {
            throw new CowBookException("InsufficientBalance", "the owner has not enough of the sell token");
        }
        if (await NumberAsync(order.SellToken, Erc20Abi.Allowance, [owner, domain.Relayer], ct).ConfigureAwait(false) < needs)
        {
            throw new CowBookException("InsufficientAllowance", "the owner has not allowed the relayer enough of the sell token");
        }
        lock (gate)
        {
            if (orders.Count >= OrdersMax)
            {
                throw new CowBookException("TooManyLimitOrders", "the book is full");
            }
            if (!orders.TryAdd(uid.ToString(), new(uid, order, signature, kind, time.GetUtcNow())))
            {
                throw new CowBookException("DuplicatedOrder", "the order is on the book already");
            }
        }
        return uid;
    }

    /// <summary>Takes orders off the book by one signature of their owner; all of them or none.</summary>
    internal void Cancel(IReadOnlyList<CowUid> uids, byte[] signature, string scheme)
    {
        var digest = CowOrder.CancellationDigest(domain, uids);
        Address signer;
        try
        {
            signer = EthRecover.Signer(scheme == "ethsign" ? PersonalMessage.Hash(digest) : digest, EthSignature.Parse(signature));
        }
        catch (EthereumFormatException e)
        {
            throw new CowBookException("InvalidSignature", e.Message);
        }
        lock (gate)
        {
            BookedOrder[] named = [.. uids.Select(u => orders.GetValueOrDefault(u.ToString()) ?? throw new CowBookException("OrderNotFound", "there is no such order", 404))];
            foreach (var order in named)
            {
                var status = order.StatusAt(time.GetUtcNow());
                if (order.Uid.Owner != signer)
                {
                    throw new CowBookException("WrongOwner", "another key signed the cancellation", 401);
                }
                if (status != CowStatus.Open)
                {
                    throw new CowBookException(status switch { CowStatus.Fulfilled => "OrderFullyExecuted", CowStatus.Cancelled => "AlreadyCancelled", _ => "OrderExpired" }, $"the order is {CowJson.Text(status)}");
                }
            }
            foreach (var order in named)
            {
                order.IsCancelled = true;
            }
        }
    }

    internal BookedOrder? Find(string uid)
    {
        lock (gate)
        {
            return orders.GetValueOrDefault(uid.ToLowerInvariant());
        }
    }

    internal IReadOnlyList<BookedOrder> Of(Address owner)
    {
        lock (gate)
        {
            return [.. orders.Values.Where(o => o.Uid.Owner == owner).OrderByDescending(o => o.CreatedAt)];
        }
    }

    internal CowStatus StatusOf(BookedOrder order) => order.StatusAt(time.GetUtcNow());

    private async Task<(Address Owner, int Scheme)> OwnerAsync(byte[] digest, Address? from, byte[] signature, string scheme, CancellationToken ct)
    {
        if (scheme == "eip1271")
        {
            return from is { } account && await contractSignatures.IsValidAsync(account, digest, signature, ct).ConfigureAwait(false)
                ? (account, 2) : throw new CowBookException("InvalidEip1271Signature", "the contract does not stand behind the signature");
        }
        if (scheme is not ("eip712" or "ethsign"))
        {
            throw new CowBookException("UnsupportedSigningScheme", scheme);
        }
        try
        {
            var signer = EthRecover.Signer(scheme == "eip712" ? digest : PersonalMessage.Hash(digest), EthSignature.Parse(signature));
            return from is null || from == signer ? (signer, scheme == "eip712" ? 0 : 1) : throw new CowBookException("WrongOwner", $"signed by {signer}, not by {from}");
        }
        catch (EthereumFormatException e)
        {
            throw new CowBookException("InvalidSignature", e.Message);
        }
    }

    private void CheckTokens(Address sell, Address buy)
    {
        if (sell == buy)
        {
            throw new CowBookException("SameBuyAndSellToken", "the tokens are the same");
        }
        if (!market.Knows(sell) || !market.Knows(buy))
        {
            throw new CowBookException("UnsupportedToken", $"no pool has {(market.Knows(sell) ? buy : sell)}");
        }
    }

    private static void CheckValidity(long seconds)
    {
        if (seconds < ValidSecondsMin)
        {
            throw new CowBookException("InsufficientValidTo", $"an order is valid for at least {ValidSecondsMin} s");
        }
        if (seconds > ValidSecondsMax)
        {
            throw new CowBookException("ExcessiveValidTo", $"an order is valid for at most {ValidSecondsMax} s");
        }
    }

    private async Task<BigInteger> NumberAsync(Address token, AbiFunction function, object[] values, CancellationToken ct) =>
        (BigInteger)function.DecodeOutput(await market.Eth.CallAsync(new(null, token, function.Encode(values)), ct: ct).ConfigureAwait(false))[0];
}
