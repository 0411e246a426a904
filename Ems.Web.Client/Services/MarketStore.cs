using Ems.Execution.Core.MarketData;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Client.Services;

/// <summary>One instrument's market: the newest ladder, the tape, the candles. Gap rules as in <see cref="BlotterStore"/>.</summary>
public sealed class MarketStore
{
    private const int TapeKept = 60;
    private readonly List<TradeRow> tape = [];
    private readonly SortedDictionary<DateTimeOffset, Candle> candles = [];
    private string? epoch;
    private long seq;

    /// <summary>Raised after every change; the batch says what is new, a snapshot is marked.</summary>
    public event Action<MarketBatch, bool>? Changed;

    /// <summary>Newest state, or null before the first.</summary>
    public MarketBatch? Last { get; private set; }
    /// <summary>Prints, newest first.</summary>
    public IReadOnlyList<TradeRow> Tape => tape;
    /// <summary>Candles, oldest first.</summary>
    public IReadOnlyCollection<Candle> Candles => candles.Values;

    /// <summary>Starts anew.</summary>
    public void Load(MarketBatch snapshot)
    {
        tape.Clear();
        candles.Clear();
        (epoch, seq) = (snapshot.Epoch, snapshot.Seq);
        Put(snapshot, true);
    }

    /// <summary>Applies a batch. False: it does not follow; the caller subscribes again.</summary>
    public bool Apply(MarketBatch b)
    {
        if (Last is null || b.Epoch != epoch || b.Instrument != Last.Instrument)
        {
            return false;
        }
        if (b.Seq <= seq)
        {
            return true;
        }
        if (b.Seq != seq + 1)
        {
            return false;
        }
        seq = b.Seq;
        Put(b, false);
        return true;
    }

    private void Put(MarketBatch b, bool snapshot)
    {
        Last = b;
        foreach (var t in b.Trades)
        {
            tape.Insert(0, t);
        }
        if (tape.Count > TapeKept)
        {
            tape.RemoveRange(TapeKept, tape.Count - TapeKept);
        }
        foreach (var c in b.Candles)
        {
            candles[c.OpenTime] = c;
        }
        Changed?.Invoke(b, snapshot);
    }
}
