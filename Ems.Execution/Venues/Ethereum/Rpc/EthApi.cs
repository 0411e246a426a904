using System.Numerics;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Execution.Venues.Ethereum.Rpc;

/// <summary>The questions that this application asks a node, typed. Reads that money depends on go through the quorum.</summary>
public sealed class EthApi(IRpcClient client)
{
    /// <summary>The client below, for what is not here.</summary>
    public IRpcClient Client => client;

    /// <summary>The node's chain.</summary>
    public async Task<ulong> ChainIdAsync(CancellationToken ct = default) => (ulong)Hex.ParseLong((await client.SendAsync(new("eth_chainId"), ct).ConfigureAwait(false)).TextValue());

    /// <summary>Newest block.</summary>
    public async Task<long> BlockNumberAsync(CancellationToken ct = default) => Hex.ParseLong((await client.SendAsync(new("eth_blockNumber"), ct).ConfigureAwait(false)).TextValue());

    /// <summary>A block's head by its number or a tag; null when there is none.</summary>
    public async Task<EthBlock?> BlockAsync(string numberOrTag = "latest", CancellationToken ct = default) =>
        EthBlock.Read(await client.ReadAsync(new("eth_getBlockByNumber", numberOrTag, false), ct).ConfigureAwait(false));

    /// <summary>A block's head by its number; null when there is none.</summary>
    public Task<EthBlock?> BlockAsync(long number, CancellationToken ct = default) => BlockAsync(Hex.Quantity(number), ct);

    /// <summary>Wei of an address.</summary>
    public async Task<BigInteger> BalanceAsync(Address address, string block = "latest", CancellationToken ct = default) =>
        Hex.ParseQuantity((await client.ReadAsync(new("eth_getBalance", address.ToString(), block), ct).ConfigureAwait(false)).TextValue());

    /// <summary>Transactions of an address; with "pending" those that wait count too.</summary>
    public async Task<ulong> TransactionCountAsync(Address address, string block = "latest", CancellationToken ct = default) =>
        (ulong)Hex.ParseLong((block == "pending" ? await client.SendAsync(new("eth_getTransactionCount", address.ToString(), block), ct).ConfigureAwait(false)
            : await client.ReadAsync(new("eth_getTransactionCount", address.ToString(), block), ct).ConfigureAwait(false)).TextValue());

    /// <summary>Code at an address; nothing where there is no contract.</summary>
    public async Task<byte[]> CodeAsync(Address address, CancellationToken ct = default) =>
        Hex.Decode((await client.ReadAsync(new("eth_getCode", address.ToString(), "latest"), ct).ConfigureAwait(false)).TextValue());

    /// <summary>What a call returns. A revert is <see cref="RpcRefusedException"/>.</summary>
    public async Task<byte[]> CallAsync(EthCall call, string block = "latest", CancellationToken ct = default) =>
        Hex.Decode((await client.ReadAsync(new("eth_call", call.ToJson(), block), ct).ConfigureAwait(false)).TextValue());

    /// <summary>Several calls in one message, each its data or the node's refusal.</summary>
    public async Task<IReadOnlyList<(byte[]? Data, RpcError? Error)>> CallManyAsync(IReadOnlyList<EthCall> calls, string block = "latest", CancellationToken ct = default) =>
        [.. (await client.SendBatchAsync([.. calls.Select(c => new RpcRequest("eth_call", c.ToJson(), block))], ct).ConfigureAwait(false))
            .Select(a => a.Error is null ? (Hex.Decode(a.Result!.Value.TextValue()), null) : ((byte[]?)null, a.Error))];

    /// <summary>Gas that a call needs.</summary>
    public async Task<ulong> EstimateGasAsync(EthCall call, CancellationToken ct = default) =>
        (ulong)Hex.ParseLong((await client.SendAsync(new("eth_estimateGas", call.ToJson()), ct).ConfigureAwait(false)).TextValue());

    /// <summary>Base fees and tips of the last blocks, at percentiles of the gas.</summary>
    public async Task<FeeHistory> FeeHistoryAsync(int blocks, IReadOnlyList<int> percentiles, CancellationToken ct = default) =>
        FeeHistory.Read(await client.ReadAsync(new("eth_feeHistory", Hex.Quantity(blocks), "latest", percentiles), ct).ConfigureAwait(false));

    /// <summary>
    /// Hands a signed transaction to the public pool. That a node knows it already is success: the same bytes cannot act twice. A node that
    /// names another hash is refused.
    /// </summary>
    public async Task<string> SendRawAsync(SignedTransaction transaction, CancellationToken ct = default)
    {
        try
        {
            var named = (await client.SendAsync(new("eth_sendRawTransaction", Hex.Encode(transaction.Raw)), ct).ConfigureAwait(false)).TextValue();
            return string.Equals(named, transaction.Hash, StringComparison.OrdinalIgnoreCase) ? transaction.Hash
                : throw new EthereumFormatException($"The node names {named} where {transaction.Hash} was sent.");
        }
        catch (RpcRefusedException e) when (IsKnown(e.Error))
        {
            return transaction.Hash;
        }
    }

    /// <summary>What became of a transaction, or null while it is in no block.</summary>
    public async Task<EthReceipt?> ReceiptAsync(string hash, CancellationToken ct = default) =>
        EthReceipt.Read(await client.ReadAsync(new("eth_getTransactionReceipt", hash), ct).ConfigureAwait(false));

    /// <summary>A transaction that a node knows, waiting or in a block; null when it knows none.</summary>
    public async Task<EthTransactionInfo?> TransactionAsync(string hash, CancellationToken ct = default) =>
        EthTransactionInfo.Read(await client.SendAsync(new("eth_getTransactionByHash", hash), ct).ConfigureAwait(false));

    /// <summary>Logs of a contract between two blocks, with these first topics.</summary>
    public async Task<IReadOnlyList<EthLog>> LogsAsync(Address contract, long fromBlock, long toBlock, IReadOnlyList<byte[]> topics, CancellationToken ct = default) =>
        [.. (await client.ReadAsync(new("eth_getLogs", new Dictionary<string, object>
        {
            ["address"] = contract.ToString(), ["fromBlock"] = Hex.Quantity(fromBlock), ["toBlock"] = Hex.Quantity(toBlock),
            ["topics"] = topics.Select(t => Hex.Encode(t)).ToArray(),
        }), ct).ConfigureAwait(false)).Entries("logs").Select(EthLog.Read)];

    /// <summary>Logs of several contracts in one block, named by its hash so that they are of that block or of none, whose first topic is one of these.</summary>
    public async Task<IReadOnlyList<EthLog>> LogsAsync(IReadOnlyCollection<Address> contracts, string blockHash, IReadOnlyList<byte[]> firstTopics, CancellationToken ct = default) =>
        [.. (await client.ReadAsync(new("eth_getLogs", new Dictionary<string, object>
        {
            ["address"] = contracts.Select(c => c.ToString()).ToArray(), ["blockHash"] = blockHash,
            ["topics"] = new object[] { firstTopics.Select(t => Hex.Encode(t)).ToArray() },
        }), ct).ConfigureAwait(false)).Entries("logs").Select(EthLog.Read)];

    /// <summary>Whether a refusal only says that the node has the transaction.</summary>
    internal static bool IsKnown(RpcError error) => error.Message.Contains("already known", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("already imported", StringComparison.OrdinalIgnoreCase) || error.Message.Contains("known transaction", StringComparison.OrdinalIgnoreCase);
}
