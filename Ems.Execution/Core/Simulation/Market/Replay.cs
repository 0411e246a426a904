using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>
/// A recording on its replay clock: zero at the first book, silences between books cut to <see cref="MaxSilenceMs"/>. Trades
/// before the first book or inside the part of a silence that was cut are left out, and every trade has a side.
/// </summary>
public sealed class Replay(IRecording recording) : IDisposable
{
    /// <summary>Longest silence that is kept, milliseconds: shorter than the bound after which a book counts as stale.</summary>
    public const long MaxSilenceMs = 2_000;

    private readonly RecordingCursor cursor = recording.Open();
    private long lastBookRaw = -1;
    private Side lastSide;

    /// <summary>Replay time of the last book before the present row.</summary>
    private long lastBookAt;

    /// <summary>The present row's time on the replay clock, milliseconds from the first book.</summary>
    public long AtMs { get; private set; }
    /// <summary>The present row's kind.</summary>
    public RecordedKind Kind => cursor.Kind;

    /// <summary>Goes to the next row that counts; false at the end.</summary>
    public bool MoveNext()
    {
        while (cursor.MoveNext())
        {
            var sinceBook = Math.Max(0, cursor.TimeMs - lastBookRaw);
            if (cursor.Kind == RecordedKind.Book)
            {
                lastBookAt = lastBookRaw < 0 ? 0 : lastBookAt + Math.Min(sinceBook, MaxSilenceMs);
                lastBookRaw = Math.Max(lastBookRaw, cursor.TimeMs);
                AtMs = lastBookAt;
                return true;
            }
            if (lastBookRaw >= 0 && sinceBook < MaxSilenceMs)
            {
                AtMs = lastBookAt + sinceBook;
                return true;
            }
        }
        return false;
    }

    /// <summary>Decodes the present row, a book.</summary>
    public void ReadBook(RecordedBook into) => cursor.ReadBook(into);

    /// <summary>Decodes the present row, a trade, and names its taker by the quote rule against <paramref name="before"/> where the recording does not.</summary>
    public RecordedTrade ReadTrade(RecordedBook before)
    {
        var trade = cursor.ReadTrade();
        if (trade.Aggressor == Side.None)
        {
            trade = trade with { Aggressor = QuoteRule.Infer(trade.Px, before, lastSide) };
        }
        lastSide = trade.Aggressor;
        return trade;
    }

    /// <inheritdoc/>
    public void Dispose() => cursor.Dispose();
}
