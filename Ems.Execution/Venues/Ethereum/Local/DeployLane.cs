using System.Numerics;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Execution.Venues.Ethereum.Local;

/// <summary>Sets up a local chain: transactions of one account signed one behind the other and sent in one message.</summary>
public sealed class DeployLane
{
    private const ulong GasLimit = 8_000_000;
    private const int ReceiptRoundsMax = 1_000;
    private static readonly TimeSpan ReceiptPause = TimeSpan.FromMilliseconds(10);
    private static readonly BigInteger MaxFee = 1_000_000_000_000;
    private readonly EthApi eth;
    private readonly PrivateKeySigner signer;
    private readonly ulong chainId;
    private readonly List<(string What, SignedTransaction Tx)> waiting = [];
    private ulong nonce;

    private DeployLane(EthApi eth, PrivateKeySigner signer, ulong chainId, ulong nonce) => (this.eth, this.signer, this.chainId, this.nonce) = (eth, signer, chainId, nonce);

    /// <summary>The account that pays.</summary>
    public Address Account => signer.Address;

    /// <summary>A lane at the account's next nonce.</summary>
    public static async Task<DeployLane> OpenAsync(EthApi eth, PrivateKeySigner signer, CancellationToken ct = default) =>
        new(eth, signer, await eth.ChainIdAsync(ct).ConfigureAwait(false), await eth.TransactionCountAsync(signer.Address, ct: ct).ConfigureAwait(false));

    /// <summary>Creates a contract; its address is known before it is sent.</summary>
    public Address Create(ContractArtifact artifact, params IReadOnlyList<object> values)
    {
        var address = Address.Create(signer.Address, nonce);
        Add("create " + address, null, artifact.InitCode(values), 0);
        return address;
    }

    /// <summary>Sends a call of a function.</summary>
    public void Call(Address to, AbiFunction function, params IReadOnlyList<object> values) => Add(function.Signature, to, function.Encode(values), 0);

    /// <summary>Sends a call of a function with wei.</summary>
    public void Pay(Address to, BigInteger wei, AbiFunction function, params IReadOnlyList<object> values) => Add(function.Signature, to, function.Encode(values), wei);

    /// <summary>Sends everything that waits and looks at every receipt. A chain that does not mine by itself is told to.</summary>
    public async Task FlushAsync(bool mine = false, CancellationToken ct = default)
    {
        var sent = waiting.ToArray();
        waiting.Clear();
        var answers = await eth.Client.SendBatchAsync([.. sent.Select(w => new RpcRequest("eth_sendRawTransaction", Hex.Encode(w.Tx.Raw)))], ct).ConfigureAwait(false);
        for (var i = 0; i < sent.Length; i++)
        {
            if (answers[i].Error is { } error)
            {
                throw new InvalidOperationException($"{sent[i].What}: {error.Message}");
            }
        }
        if (mine)
        {
            await eth.Client.SendAsync(new("evm_mine"), ct).ConfigureAwait(false);
        }
        // A node may take the parts of a message in any order, so a transaction can wait for the one before it.
        for (var round = 0; ; round++)
        {
            var receipts = (await eth.Client.SendBatchAsync([.. sent.Select(w => new RpcRequest("eth_getTransactionReceipt", w.Tx.Hash))], ct).ConfigureAwait(false))
                .Select(r => EthReceipt.Read(r.Value("eth_getTransactionReceipt"))).ToArray();
            if (Array.FindIndex(receipts, r => r is { Succeeded: false }) is >= 0 and var failed)
            {
                throw new InvalidOperationException($"{sent[failed].What} reverted.");
            }
            if (receipts.All(r => r is not null))
            {
                return;
            }
            if (round == ReceiptRoundsMax)
            {
                throw new InvalidOperationException($"{sent[Array.IndexOf(receipts, null)].What} is in no block.");
            }
            await Task.Delay(ReceiptPause, ct).ConfigureAwait(false);
        }
    }

    private void Add(string what, Address? to, byte[] data, BigInteger value)
    {
        var tx = new Eip1559Transaction
        {
            ChainId = chainId, Nonce = nonce++, GasLimit = GasLimit, To = to, Data = data, Value = value, MaxFeePerGas = MaxFee, MaxPriorityFeePerGas = 1,
        };
        waiting.Add((what, tx.Sign(signer.SignHash(tx.SigningHash()))));
    }
}
