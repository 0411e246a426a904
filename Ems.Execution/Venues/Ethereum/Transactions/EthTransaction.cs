using System.Numerics;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.Ethereum.Transactions;

/// <summary>An address and the storage slots a transaction says it will touch (EIP-2930).</summary>
public sealed record AccessEntry(Address Address, IReadOnlyList<byte[]> StorageKeys);

/// <summary>A transaction before its signature.</summary>
public abstract record EthTransaction
{
    /// <summary>Chain it is for; 0 for one that any chain takes (before EIP-155).</summary>
    public required ulong ChainId { get; init; }
    /// <summary>Number of the sender's transactions before it.</summary>
    public required ulong Nonce { get; init; }
    /// <summary>Most gas it may use.</summary>
    public required ulong GasLimit { get; init; }
    /// <summary>Receiver; none creates a contract.</summary>
    public Address? To { get; init; }
    /// <summary>Wei sent along.</summary>
    public BigInteger Value { get; init; }
    /// <summary>Call data, or init code.</summary>
    public byte[] Data { get; init; } = [];

    /// <summary>Most wei per gas that it can pay.</summary>
    public abstract BigInteger MaxFee { get; }

    /// <summary>The hash that is signed.</summary>
    public byte[] SigningHash() => Keccak.Hash(UnsignedBytes());

    /// <summary>The signed transaction: raw bytes, hash and sender.</summary>
    public SignedTransaction Sign(EthSignature signature) => new(this, signature.Checked());

    internal abstract byte[] UnsignedBytes();
    internal abstract byte[] SignedBytes(EthSignature signature);

    internal RlpItem ToItem() => RlpItem.Bytes(To?.ToBytes() ?? []);
}

/// <summary>A transaction with one gas price (EIP-155).</summary>
public sealed record LegacyTransaction : EthTransaction
{
    /// <summary>Wei per gas.</summary>
    public required BigInteger GasPrice { get; init; }

    /// <inheritdoc/>
    public override BigInteger MaxFee => GasPrice;

    internal override byte[] UnsignedBytes() => Rlp.Encode(RlpItem.List(ChainId == 0
        ? [.. Fields()] : [.. Fields(), RlpItem.Number(ChainId), RlpItem.Number(0), RlpItem.Number(0)]));

    internal override byte[] SignedBytes(EthSignature signature)
    {
        var v = ChainId == 0 ? 27 + (BigInteger)signature.YParity : 35 + (2 * (BigInteger)ChainId) + signature.YParity;
        return Rlp.Encode(RlpItem.List([.. Fields(), RlpItem.Number(v), RlpItem.Number(signature.R), RlpItem.Number(signature.S)]));
    }

    private RlpItem[] Fields() =>
        [RlpItem.Number(Nonce), RlpItem.Number(GasPrice), RlpItem.Number(GasLimit), ToItem(), RlpItem.Number(Value), RlpItem.Bytes(Data)];
}

/// <summary>A transaction with a cap per gas and a tip to the block's builder (EIP-1559, type 2).</summary>
public sealed record Eip1559Transaction : EthTransaction
{
    /// <summary>Most wei per gas, base fee and tip together.</summary>
    public required BigInteger MaxFeePerGas { get; init; }
    /// <summary>Most wei per gas for the builder.</summary>
    public required BigInteger MaxPriorityFeePerGas { get; init; }
    /// <summary>What it says it will touch.</summary>
    public IReadOnlyList<AccessEntry> AccessList { get; init; } = [];

    /// <inheritdoc/>
    public override BigInteger MaxFee => MaxFeePerGas;

    internal override byte[] UnsignedBytes() => [2, .. Rlp.Encode(RlpItem.List(Fields()))];

    internal override byte[] SignedBytes(EthSignature signature) => [2, .. Rlp.Encode(RlpItem.List(
        [.. Fields(), RlpItem.Number(signature.YParity), RlpItem.Number(signature.R), RlpItem.Number(signature.S)]))];

    private RlpItem[] Fields() =>
    [
        RlpItem.Number(ChainId), RlpItem.Number(Nonce), RlpItem.Number(MaxPriorityFeePerGas), RlpItem.Number(MaxFeePerGas),
        RlpItem.Number(GasLimit), ToItem(), RlpItem.Number(Value), RlpItem.Bytes(Data),
        RlpItem.List([.. AccessList.Select(a => RlpItem.List(RlpItem.Bytes(a.Address.ToBytes()), RlpItem.List([.. a.StorageKeys.Select(RlpItem.Bytes)])))]),
    ];
}
