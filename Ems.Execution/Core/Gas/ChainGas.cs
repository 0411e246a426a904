using System.Numerics;

namespace Ems.Execution.Core.Gas;

/// <summary>How a chain asks for gas.</summary>
public enum GasModelKind
{
    /// <summary>Base fee and tip.</summary>
    Eip1559 = 1,
    /// <summary>Base fee, tip and a fee for the data on layer one.</summary>
    OpStack,
    /// <summary>Base fee, the data on layer one as more gas.</summary>
    Arbitrum,
}

/// <summary>A chain as the router counts it: what a transaction costs, how long until it counts.</summary>
/// <param name="ChainId">Its id.</param>
/// <param name="Name">For people.</param>
/// <param name="Model">How it asks for gas.</param>
/// <param name="BlockMs">Time between blocks.</param>
/// <param name="Confirmations">Blocks after which we call a transaction final.</param>
public sealed record ChainProfile(ulong ChainId, string Name, GasModelKind Model, int BlockMs, int Confirmations)
{
    /// <summary>Expected wait for the next block: half an interval to meet it, one to be in it.</summary>
    public int ConfirmationMs => BlockMs + (BlockMs / 2);

    /// <summary>Expected wait until final.</summary>
    public int FinalityMs => ConfirmationMs + (BlockMs * (Confirmations - 1));
}

/// <summary>Prices of gas at one moment.</summary>
/// <param name="BaseFee">Base fee of the chain itself, wei.</param>
/// <param name="Offer">What our transactions offer.</param>
/// <param name="OpStack">Of an OP-stack chain.</param>
/// <param name="ArbitrumL1BaseFee">Of Arbitrum: its estimate of layer one's base fee, wei.</param>
public sealed record GasPrices(BigInteger BaseFee, FeeQuote Offer, OpStackPrices? OpStack = null, BigInteger ArbitrumL1BaseFee = default);

/// <summary>Cost of a transaction in parts, wei, so that a route can give its reasons.</summary>
/// <param name="Execution">Gas on the chain itself.</param>
/// <param name="Data">Data on layer one.</param>
public readonly record struct GasCost(BigInteger Execution, BigInteger Data)
{
    private const decimal WeiPerCoin = 1_000_000_000_000_000_000m;

    /// <summary>Both parts, wei.</summary>
    public BigInteger Total => Execution + Data;

    /// <summary>The total in an asset in which the chain's coin has this price.</summary>
    public decimal InAsset(decimal coinPx) => (decimal)Total / WeiPerCoin * coinPx;

    /// <summary>What a transaction of that much gas and those raw bytes costs.</summary>
    public static GasCost Of(ChainProfile chain, GasPrices prices, BigInteger gasUsed, ReadOnlySpan<byte> rawTransaction)
    {
        var price = prices.Offer.EffectiveAt(prices.BaseFee);
        return chain.Model switch
        {
            GasModelKind.Eip1559 => new(gasUsed * price, 0),
            GasModelKind.OpStack => new(gasUsed * price, RollupDataFee.OpStack(prices.OpStack
                ?? throw new ArgumentException($"{chain.Name} needs the prices of layer one.", nameof(prices)), rawTransaction)),
            // Brotli is not computed here: FastLZ compresses worse, so the estimate is on the safe side. Tips are not paid there.
            _ => new(gasUsed * prices.BaseFee, RollupDataFee.ArbitrumL1Gas(FastLz.CompressedLength(rawTransaction), prices.ArbitrumL1BaseFee, prices.BaseFee) * prices.BaseFee),
        };
    }
}
