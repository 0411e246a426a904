using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>What a diff did to a book under Binance's sync law.</summary>
internal enum BinanceSync { None = 0, Applied, TooOld, Gap }

/// <summary>A depth diff by Binance's field names; <paramref name="PreviousId"/> is -1 on spot.</summary>
internal readonly record struct BinanceDiff(long FirstId, long LastId, long PreviousId, IReadOnlyList<RecordedLevel> Bids, IReadOnlyList<RecordedLevel> Asks);

/// <summary>
/// A Binance book rebuilt from a REST snapshot and diffs. Law (developers.binance.com, "How to manage a local order book
/// correctly"): drop diffs with u not after the snapshot; the first applied has U &lt;= lastUpdateId + 1 &lt;= u; from then on
/// pu equals the u before (futures) or U equals it plus one (spot).
/// </summary>
internal sealed class BinanceBook
{
    private readonly Side bids = new(-1);
    private readonly Side asks = new(1);
    private bool synced;

    /// <summary>u of the last diff applied, or the snapshot's id; 0 before the snapshot.</summary>
    public long LastId { get; private set; }
    /// <summary>Whether a snapshot was loaded.</summary>
    public bool HasSnapshot => LastId > 0;

    /// <summary>Starts over from a snapshot.</summary>
    public void Load(BinanceFrame snapshot) => Load(snapshot.LastId, snapshot.Bids, snapshot.Asks);

    /// <summary>Starts over from a snapshot given by its parts.</summary>
    public void Load(long lastUpdateId, IReadOnlyList<RecordedLevel> bidLevels, IReadOnlyList<RecordedLevel> askLevels)
    {
        bids.Clear();
        asks.Clear();
        bids.Set(bidLevels);
        asks.Set(askLevels);
        synced = false;
        LastId = lastUpdateId;
    }

    /// <summary>Applies a diff, or says why not; a gap leaves the book as it was and asks for a new snapshot.</summary>
    public BinanceSync Update(BinanceFrame diff) => Update(new BinanceDiff(diff.FirstId, diff.LastId, diff.PreviousId, diff.Bids, diff.Asks));

    /// <inheritdoc cref="Update(BinanceFrame)"/>
    public BinanceSync Update(in BinanceDiff diff)
    {
        if (diff.LastId <= LastId)
        {
            return BinanceSync.TooOld;
        }
        var follows = synced
            ? diff.PreviousId >= 0 ? diff.PreviousId == LastId : diff.FirstId == LastId + 1
            : diff.FirstId <= LastId + 1;
        if (!follows)
        {
            return BinanceSync.Gap;
        }
        synced = true;
        LastId = diff.LastId;
        bids.Set(diff.Bids);
        asks.Set(diff.Asks);
        return BinanceSync.Applied;
    }

    /// <summary>The best levels of both sides.</summary>
    public void CopyTo(RecordedBook into)
    {
        into.Clear();
        bids.CopyTo(into, Core.Primitives.Side.Buy);
        asks.CopyTo(into, Core.Primitives.Side.Sell);
    }

    /// <summary>One side as sorted arrays, the best level last, where most changes are.</summary>
    private sealed class Side(int sign)
    {
        private readonly List<long> keys = new(2048);
        private readonly List<long> sizes = new(2048);

        public void Clear()
        {
            keys.Clear();
            sizes.Clear();
        }

        public void Set(IReadOnlyList<RecordedLevel> levels)
        {
            for (var i = 0; i < levels.Count; i++)
            {
                var level = levels[i];
                // Keys ascend towards the best level: bids by price, asks by negated price.
                var at = keys.BinarySearch(-sign * level.Px);
                if (at >= 0 && level.Qty == 0)
                {
                    keys.RemoveAt(at);
                    sizes.RemoveAt(at);
                }
                else if (at >= 0)
                {
                    sizes[at] = level.Qty;
                }
                else if (level.Qty > 0)
                {
                    keys.Insert(~at, -sign * level.Px);
                    sizes.Insert(~at, level.Qty);
                }
            }
        }

        public void CopyTo(RecordedBook into, Core.Primitives.Side side)
        {
            for (var i = keys.Count - 1; i >= 0 && keys.Count - i <= RecordedBook.MaxLevels; i--)
            {
                into.Add(side, -sign * keys[i], sizes[i]);
            }
        }
    }
}
