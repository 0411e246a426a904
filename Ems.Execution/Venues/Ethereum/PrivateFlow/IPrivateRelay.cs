using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;

namespace Ems.Execution.Venues.Ethereum.PrivateFlow;

/// <summary>A signed transaction for private hands.</summary>
/// <param name="Raw">The signed bytes, as text.</param>
/// <param name="Hash">Their name on the chain.</param>
/// <param name="Path">Relay or Bundle.</param>
/// <param name="FirstBlock">First block that it may be in.</param>
/// <param name="LastBlock">Last block that it may be in.</param>
/// <param name="Hints">What searchers may know of it.</param>
public sealed record PrivateSubmission(string Raw, string Hash, SubmissionPath Path, long FirstBlock, long LastBlock, RelayHints Hints = RelayHints.None);

/// <summary>A private way to builders.</summary>
public interface IPrivateRelay
{
    /// <summary>Name for people.</summary>
    string Name { get; }

    /// <summary>
    /// Hands over a signed transaction. <see cref="RpcRefusedException"/>: it was not taken. Any other <see cref="RpcException"/> leaves open
    /// whether the relay has it; handing it over again is harmless.
    /// </summary>
    Task SendAsync(PrivateSubmission submission, CancellationToken ct = default);

    /// <summary>Asks for a transaction to be forgotten; whether the relay says that it has. A builder may have it already.</summary>
    Task<bool> CancelAsync(string hash, CancellationToken ct = default);
}

/// <summary>Several relays as one: every one gets the transaction, one that takes it is enough.</summary>
public sealed class RelayGroup(IReadOnlyList<IPrivateRelay> relays) : IPrivateRelay
{
    /// <inheritdoc/>
    public string Name => string.Join(", ", relays.Select(r => r.Name));

    /// <inheritdoc/>
    public async Task SendAsync(PrivateSubmission submission, CancellationToken ct = default)
    {
        var outcomes = await Task.WhenAll(relays.Select(r => TryAsync(() => r.SendAsync(submission, ct)))).ConfigureAwait(false);
        if (outcomes.Contains(null))
        {
            return;
        }
        // One without an answer may have it, so that is the honest outcome of the group.
        throw outcomes.FirstOrDefault(o => o is not RpcRefusedException) ?? outcomes.FirstOrDefault() ?? new RpcTransportException("There is no relay.");
    }

    /// <inheritdoc/>
    public async Task<bool> CancelAsync(string hash, CancellationToken ct = default)
    {
        var said = await Task.WhenAll(relays.Select(async r =>
        {
            try
            {
                return await r.CancelAsync(hash, ct).ConfigureAwait(false);
            }
            catch (RpcException)
            {
                return false;
            }
        })).ConfigureAwait(false);
        return said.Length > 0 && said.All(s => s);
    }

    private static async Task<Exception?> TryAsync(Func<Task> send)
    {
        try
        {
            await send().ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is RpcException or EthereumFormatException)
        {
            return e;
        }
    }
}
