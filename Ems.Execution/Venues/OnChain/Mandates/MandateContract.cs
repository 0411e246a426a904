using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.OnChain.Mandates;

/// <summary>The mandate contract's interface, and its refusals as stable codes.</summary>
public static class MandateContract
{
    private const string Struct = "(address,address,address,uint256,uint256,uint256,uint256,uint256,address[],address,uint256)";
    private static readonly AbiFunction FillSlice = AbiFunction.Parse($"fill({Struct} m, bytes signature, address router, bytes data, uint256 qty, uint256 minBought) returns (uint256)");
    private static readonly AbiFunction RevokeOne = AbiFunction.Parse($"revoke({Struct} m)");
    private static readonly AbiFunction Raise = AbiFunction.Parse("raiseNonce(uint256 nonce)");
    private static readonly AbiFunction HashOf = AbiFunction.Parse($"mandateHash({Struct} m) returns (bytes32)");
    private static readonly AbiFunction Progress = AbiFunction.Parse("progress(bytes32) returns (uint256 sold, uint64 lastAt, bool revoked)");
    private static readonly AbiFunction Nonces = AbiFunction.Parse("nonces(address) returns (uint256)");
    private static readonly AbiEvent Filled = AbiEvent.Parse("SliceFilled(bytes32 indexed mandate, address indexed owner, uint256 qty, uint256 bought, uint256 sold)");

    /// <summary>Its errors, its runner's, its rules' and its tokens'.</summary>
    public static IReadOnlyList<AbiError> Errors { get; } =
    [
        .. new[]
        {
            "NotExecutor(address sender)", "NotOwner(address sender)", "BadSignature()", "Revoked()", "RouterNotAllowed(address router)", "SameToken()",
            "BoughtTooLittle(uint256 bought, uint256 least)", "NonceNotHigher(uint256 nonce, uint256 present)", "Reentered()", "EmptySlice()", "SliceTooLarge(uint256 qty, uint256 maxSlice)",
            "TotalExceeded(uint256 qty, uint256 left)", "MandateExpired(uint256 expiry)", "TooSoon(uint256 lastAt)", "NotMandates(address sender)", "RouterFailed(address router, bytes reason)",
            "TokenFailed(address token, bytes4 call)",
        }.Select(AbiError.Parse),
    ];

    private static readonly Dictionary<string, string> Codes = new(StringComparer.Ordinal)
    {
        ["NotExecutor"] = "MANDATE_NOT_EXECUTOR", ["BadSignature"] = "MANDATE_BAD_SIGNATURE", ["Revoked"] = "MANDATE_REVOKED", ["RouterNotAllowed"] = "MANDATE_ROUTER_NOT_ALLOWED",
        ["SameToken"] = "MANDATE_SAME_TOKEN", ["EmptySlice"] = "MANDATE_EMPTY_SLICE", ["SliceTooLarge"] = "MANDATE_SLICE_TOO_LARGE", ["TotalExceeded"] = "MANDATE_TOTAL_EXCEEDED",
        ["MandateExpired"] = "MANDATE_EXPIRED", ["TooSoon"] = "MANDATE_TOO_SOON", ["BoughtTooLittle"] = "MANDATE_PRICE", ["RouterFailed"] = "MANDATE_ROUTER_FAILED",
        ["TokenFailed"] = "MANDATE_OWNER_FUNDS", ["Reentered"] = "MANDATE_REENTERED",
    };

    /// <summary>The stable code of a refusal in words; a refusal that is not the contract's is CHAIN_REFUSED.</summary>
    public static string CodeOf(string? words) => words is not null && words.IndexOf('(', StringComparison.Ordinal) is > 0 and var end && Codes.TryGetValue(words[..end], out var code) ? code : "CHAIN_REFUSED";

    /// <summary>Call data of a slice.</summary>
    public static byte[] Fill(Mandate m, byte[] signature, Address router, byte[] data, BigInteger qty, BigInteger minBought) => FillSlice.Encode(m.Tuple, signature, router, data, qty, minBought);

    /// <summary>Call data by which the owner ends a mandate.</summary>
    public static byte[] Revoke(Mandate m) => RevokeOne.Encode((object)m.Tuple);

    /// <summary>Call data by which the owner ends every mandate below a nonce.</summary>
    public static byte[] RaiseNonce(BigInteger nonce) => Raise.Encode(nonce);

    /// <summary>The mandate's name in the contract.</summary>
    public static async Task<byte[]> HashAsync(EthApi eth, Address contract, Mandate m, CancellationToken ct = default) =>
        (byte[])HashOf.DecodeOutput(await eth.CallAsync(new(null, contract, HashOf.Encode((object)m.Tuple)), ct: ct).ConfigureAwait(false))[0];

    /// <summary>What was sold by a mandate, when last, whether it was revoked, and its owner's present nonce.</summary>
    public static async Task<(BigInteger Sold, long LastAt, bool Revoked, BigInteger Nonce)> ProgressAsync(EthApi eth, Address contract, string hash, Address owner, CancellationToken ct = default)
    {
        var answers = await eth.CallManyAsync([new(null, contract, Progress.Encode(Hex.Decode(hash))), new(null, contract, Nonces.Encode(owner))], ct: ct).ConfigureAwait(false);
        var progress = Progress.DecodeOutput(answers[0].Data ?? throw new RpcRefusedException(Progress.Signature, answers[0].Error!));
        var nonce = Nonces.DecodeOutput(answers[1].Data ?? throw new RpcRefusedException(Nonces.Signature, answers[1].Error!));
        return ((BigInteger)progress[0], (long)(BigInteger)progress[1], (bool)progress[2], (BigInteger)nonce[0]);
    }

    /// <summary>What a slice sold and bought, from its receipt; null when no slice was filled.</summary>
    public static (BigInteger Qty, BigInteger Bought)? FilledIn(EthReceipt receipt, Address contract)
    {
        foreach (var log in receipt.Logs.Where(l => l.Address == contract && Filled.Matches(l.Topics)))
        {
            var values = Filled.Decode(log.Topics, log.Data);
            return ((BigInteger)values[2], (BigInteger)values[3]);
        }
        return null;
    }
}
