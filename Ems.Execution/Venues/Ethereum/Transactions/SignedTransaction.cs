using System.Numerics;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.Ethereum.Transactions;

/// <summary>A transaction with its signature: what a node takes.</summary>
public sealed class SignedTransaction
{
    internal SignedTransaction(EthTransaction transaction, EthSignature signature)
    {
        (Transaction, Signature) = (transaction, signature);
        Raw = transaction.SignedBytes(signature);
        HashBytes = Keccak.Hash(Raw);
        From = EthRecover.Signer(transaction.SigningHash(), signature);
    }

    /// <summary>What was signed.</summary>
    public EthTransaction Transaction { get; }
    /// <summary>By what signature.</summary>
    public EthSignature Signature { get; }
    /// <summary>Bytes for eth_sendRawTransaction.</summary>
    public byte[] Raw { get; }
    /// <summary>The transaction's name on its chain, 32 bytes.</summary>
    public byte[] HashBytes { get; }
    /// <summary>The transaction's name on its chain, as text.</summary>
    public string Hash => Hex.Encode(HashBytes);
    /// <summary>Who signed it.</summary>
    public Address From { get; }

    /// <summary>Reads raw bytes of a legacy or an EIP-1559 transaction; another type, a bad signature or trailing bytes are refused.</summary>
    public static SignedTransaction Decode(ReadOnlySpan<byte> raw)
    {
        if (raw.IsEmpty)
        {
            throw new EthereumFormatException("A raw transaction has no bytes.");
        }
        return raw[0] switch
        {
            2 => DecodeEip1559(Rlp.Decode(raw[1..]).Items),
            >= 0xc0 => DecodeLegacy(Rlp.Decode(raw).Items),
            var type => throw new EthereumFormatException($"A transaction of type {type} is not known here."),
        };
    }

    private static SignedTransaction DecodeLegacy(IReadOnlyList<RlpItem> fields)
    {
        if (fields.Count != 9)
        {
            throw new EthereumFormatException($"A legacy transaction has 9 fields, not {fields.Count}.");
        }
        var v = fields[6].AsNumber();
        var (chainId, parity) = v == 27 || v == 28 ? (BigInteger.Zero, (int)(v - 27))
            : v >= 37 ? ((v - 35) / 2, (int)((v - 35) % 2)) : throw new EthereumFormatException($"A transaction's v is 27, 28 or 35 + 2 * chain id + parity, not {v}.");
        if (chainId > ulong.MaxValue)
        {
            throw new EthereumFormatException("A chain id does not fit 64 bits.");
        }
        var tx = new LegacyTransaction
        {
            ChainId = (ulong)chainId, Nonce = fields[0].AsULong(), GasPrice = fields[1].AsNumber(), GasLimit = fields[2].AsULong(),
            To = ReadTo(fields[3]), Value = fields[4].AsNumber(), Data = fields[5].Data,
        };
        return tx.Sign(new(fields[7].AsNumber(), fields[8].AsNumber(), parity));
    }

    private static SignedTransaction DecodeEip1559(IReadOnlyList<RlpItem> fields)
    {
        if (fields.Count != 12)
        {
            throw new EthereumFormatException($"An EIP-1559 transaction has 12 fields, not {fields.Count}.");
        }
        var tx = new Eip1559Transaction
        {
            ChainId = fields[0].AsULong(), Nonce = fields[1].AsULong(), MaxPriorityFeePerGas = fields[2].AsNumber(), MaxFeePerGas = fields[3].AsNumber(),
            GasLimit = fields[4].AsULong(), To = ReadTo(fields[5]), Value = fields[6].AsNumber(), Data = fields[7].Data,
            AccessList = [.. fields[8].Items.Select(ReadEntry)],
        };
        var parity = fields[9].AsNumber();
        return parity <= 1 ? tx.Sign(new(fields[10].AsNumber(), fields[11].AsNumber(), (int)parity)) : throw new EthereumFormatException("A y parity is 0 or 1.");
    }

    private static AccessEntry ReadEntry(RlpItem item) => item.Items is [var address, var keys]
        ? new(new Address(address.Data), [.. keys.Items.Select(k => k.Data.Length == 32 ? k.Data : throw new EthereumFormatException("A storage key has 32 bytes."))])
        : throw new EthereumFormatException("An entry of an access list is an address and its keys.");

    private static Address? ReadTo(RlpItem item) => item.Data.Length == 0 ? null : new Address(item.Data);
}

/// <summary>Signing by whoever holds the key.</summary>
public static class TransactionSigning
{
    /// <summary>Signs, and checks that the signature is really of the signer's address.</summary>
    public static async Task<SignedTransaction> SignAsync(this ISigner signer, EthTransaction transaction, CancellationToken ct = default)
    {
        var signed = transaction.Sign(await signer.SignHashAsync(transaction.SigningHash(), ct).ConfigureAwait(false));
        return signed.From == signer.Address ? signed : throw new EthereumFormatException($"The signature is by {signed.From}, not by {signer.Address}.");
    }
}
