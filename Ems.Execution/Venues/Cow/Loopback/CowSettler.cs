using System.Globalization;
using System.Numerics;
using Ems.Execution.Core.Gas;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.PrivateFlow;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Sending;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.Cow.Loopback;

/// <summary>Fills through our settlement contract, sent by the solver's lane.</summary>
public sealed class CowSettler(EthApi eth, NonceLane lane, Address settlement, ContractAbi abi, SubmissionPolicy? policy = null) : ICowSettler
{
    private readonly AbiFunction fill = abi.Function("fill");
    private readonly AbiEvent filled = abi.Event("IntentFilled");

    /// <inheritdoc/>
    Address ICowSettler.Settlement => settlement;

    /// <summary>Puts the settlement contract on a local chain; gives where it is and who holds the approvals.</summary>
    public static async Task<(CowDomain Domain, ContractAbi Abi)> DeployAsync(EthApi eth, ChainPackages packages, PrivateKeySigner deployer, Address solver, bool mine = false, CancellationToken ct = default)
    {
        var lane = await DeployLane.OpenAsync(eth, deployer, ct).ConfigureAwait(false);
        var artifact = packages.Own("IntentSettlement");
        var address = lane.Create(artifact, solver);
        await lane.FlushAsync(mine, ct).ConfigureAwait(false);
        // A contract's first creation has nonce 1 (EIP-161).
        return (new(await eth.ChainIdAsync(ct).ConfigureAwait(false), address, Address.Create(address, 1)), artifact.Abi);
    }

    async Task<bool> ICowSettler.SendAsync(CowFill f, CancellationToken ct)
    {
        var (o, order) = (f.Order.Order, f.Order);
        object[] intent =
        [
            o.SellToken, o.BuyToken, o.Receiver, o.SellAmount, o.BuyAmount, (BigInteger)o.ValidTo, Hex.Decode(o.AppData, 32), o.FeeAmount, Keccak.Hash(o.KindText), o.PartiallyFillable, Keccak.Hash("erc20"), Keccak.Hash("erc20"),
        ];
        var data = fill.Encode(intent, order.Uid.Owner, order.Scheme, order.Signature, f.Qty, f.SellQty, f.Router, f.Data);
        return (await lane.SubmitAsync(new(f.Name, settlement, data, Speed: FeeSpeed.Fast, KnownErrors: abi.Errors, Policy: policy), ct).ConfigureAwait(false)).Denial is null;
    }

    async Task<CowFillResult?> ICowSettler.LookAsync(string name, CancellationToken ct)
    {
        if (lane.Find(name) is not { } entry)
        {
            return new(true, false, 0, null, 0, 0);
        }
        if (entry.State == TransactionState.Dropped)
        {
            return new(true, false, 0, null, 0, 0);
        }
        if (entry.Inclusion is not { } inclusion || await eth.ReceiptAsync(inclusion.Hash, ct).ConfigureAwait(false) is not { } receipt || receipt.BlockHash != inclusion.BlockHash)
        {
            return null;
        }
        var log = receipt.Logs.FirstOrDefault(l => l.Address == settlement && filled.Matches(l.Topics));
        var values = log is null ? null : filled.Decode(log.Topics, log.Data);
        return new(entry.State == TransactionState.Final, receipt.Succeeded && values is not null, receipt.BlockNumber, receipt.TransactionHash,
            values is null ? 0 : (BigInteger)values[2], values is null ? 0 : (BigInteger)values[3]);
    }

    async Task ICowSettler.WatchAsync(CancellationToken ct) => _ = await lane.WatchAsync(ct).ConfigureAwait(false);
}
