using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.Cow;

/// <summary>What an amount is fixed for.</summary>
public enum CowKind
{
    /// <summary>All of the sell amount, for at least the buy amount.</summary>
    Sell = 1,
    /// <summary>The buy amount, for at most the sell amount.</summary>
    Buy,
}

/// <summary>Where orders are settled: the contract in whose name they are signed, and who holds the approvals.</summary>
/// <param name="Relayer">Address to which owners give allowances (GPv2VaultRelayer).</param>
public sealed record CowDomain(ulong ChainId, Address Settlement, Address Relayer)
{
    /// <summary>CoW Protocol on Ethereum and the chains where it has the same addresses (docs.cow.fi, contracts).</summary>
    public static CowDomain Public(ulong chainId) =>
        new(chainId, Address.Parse("0x9008D19f58AAbD9eD0D60971565AA8510560ab41"), Address.Parse("0xC92E8bdf79f0507f65a392b0ab4667716BFE0110"));
}

/// <summary>An order as it is signed (GPv2Order). Amounts in base units; balances are always those of the tokens themselves ("erc20").</summary>
/// <param name="Receiver">Who gets what is bought.</param>
/// <param name="ValidTo">Last second, Unix time.</param>
/// <param name="AppData">Hash of the application's data; zero for none.</param>
/// <param name="FeeAmount">Signed fee; the protocol takes none since 2024, so it is zero.</param>
public sealed record CowOrder(
    Address SellToken, Address BuyToken, Address Receiver, BigInteger SellAmount, BigInteger BuyAmount, uint ValidTo, string AppData, BigInteger FeeAmount, CowKind Kind, bool PartiallyFillable)
{
    /// <summary>Application data of nobody.</summary>
    public const string NoAppData = "0x0000000000000000000000000000000000000000000000000000000000000000";

    private const string Balance = "erc20";

    private static readonly (string Name, string Type)[] Members =
    [
        ("sellToken", "address"), ("buyToken", "address"), ("receiver", "address"), ("sellAmount", "uint256"), ("buyAmount", "uint256"), ("validTo", "uint32"), ("appData", "bytes32"),
        ("feeAmount", "uint256"), ("kind", "string"), ("partiallyFillable", "bool"), ("sellTokenBalance", "string"), ("buyTokenBalance", "string"),
    ];

    /// <summary>The kind as the protocol writes it.</summary>
    public string KindText => Kind == CowKind.Sell ? "sell" : "buy";

    /// <summary>The amount that is fixed, in whose units fills are counted.</summary>
    public BigInteger FixedAmount => Kind == CowKind.Sell ? SellAmount : BuyAmount;

    /// <summary>The order's members as JSON, numbers as decimal text.</summary>
    public JsonObject ToJson() => new()
    {
        ["sellToken"] = SellToken.ToString(), ["buyToken"] = BuyToken.ToString(), ["receiver"] = Receiver.ToString(), ["sellAmount"] = Text(SellAmount), ["buyAmount"] = Text(BuyAmount),
        ["validTo"] = ValidTo, ["appData"] = AppData, ["feeAmount"] = Text(FeeAmount), ["kind"] = KindText, ["partiallyFillable"] = PartiallyFillable,
        ["sellTokenBalance"] = Balance, ["buyTokenBalance"] = Balance,
    };

    /// <summary>What a wallet signs by eth_signTypedData_v4.</summary>
    public JsonObject TypedData(CowDomain domain) => Typed(domain, "Order", Members, ToJson());

    /// <summary>What a wallet signs to cancel orders off chain.</summary>
    public static JsonObject CancellationTypedData(CowDomain domain, IReadOnlyList<CowUid> uids) =>
        Typed(domain, "OrderCancellations", [("orderUids", "bytes[]")], new() { ["orderUids"] = new JsonArray([.. uids.Select(u => JsonValue.Create(u.ToString()))]) });

    /// <summary>The hash that is signed.</summary>
    public byte[] Digest(CowDomain domain) => Ethereum.Signing.TypedData.Parse(TypedData(domain).ToJsonString()).Hash();

    /// <summary>The hash of the members alone.</summary>
    public byte[] StructHash() => Ethereum.Signing.TypedData.Parse(TypedData(CowDomain.Public(1)).ToJsonString()).StructHash();

    /// <summary>The order's name.</summary>
    public CowUid Uid(CowDomain domain, Address owner) => new(Hex.Encode(Digest(domain)), owner, ValidTo);

    /// <summary>The hash that is signed to cancel orders off chain.</summary>
    public static byte[] CancellationDigest(CowDomain domain, IReadOnlyList<CowUid> uids) => Ethereum.Signing.TypedData.Parse(CancellationTypedData(domain, uids).ToJsonString()).Hash();

    private static JsonObject Typed(CowDomain domain, string primary, (string Name, string Type)[] members, JsonObject message) => new()
    {
        ["types"] = new JsonObject
        {
            ["EIP712Domain"] = Types([("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address")]),
            [primary] = Types(members),
        },
        ["primaryType"] = primary,
        ["domain"] = new JsonObject { ["name"] = "Gnosis Protocol", ["version"] = "v2", ["chainId"] = domain.ChainId, ["verifyingContract"] = domain.Settlement.ToString() },
        ["message"] = message,
    };

    private static JsonArray Types((string Name, string Type)[] members) => new([.. members.Select(m => new JsonObject { ["name"] = m.Name, ["type"] = m.Type })]);

    private static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Name of an order: its digest, its owner and its last second, 56 bytes.</summary>
public sealed record CowUid(string Digest, Address Owner, uint ValidTo)
{
    private const int Bytes = 56;

    /// <summary>Reads 0x and 112 digits.</summary>
    /// <exception cref="EthereumFormatException">It is something else.</exception>
    public static CowUid Parse(string? text)
    {
        var bytes = Hex.Decode(text, Bytes);
        return new(Hex.Encode(bytes.AsSpan(0, 32)), new(bytes.AsSpan(32, 20)), (uint)Hex.Unsigned(bytes.AsSpan(52)));
    }

    /// <inheritdoc/>
    public override string ToString() => Digest + Hex.Encode(Owner.ToBytes())[2..] + ValidTo.ToString("x8", CultureInfo.InvariantCulture);
}
