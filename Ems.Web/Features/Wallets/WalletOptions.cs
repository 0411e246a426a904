using System.ComponentModel.DataAnnotations;

namespace Ems.Web.Features.Wallets;

/// <summary>Section <c>Wallets</c>.</summary>
public sealed class WalletOptions
{
    /// <summary>Chains (EIP-155 numbers) a wallet may be on when it signs in; the message names one, and a signature for another chain is refused. Default: Ethereum, Optimism, BNB, Polygon, Base, Arbitrum, Sepolia, and a local node.</summary>
    [Required, MinLength(1)] public long[] Chains { get; set; } = [1, 10, 56, 137, 8453, 42161, 11155111, 31337];
}
