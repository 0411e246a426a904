using System.Collections.Concurrent;
using Ems.Execution.Venues.Ethereum.Sending;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>For wallets whose transactions need not outlive the process: the local arbitrage.</summary>
internal sealed class MemoryTransactionJournal : ITransactionJournal
{
    private readonly ConcurrentDictionary<string, List<TransactionEvent>> lanes = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TransactionEvent>> ReadAsync(string lane, CancellationToken ct = default) =>
        Task.FromResult<IReadOnlyList<TransactionEvent>>(lanes.TryGetValue(lane, out var events) ? [.. events] : []);

    /// <inheritdoc/>
    public Task AppendAsync(string lane, long sequence, TransactionEvent e, CancellationToken ct = default)
    {
        lanes.GetOrAdd(lane, _ => []).Add(e);
        return Task.CompletedTask;
    }
}

/// <summary>
/// Lanes of one chain among the records of several: a local chain begins anew at every start, and what was signed for the one before
/// says nothing about this one.
/// </summary>
internal sealed class ScopedTransactionJournal(ITransactionJournal inner, string scope) : ITransactionJournal
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<TransactionEvent>> ReadAsync(string lane, CancellationToken ct = default) => inner.ReadAsync($"{scope}/{lane}", ct);

    /// <inheritdoc/>
    public Task AppendAsync(string lane, long sequence, TransactionEvent e, CancellationToken ct = default) => inner.AppendAsync($"{scope}/{lane}", sequence, e, ct);
}
