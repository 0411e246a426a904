using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>What a row of a recording is.</summary>
public enum RecordedKind
{
    /// <summary>Nothing read yet.</summary>
    None = 0,
    /// <summary>The whole visible book.</summary>
    Book = 1,
    /// <summary>One print.</summary>
    Trade = 2,
}

/// <summary>A price level in fixed point: units of 1e-8.</summary>
public readonly record struct RecordedLevel(long Px, long Qty);

/// <summary>A print in fixed point (1e-8). <see cref="Aggressor"/> is <see cref="Side.None"/> where the recording does not know it.</summary>
public readonly record struct RecordedTrade(long Px, long Qty, Side Aggressor);

/// <summary>A market as somebody recorded it. Opening twice gives the same rows twice.</summary>
public interface IRecording
{
    /// <summary>Name for messages: the set and the instrument.</summary>
    string Name { get; }
    /// <summary>Starts reading at the first row. Errors name the file and the line.</summary>
    RecordingCursor Open();
}

/// <summary>
/// Walks a recording in its own time. A row's body is only decoded when asked for, so that skipping to an offset costs
/// little.
/// </summary>
public abstract class RecordingCursor : IDisposable
{
    /// <summary>Fixed-point units per 1.</summary>
    public const long Scale = 100_000_000;

    /// <summary>The current row's time in the recording's own clock, Unix milliseconds.</summary>
    public long TimeMs { get; protected set; }
    /// <summary>The current row's kind.</summary>
    public RecordedKind Kind { get; protected set; }
    /// <summary>Goes to the next row; false at the end.</summary>
    public abstract bool MoveNext();
    /// <summary>Decodes the current row, a book, into a buffer the caller owns.</summary>
    public abstract void ReadBook(RecordedBook into);
    /// <summary>Decodes the current row, a trade.</summary>
    public abstract RecordedTrade ReadTrade();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes files.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
