using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.OnChain.Mandates;

/// <summary>A mandate as its owner signs it; members and units are the contract's. Prices are units bought per unit sold, times 1e18.</summary>
public sealed record Mandate(
    Address Owner, Address SellToken, Address BuyToken, BigInteger SellTotal, BigInteger MaxSlice, BigInteger MinInterval, BigInteger MinPrice, BigInteger Expiry,
    IReadOnlyList<Address> Routers, Address Executor, BigInteger Nonce)
{
    /// <summary>One, as prices are written.</summary>
    public static BigInteger PriceOne { get; } = BigInteger.Pow(10, 18);

    /// <summary>The struct as the contract takes it.</summary>
    internal object[] Tuple => [Owner, SellToken, BuyToken, SellTotal, MaxSlice, MinInterval, MinPrice, Expiry, Routers.Cast<object>().ToArray(), Executor, Nonce];

    /// <summary>Last moment at which a slice may be filled.</summary>
    public DateTimeOffset ExpiresAt => DateTimeOffset.FromUnixTimeSeconds((long)BigInteger.Min(Expiry, 253_402_300_799));

    /// <summary>What a wallet is asked to show and sign (eth_signTypedData_v4).</summary>
    public string TypedJson(ulong chainId, Address contract) => JsonSerializer.Serialize(new
    {
        types = new
        {
            EIP712Domain = Members("name string", "version string", "chainId uint256", "verifyingContract address"),
            Mandate = Members("owner address", "sellToken address", "buyToken address", "sellTotal uint256", "maxSlice uint256", "minInterval uint256", "minPrice uint256", "expiry uint256",
                "routers address[]", "executor address", "nonce uint256"),
        },
        primaryType = "Mandate",
        domain = new { name = "EMS Mandates", version = "1", chainId, verifyingContract = contract.ToString() },
        message = new
        {
            owner = Owner.ToString(), sellToken = SellToken.ToString(), buyToken = BuyToken.ToString(), sellTotal = Text(SellTotal), maxSlice = Text(MaxSlice), minInterval = Text(MinInterval),
            minPrice = Text(MinPrice), expiry = Text(Expiry), routers = Routers.Select(r => r.ToString()), executor = Executor.ToString(), nonce = Text(Nonce),
        },
    });

    /// <summary>The hash that is signed.</summary>
    public byte[] SigningHash(ulong chainId, Address contract) => TypedData.Parse(TypedJson(chainId, contract)).Hash();

    private static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

    private static object[] Members(params string[] members) => [.. members.Select(m => (object)new { name = m.Split(' ')[0], type = m.Split(' ')[1] })];
}

/// <summary>Where a mandate stands. Only an active one is used.</summary>
public enum MandateState
{
    /// <summary>Slices may be filled.</summary>
    Active = 1,
    /// <summary>The server was told not to use it any more.</summary>
    Stopped,
    /// <summary>Its owner ended it on the chain.</summary>
    Revoked,
    /// <summary>Its time is over.</summary>
    Expired,
    /// <summary>All of it is sold.</summary>
    Spent,
    /// <summary>It was of a local chain that is gone.</summary>
    Gone,
}

/// <summary>A signed mandate in the server's book.</summary>
/// <param name="Hash">Its name in the contract, 0x….</param>
/// <param name="Instance">The chain it is for.</param>
/// <param name="TotalQty">Tokens that may be sold in all: of the base for a sale, of the quote for a purchase.</param>
/// <param name="Sold">Units sold, by the contract's count when it was last asked.</param>
/// <param name="LastAt">Block time of the newest slice, Unix seconds; 0 for none.</param>
/// <param name="Orders">Parents that trade by it.</param>
/// <param name="Credited">Tokens that the account's ledger was given for it, those that it sells.</param>
/// <param name="IsClosed">Whether everything that followed from its end was done.</param>
/// <param name="Side">Whether it sells the base for the quote, or buys the base with the quote.</param>
public sealed record MandateEntry(
    string Hash, AccountId Account, string Actor, InstrumentId Instrument, string Instance, ulong ChainId, string Contract, MandateText Terms, string Signature, decimal TotalQty,
    DateTimeOffset CreatedAt, MandateState State, string Sold, long LastAt, IReadOnlyList<string> Orders, decimal Credited, bool IsClosed = false, Side Side = Side.Sell)
{
    /// <summary>The terms.</summary>
    [JsonIgnore]
    public Mandate Mandate => Terms.ToMandate();

    /// <summary>Units sold.</summary>
    [JsonIgnore]
    public BigInteger SoldUnits => BigInteger.Parse(Sold, CultureInfo.InvariantCulture);

    /// <summary>Earliest time of the next slice.</summary>
    [JsonIgnore]
    public DateTimeOffset? NextAllowedAt => LastAt == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(LastAt + (long)Mandate.MinInterval);
}

/// <summary>The terms of a mandate as text, as they are kept and as they travel.</summary>
public sealed record MandateText(
    string Owner, string SellToken, string BuyToken, string SellTotal, string MaxSlice, string MinInterval, string MinPrice, string Expiry, IReadOnlyList<string> Routers, string Executor, string Nonce)
{
    /// <summary>Text of a mandate.</summary>
    public static MandateText Of(Mandate m) => new(m.Owner.ToString(), m.SellToken.ToString(), m.BuyToken.ToString(), N(m.SellTotal), N(m.MaxSlice), N(m.MinInterval), N(m.MinPrice), N(m.Expiry),
        [.. m.Routers.Select(r => r.ToString())], m.Executor.ToString(), N(m.Nonce));

    /// <summary>The mandate; text that is none throws <see cref="EthereumFormatException"/>.</summary>
    public Mandate ToMandate() => new(Address.Parse(Owner), Address.Parse(SellToken), Address.Parse(BuyToken), P(SellTotal), P(MaxSlice), P(MinInterval), P(MinPrice), P(Expiry),
        [.. Routers.Select(Address.Parse)], Address.Parse(Executor), P(Nonce));

    private static string N(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

    private static BigInteger P(string text) => text is { Length: > 0 and <= 78 } && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= Hex.MaxUInt256
        ? value : throw new EthereumFormatException($"{text} is no unsigned number of 256 bits.");
}
