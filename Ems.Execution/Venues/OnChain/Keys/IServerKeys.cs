using System.Numerics;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.OnChain.Keys;

/// <summary>A key that the server holds, without the key.</summary>
/// <param name="Name">What it is for: <c>executor/1</c>, <c>account/…</c>.</param>
/// <param name="RetiredAt">Since when nothing new is given to it; null while it is in use.</param>
public sealed record ServerKey(string Name, Address Address, DateTimeOffset CreatedAt, DateTimeOffset? RetiredAt);

/// <summary>Something that was done with a key, for whoever looks later.</summary>
public sealed record ServerKeyEvent(DateTimeOffset Time, string Actor, string What, Address Address, string? Text);

/// <summary>Keys that the server holds. What is outside sees signers and addresses, never a key.</summary>
public interface IServerKeys
{
    /// <summary>The wallet of an account at a venue, made when first asked for.</summary>
    Task<ISigner> AccountWalletAsync(AccountId account, VenueId venue, CancellationToken ct = default);

    /// <summary>The identity by which relays know this server, made when first asked for; it holds no funds.</summary>
    Task<ISigner> RelayIdentityAsync(CancellationToken ct = default);

    /// <summary>The executor that new mandates name, made when first asked for.</summary>
    Task<ISigner> ExecutorAsync(CancellationToken ct = default);

    /// <summary>An executor by its address, also a retired one: mandates that name it live on. Null when it is not ours.</summary>
    Task<ISigner?> ExecutorAsync(Address address, CancellationToken ct = default);

    /// <summary>Makes a new executor for new mandates and retires the one before.</summary>
    Task<ServerKey> RotateExecutorAsync(string actor, CancellationToken ct = default);

    /// <summary>The executors, newest first.</summary>
    IReadOnlyList<ServerKey> Executors();

    /// <summary>Wei that an address has spent for gas on a day (UTC).</summary>
    BigInteger GasSpent(Address address, DateOnly day);

    /// <summary>Notes gas that an address has spent; once per transaction.</summary>
    void SpendGas(Address address, DateOnly day, string transaction, BigInteger wei);

    /// <summary>Notes something for whoever looks later.</summary>
    void Audit(string actor, string what, Address address, string? text = null);

    /// <summary>What was noted, newest first.</summary>
    IReadOnlyList<ServerKeyEvent> Audited(int max);
}
