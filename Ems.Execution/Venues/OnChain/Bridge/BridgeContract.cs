using System.Globalization;
using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.OnChain.Bridge;

/// <summary>The gate's interface (chain/contracts/BridgeGate.sol).</summary>
public static class BridgeContract
{
    private static readonly AbiFunction SendOne = AbiFunction.Parse("send(address token, address to, uint256 amount, uint256 fee, uint256 deadline) returns (uint256)");
    private static readonly AbiFunction DeliverOne = AbiFunction.Parse("deliver(uint256 nonce, address token, address to, uint256 amount, uint256 deadline)");
    private static readonly AbiFunction ClaimOne = AbiFunction.Parse("claim(uint256 nonce, address token, address to, uint256 amount)");
    private static readonly AbiFunction ExpireOne = AbiFunction.Parse("expire(uint256 nonce, uint256 deadline)");
    private static readonly AbiFunction RefundOne = AbiFunction.Parse("refund(uint256 nonce, address token, address from, uint256 amount)");
    private static readonly AbiEvent Sent = AbiEvent.Parse("Sent(uint256 indexed nonce, address indexed from, address token, address to, uint256 amount, uint256 deadline)");
    private static readonly AbiEvent Delivered = AbiEvent.Parse("Delivered(uint256 indexed nonce, uint256 claimableAt)");

    /// <summary>Its refusals.</summary>
    public static IReadOnlyList<AbiError> Errors { get; } =
    [
        .. new[]
        {
            "NotMessenger(address sender)", "NothingSent()", "DeadlinePassed(uint256 deadline)", "DeadlineAhead(uint256 deadline)", "AlreadyIncoming(uint256 nonce)", "NotDelivered(uint256 nonce)",
            "NotYet(uint256 claimableAt)", "NotWaiting(uint256 nonce)", "TokenFailed(address token, bytes4 call)",
        }.Select(AbiError.Parse),
    ];

    /// <summary>Call data that sends.</summary>
    public static byte[] Send(Address token, Address to, BigInteger amount, BigInteger fee, DateTimeOffset deadline) => SendOne.Encode(token, to, amount, fee, Seconds(deadline));

    /// <summary>Call data that delivers.</summary>
    public static byte[] Deliver(string nonce, Address token, Address to, BigInteger amount, DateTimeOffset deadline) => DeliverOne.Encode(Number(nonce), token, to, amount, Seconds(deadline));

    /// <summary>Call data that pays out.</summary>
    public static byte[] Claim(string nonce, Address token, Address to, BigInteger amount) => ClaimOne.Encode(Number(nonce), token, to, amount);

    /// <summary>Call data that closes a message for ever.</summary>
    public static byte[] Expire(string nonce, DateTimeOffset deadline) => ExpireOne.Encode(Number(nonce), Seconds(deadline));

    /// <summary>Call data that gives back; the amount includes the fee.</summary>
    public static byte[] Refund(string nonce, Address token, Address from, BigInteger amount) => RefundOne.Encode(Number(nonce), token, from, amount);

    /// <summary>The number of the message in a receipt, or null.</summary>
    public static BigInteger? NonceIn(EthReceipt receipt, Address gate) => receipt.Logs.Where(l => l.Address == gate && Sent.Matches(l.Topics)).Select(l => (BigInteger?)Sent.Decode(l.Topics, l.Data)[0]).FirstOrDefault();

    /// <summary>When a delivered message can be claimed, or null.</summary>
    public static DateTimeOffset? ClaimableIn(EthReceipt receipt, Address gate) => receipt.Logs.Where(l => l.Address == gate && Delivered.Matches(l.Topics))
        .Select(l => (DateTimeOffset?)DateTimeOffset.FromUnixTimeSeconds((long)(BigInteger)Delivered.Decode(l.Topics, l.Data)[1])).FirstOrDefault();

    private static BigInteger Number(string nonce) => BigInteger.Parse(nonce, CultureInfo.InvariantCulture);

    private static BigInteger Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds();
}
