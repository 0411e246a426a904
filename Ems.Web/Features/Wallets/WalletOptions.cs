using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace Ems.Web.Features.Wallets;

/// <summary>Section <c>Wallets</c>.</summary>
public sealed class WalletOptions
{
    /// <summary>Chains (EIP-155 numbers) a wallet may be on when it signs in; the message names one, and a signature for another chain is refused. Default: Ethereum, Optimism, BNB, Polygon, Base, Arbitrum, Sepolia, and a local node.</summary>
    [Required, MinLength(1)] public long[] Chains { get; set; } = [1, 10, 56, 137, 8453, 42161, 11155111, 31337];

    /// <summary>WalletConnect; off without a project id.</summary>
    public WalletConnectOptions WalletConnect { get; set; } = new();
}

/// <summary>Section <c>Wallets:WalletConnect</c>.</summary>
public sealed partial class WalletConnectOptions
{
    /// <summary>The project as the relay knows it, letters, digits and hyphens. Null or empty: no WalletConnect.</summary>
    public string? ProjectId { get; set; }

    /// <summary>The relay: wss, or ws on this machine.</summary>
    public string RelayUrl { get; set; } = "wss://relay.walletconnect.org";

    /// <summary>Whether the page offers it.</summary>
    public bool IsOn => !string.IsNullOrEmpty(ProjectId);

    /// <summary>Whether these settings can work; off always can.</summary>
    public bool IsValid => !IsOn || (Id().IsMatch(ProjectId!) && Uri.TryCreate(RelayUrl, UriKind.Absolute, out var relay) && (relay.Scheme == "wss" || (relay.Scheme == "ws" && relay.IsLoopback)));

    /// <summary>What the page may connect to for it: the relay's origin. Empty when off.</summary>
    public string ConnectSource => IsOn ? new Uri(RelayUrl).GetLeftPart(UriPartial.Authority) : "";

    [GeneratedRegex("^[0-9A-Za-z-]{1,64}$")]
    private static partial Regex Id();
}
