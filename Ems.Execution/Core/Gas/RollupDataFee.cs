using System.Numerics;

namespace Ems.Execution.Core.Gas;

/// <summary>The upgrades of the OP stack that changed the formula of the layer-one fee.</summary>
public enum OpStackUpgrade
{
    /// <summary>Gas of the data with a signature's worth on top.</summary>
    Bedrock = 1,
    /// <summary>Gas of the data.</summary>
    Regolith,
    /// <summary>Blobs beside call data (EIP-4844).</summary>
    Ecotone,
    /// <summary>An estimate of the compressed size.</summary>
    Fjord,
}

/// <summary>Prices that the OP stack's GasPriceOracle gives.</summary>
/// <param name="Upgrade">Formula in force.</param>
/// <param name="L1BaseFee">Base fee of layer one, wei.</param>
/// <param name="BlobBaseFee">Blob base fee of layer one, wei; from Ecotone on.</param>
/// <param name="BaseFeeScalar">Scalar of the base fee; from Ecotone on.</param>
/// <param name="BlobBaseFeeScalar">Scalar of the blob base fee; from Ecotone on.</param>
/// <param name="Overhead">Gas on top; before Ecotone.</param>
/// <param name="Scalar">In millionths; before Ecotone.</param>
public sealed record OpStackPrices(
    OpStackUpgrade Upgrade, BigInteger L1BaseFee, BigInteger BlobBaseFee, BigInteger BaseFeeScalar, BigInteger BlobBaseFeeScalar,
    BigInteger Overhead = default, BigInteger Scalar = default);

/// <summary>What a rollup takes for putting a transaction's data onto layer one.</summary>
public static class RollupDataFee
{
    private const int SignatureBytes = 68;
    private static readonly BigInteger Million = 1_000_000;

    // Linear regression of the Fjord specification, in millionths of a byte.
    private static readonly BigInteger FjordIntercept = -42_585_600;
    private static readonly BigInteger FjordPerByte = 836_500;
    private static readonly BigInteger FjordLeastSize = 100_000_000;

    /// <summary>Gas of the bytes as call data: 4 per zero, 16 per other byte (EIP-2028).</summary>
    public static BigInteger CalldataGas(ReadOnlySpan<byte> bytes)
    {
        var zeros = bytes.Count((byte)0);
        return (4 * zeros) + (16 * (bytes.Length - zeros));
    }

    /// <summary>Layer-one fee in wei of a signed transaction's raw bytes on the OP stack (specification, "L1-Cost fees").</summary>
    public static BigInteger OpStack(OpStackPrices prices, ReadOnlySpan<byte> rawTransaction) => prices.Upgrade switch
    {
        OpStackUpgrade.Bedrock => Scalar(prices, CalldataGas(rawTransaction) + (SignatureBytes * 16)),
        OpStackUpgrade.Regolith => Scalar(prices, CalldataGas(rawTransaction)),
        OpStackUpgrade.Ecotone => CalldataGas(rawTransaction) * Weighted(prices) / (16 * Million),
        _ => Fjord(prices, FastLz.CompressedLength(rawTransaction)),
    };

    /// <summary>Layer-one fee of Bedrock and Regolith for data of that much gas, overhead not yet in it.</summary>
    public static BigInteger Scalar(OpStackPrices prices, BigInteger dataGas) => (dataGas + prices.Overhead) * prices.L1BaseFee * prices.Scalar / Million;

    /// <summary>Layer-one fee of Fjord for data of that length after FastLZ.</summary>
    public static BigInteger Fjord(OpStackPrices prices, int fastLzLength) => FjordSize(fastLzLength) * Weighted(prices) / (Million * Million);

    /// <summary>Layer-one gas that Fjord names for data of that length after FastLZ.</summary>
    public static BigInteger FjordGasUsed(int fastLzLength) => FjordSize(fastLzLength) * 16 / Million;

    /// <summary>
    /// Layer-one part of an Arbitrum transaction's gas (Arbitrum documentation, "Gas and fees"): the compressed bytes cost 16 gas of layer one
    /// each at its estimated base fee, and are paid as gas of layer two at the layer-two base fee.
    /// </summary>
    public static BigInteger ArbitrumL1Gas(int compressedLength, BigInteger l1BaseFeeEstimate, BigInteger l2BaseFee) => l2BaseFee.Sign > 0
        ? ((16 * (BigInteger)compressedLength * l1BaseFeeEstimate) + l2BaseFee - 1) / l2BaseFee
        : throw new ArgumentOutOfRangeException(nameof(l2BaseFee), l2BaseFee, "A base fee is positive.");

    private static BigInteger FjordSize(int fastLzLength) => BigInteger.Max(FjordLeastSize, FjordIntercept + (FjordPerByte * fastLzLength));

    private static BigInteger Weighted(OpStackPrices prices) =>
        (16 * prices.BaseFeeScalar * prices.L1BaseFee) + (prices.BlobBaseFeeScalar * prices.BlobBaseFee);
}
