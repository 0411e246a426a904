using System.Collections.Concurrent;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>Where a transaction is that a wallet sent by the private way.</summary>
/// <param name="Relay">Who has it.</param>
/// <param name="LastBlock">Last block that it may be in; after it nobody has it any more, and nobody has seen it.</param>
public sealed record DoorTransaction(string Hash, Address From, string Relay, long LastBlock);

/// <summary>
/// An endpoint for people's own wallets, as a node's: reads are passed on, and what a wallet signs goes to the relays alone, never to a public
/// pool. It sends only for addresses that it is told to send for. What it has sent is kept in memory: a restart forgets how a transaction
/// went, not the transaction, which is the relays'.
/// </summary>
public sealed class WalletDoor(ChainRuntime chain)
{
    private const int WindowBlocks = 25, KeptMax = 5_000;
    private readonly ConcurrentDictionary<string, (SignedTransaction Signed, DoorTransaction Where)> sent = new(StringComparer.Ordinal);

    /// <summary>Name of the relays, or null where there is no private way.</summary>
    public string? RelayName => chain.RelayName;

    /// <summary>What was sent under this hash by the private way, or null.</summary>
    public DoorTransaction? Find(string hash) => sent.TryGetValue(hash.ToLowerInvariant(), out var known) ? known.Where : null;

    /// <summary>Answers a message of JSON-RPC, one question or a batch.</summary>
    /// <param name="maySend">Whether transactions of an address are sent for who asks.</param>
    /// <param name="onRead">Told of every address whose balance is asked for.</param>
    public Task<object?> ServeAsync(byte[] message, Func<Address, Task<bool>> maySend, Action<Address> onRead, CancellationToken ct = default) =>
        RpcServing.EachAsync(message, (method, values) => AskAsync(method, values, maySend, onRead, ct));

    private async Task<object?> AskAsync(string method, JsonElement parameters, Func<Address, Task<bool>> maySend, Action<Address> onRead, CancellationToken ct)
    {
        var node = chain.PublicEndpoint ?? throw new RpcServiceException("the chain is not up");
        JsonElement[] values = parameters.ValueKind == JsonValueKind.Array ? [.. parameters.EnumerateArray()] : [];
        switch (method)
        {
            case "eth_sendRawTransaction":
                return await SendAsync(SignedTransaction.Decode(Hex.Decode(First().TextValue())), maySend, ct).ConfigureAwait(false);
            case "eth_getTransactionByHash" when Find(First().TextValue()) is { } mine:
                var mined = await node.Client.SendAsync(new(method, values[0]), ct).ConfigureAwait(false);
                return mined.ValueKind == JsonValueKind.Object || await node.BlockNumberAsync(ct).ConfigureAwait(false) > mine.LastBlock ? mined : NodeQuestions.Waiting(sent[mine.Hash].Signed);
            case "eth_getTransactionByHash":
                return await node.Client.SendAsync(new(method, values[0]), ct).ConfigureAwait(false);
            case "eth_getTransactionCount" when values.Length > 1 && NodeQuestions.IsPending(values[1]):
                var address = Address.Parse(First().TextValue());
                var (count, block) = (await node.TransactionCountAsync(address, "pending", ct).ConfigureAwait(false), await node.BlockNumberAsync(ct).ConfigureAwait(false));
                // One after the other: what waits behind a gap does not count.
                foreach (var nonce in sent.Values.Where(s => s.Where.From == address && s.Where.LastBlock > block).Select(s => s.Signed.Transaction.Nonce).Order())
                {
                    count = nonce == count ? count + 1 : count;
                }
                return Hex.Quantity(count);
            case var read when NodeQuestions.IsRead(read):
                if (read == "eth_getBalance" && Address.TryParse(First().TextValue(), out var asked))
                {
                    onRead(asked);
                }
                return await node.Client.SendAsync(new(method, [.. values.Select(v => (object?)v)]), ct).ConfigureAwait(false);
            default:
                throw new RpcServiceException($"the method {method} does not exist", -32601);
        }

        JsonElement First() => values.Length > 0 ? values[0] : throw new RpcServiceException("missing params", -32602);
    }

    private async Task<string> SendAsync(SignedTransaction signed, Func<Address, Task<bool>> maySend, CancellationToken ct)
    {
        var relay = chain.Relay ?? throw new RpcServiceException("NO_RELAY: there is no private way to this chain; nothing was sent");
        if (signed.Transaction.ChainId != chain.State.ChainId)
        {
            throw new RpcServiceException($"CHAIN: the transaction is for chain {signed.Transaction.ChainId}, this is {chain.State.ChainId}; nothing was sent");
        }
        if (!await maySend(signed.From).ConfigureAwait(false))
        {
            throw new RpcServiceException($"WALLET_NOT_LINKED: {signed.From} is not linked to who owns this endpoint; nothing was sent");
        }
        var head = await chain.PublicEndpoint!.BlockNumberAsync(ct).ConfigureAwait(false);
        var where = new DoorTransaction(signed.Hash, signed.From, relay.Name, head + WindowBlocks);
        Forget(head);
        // Before it is handed over: a relay that has it and gave no answer still has it.
        sent[signed.Hash] = (signed, where);
        try
        {
            await relay.SendAsync(new(Hex.Encode(signed.Raw), signed.Hash, SubmissionPath.Relay, head + 1, where.LastBlock), ct).ConfigureAwait(false);
        }
        catch (RpcRefusedException e)
        {
            sent.TryRemove(signed.Hash, out _);
            throw new RpcServiceException($"RELAY_REFUSED: {e.Error.Message}; nothing was sent");
        }
        catch (RpcException)
        {
            // Whether the relay has it is open. The wallet gets its hash and follows it; a "no" could make it sign another.
        }
        return signed.Hash;
    }

    private void Forget(long head)
    {
        if (sent.Count < KeptMax)
        {
            return;
        }
        foreach (var old in sent.Where(s => s.Value.Where.LastBlock < head).Select(s => s.Key).ToArray())
        {
            sent.TryRemove(old, out _);
        }
        if (sent.Count >= KeptMax)
        {
            throw new RpcServiceException("too much is waiting; nothing was sent");
        }
    }
}
