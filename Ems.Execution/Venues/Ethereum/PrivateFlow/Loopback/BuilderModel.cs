using System.Numerics;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Execution.Venues.Ethereum.PrivateFlow.Loopback;

/// <summary>What the loopback relay does wrong on purpose. Everything is off at first.</summary>
public sealed class LoopbackFaults
{
    /// <summary>Refuses whatever is private.</summary>
    public bool Refuse { get; set; }
    /// <summary>Says that it took a transaction, and forgets it.</summary>
    public bool Drop { get; set; }
    /// <summary>Shows every private transaction to the public pool.</summary>
    public bool Leak { get; set; }
    /// <summary>Does not answer (HTTP 503), although it acts.</summary>
    public bool LoseAnswers { get; set; }
    /// <summary>Blocks that it holds a private transaction back.</summary>
    public int DelayBlocks { get; set; }
    /// <summary>Senders of transactions that it never puts into a block.</summary>
    public IReadOnlySet<Address> Excluded { get; set; } = new HashSet<Address>();
}

/// <summary>Transactions that stand together in a block or not at all. A public transaction is alone and may revert.</summary>
/// <param name="Name">Hash of the one transaction, or of the bundle.</param>
/// <param name="Sender">Identity that sent it by the relay; null for a public one.</param>
/// <param name="MayRevert">Transactions that may revert without spoiling the unit.</param>
/// <param name="Hints">What searchers may know of it.</param>
internal sealed record BuilderUnit(
    string Name, IReadOnlyList<SignedTransaction> Txs, Address? Sender, long FirstBlock, long LastBlock, IReadOnlySet<string> MayRevert, long Arrival, RelayHints Hints = RelayHints.None)
{
    public bool IsPrivate => Sender is not null;

    /// <summary>What the unit pays the builder per gas, by its gas limits; negative where a part cannot pay the base fee.</summary>
    public BigInteger TipAt(BigInteger baseFee)
    {
        var (sum, gas) = (BigInteger.Zero, BigInteger.Zero);
        foreach (var signed in Txs)
        {
            var tx = signed.Transaction;
            if (tx.MaxFee < baseFee)
            {
                return BigInteger.MinusOne;
            }
            var room = tx.MaxFee - baseFee;
            var tip = tx is Eip1559Transaction dynamic ? BigInteger.Min(dynamic.MaxPriorityFeePerGas, room) : room;
            (sum, gas) = (sum + (tip * tx.GasLimit), gas + tx.GasLimit);
        }
        return gas.IsZero ? BigInteger.MinusOne : sum / gas;
    }
}

/// <summary>A block that the builder made.</summary>
/// <param name="Hashes">Its transactions in order.</param>
/// <param name="PrivateHashes">Those that came by the relay.</param>
/// <param name="LeftOut">Units that waited and were not taken, with the reason.</param>
public sealed record BuiltBlock(long Number, IReadOnlyList<string> Hashes, IReadOnlyList<string> PrivateHashes, IReadOnlyList<(string Name, string Why)> LeftOut);
