using System.Numerics;
using Ems.Execution.Core.Gas;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>What is special about a layer two: what layer one asks for the data of its transactions, read from its oracle at every block.</summary>
public sealed partial class ChainRuntime
{
    /// <summary>The OP stack's GasPriceOracle, at the same address on every chain.</summary>
    public static Address GasPriceOracle { get; } = Address.Parse("0x420000000000000000000000000000000000000F");

    /// <summary>Scalars as OP Mainnet had them under Ecotone; a blob price of a quiet day.</summary>
    private const uint BaseFeeScalar = 5_227, BlobBaseFeeScalar = 1_014_213;
    private static readonly BigInteger BlobBaseFee = 10_000_000;
    private static readonly AbiFunction[] OraclePrices =
    [
        AbiFunction.Parse("l1BaseFee() returns (uint256)"), AbiFunction.Parse("blobBaseFee() returns (uint256)"),
        AbiFunction.Parse("baseFeeScalar() returns (uint32)"), AbiFunction.Parse("blobBaseFeeScalar() returns (uint32)"),
    ];
    private volatile OpStackPrices? layerOnePrices;
    private BigInteger layerOneWritten = -1;

    /// <summary>What layer one asks for data; null on a chain that is one itself, and before the first look.</summary>
    public OpStackPrices? LayerOnePrices => layerOnePrices;

    /// <summary>What a swap costs now in wei, in its parts; null before the first block.</summary>
    public GasCost? SwapCost(BigInteger gas) => block is not { } b || (options.IsLayerTwo && layerOnePrices is null) ? null
        : GasCost.Of(Profile, new GasPrices(b.BaseFee, Offer, layerOnePrices), gas, SampleSwap.Raw);

    private async Task InstallOracleAsync(ChainPackages packages, CancellationToken ct)
    {
        if (!options.IsLayerTwo)
        {
            return;
        }
        var lane = await DeployLane.OpenAsync(node!.Eth, DevAccounts.Account(0), ct).ConfigureAwait(false);
        var made = lane.Create(packages.Own("GasPriceOracle"));
        await lane.FlushAsync(ct: ct).ConfigureAwait(false);
        await node.TellAsync("anvil_setCode", ct, GasPriceOracle.ToString(), Hex.Encode(await node.Eth.CodeAsync(made, ct).ConfigureAwait(false))).ConfigureAwait(false);
        await StoreAsync(1, BlobBaseFee, ct).ConfigureAwait(false);
        // Two numbers of 32 bits share a slot, the first one low.
        await StoreAsync(2, ((BigInteger)BlobBaseFeeScalar << 32) + BaseFeeScalar, ct).ConfigureAwait(false);
    }

    private async Task LookAtLayerOneAsync(CancellationToken ct)
    {
        if (!options.IsLayerTwo)
        {
            return;
        }
        var fee = layerOneBaseFee?.Invoke() ?? new BigInteger(2) * Gwei;
        if (node is null)
        {
            layerOnePrices = new(OpStackUpgrade.Ecotone, fee, BlobBaseFee, BaseFeeScalar, BlobBaseFeeScalar);
            return;
        }
        if (node.IsOurs && fee != layerOneWritten)
        {
            // As the sequencer does with every epoch.
            await StoreAsync(0, fee, ct).ConfigureAwait(false);
            layerOneWritten = fee;
        }
        var answers = await node.Eth.Client.SendBatchAsync([.. OraclePrices.Select(f => new RpcRequest("eth_call", new Dictionary<string, string> { ["to"] = GasPriceOracle.ToString(), ["data"] = Hex.Encode(f.Encode()) }, "latest"))], ct).ConfigureAwait(false);
        var values = answers.Select((a, i) => BigInteger.Parse(OraclePrices[i].DecodeOutput(Hex.Decode(a.Value("eth_call").TextValue()))[0].ToString()!, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        layerOnePrices = new(OpStackUpgrade.Ecotone, values[0], values[1], values[2], values[3]);
    }

    private Task StoreAsync(int slot, BigInteger value, CancellationToken ct) => node!.TellAsync("anvil_setStorageAt", ct, GasPriceOracle.ToString(), Word(slot), Word(value));

    private static string Word(BigInteger value) => "0x" + value.ToString("x64", System.Globalization.CultureInfo.InvariantCulture)[^64..];
}
