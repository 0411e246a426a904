namespace Ems.Web.Client.Contracts;

/// <summary>POST /api/wallets/challenge: which address wants to prove itself, on which chain its wallet is.</summary>
public sealed record WalletChallengeRequest
{
    /// <summary>0x and 40 digits.</summary>
    public string? Address { get; init; }
    /// <summary>EIP-155 number of the wallet's chain.</summary>
    public long? ChainId { get; init; }
}

/// <summary>The text to sign (EIP-4361). It is good once, in this browser, until <paramref name="ExpiresAt"/>.</summary>
public sealed record WalletChallenge(string Message, DateTimeOffset ExpiresAt);

/// <summary>POST /api/wallets/sign-in and /api/wallets: the text as it was given out and the wallet's signature (personal_sign, 65 bytes as 0x…).</summary>
public sealed record WalletProof
{
    /// <summary>As given out.</summary>
    public string? Message { get; init; }
    /// <summary>0x and 130 digits.</summary>
    public string? Signature { get; init; }
}

/// <summary>GET /api/wallets/connect: what the page needs for WalletConnect. Without a project id it is off.</summary>
/// <param name="ProjectId">As the relay knows this installation, or null.</param>
/// <param name="RelayUrl">The relay, ws or wss.</param>
/// <param name="Chains">EIP-155 numbers the wallet is asked for.</param>
public sealed record WalletConnectSettings(string? ProjectId, string? RelayUrl, IReadOnlyList<long> Chains);

/// <summary>An address that proved to be the signed-in person's.</summary>
public sealed record WalletRow(string Address);
