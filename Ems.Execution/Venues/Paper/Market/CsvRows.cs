using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>
/// The rows of one kind over one or more files played one after the other. Each row's time is read at once, its body only on
/// demand. Times must not run backwards by more than <see cref="MaxBackMs"/> within a set.
/// </summary>
internal sealed class CsvRows(IReadOnlyList<string> files, Func<GzipLineReader, CsvColumns> header) : IDisposable
{
    /// <summary>Rows may be this much out of order, milliseconds (the first batch of a recording carries older trades).</summary>
    public const long MaxBackMs = 60_000;

    private readonly long[] levels = new long[4 * RecordedBook.MaxLevels];
    private GzipLineReader? lines;
    private CsvColumns? columns;
    private int file;

    /// <summary>The present row's time, Unix milliseconds; <see cref="long.MaxValue"/> when there is no row.</summary>
    public long TimeMs { get; private set; }

    /// <summary>Goes to the next row; false at the end of the last file.</summary>
    public bool Read()
    {
        while (true)
        {
            if (lines is null)
            {
                if (file == files.Count)
                {
                    TimeMs = long.MaxValue;
                    return false;
                }
                lines = new GzipLineReader(files[file++]);
                columns = header(lines);
            }
            if (lines.Read())
            {
                ReadTime();
                return true;
            }
            lines.Dispose();
            lines = null;
        }
    }

    /// <summary>Decodes the present row as a book.</summary>
    public void ReadBook(RecordedBook into)
    {
        Array.Clear(levels);
        Decode(out _);
        into.Clear();
        for (var i = 0; i < levels.Length; i += 4)
        {
            into.Add(Side.Buy, levels[i], levels[i + 1]);
            into.Add(Side.Sell, levels[i + 2], levels[i + 3]);
        }
        CheckOrder(into.Bids, -1);
        CheckOrder(into.Asks, 1);
    }

    /// <summary>Decodes the present row as a trade.</summary>
    public RecordedTrade ReadTrade()
    {
        Decode(out var side);
        return levels[0] > 0 && levels[1] > 0
            ? new RecordedTrade(levels[0], levels[1], side)
            : throw lines!.Error("a trade without price or size");
    }

    public void Dispose() => lines?.Dispose();

    private void ReadTime()
    {
        var rest = lines!.Text;
        for (var column = 0; !rest.IsEmpty; column++)
        {
            var field = Field(ref rest);
            if (column < columns!.Count && columns[column] == CsvColumns.Time)
            {
                if (!FixedPoint.TryParseInteger(field, out var time) || time < TimeMs - MaxBackMs)
                {
                    throw lines.Error("no time in milliseconds, or a time that runs backwards");
                }
                TimeMs = time;
                return;
            }
        }
        throw lines.Error("the row ends before its time");
    }

    private void Decode(out Side side)
    {
        side = Side.None;
        var rest = lines!.Text;
        var column = 0;
        for (; !rest.IsEmpty; column++)
        {
            var field = Field(ref rest);
            var role = column < columns!.Count ? columns[column] : throw lines.Error($"more than {columns.Count} fields");
            if (role == CsvColumns.TakerSide)
            {
                side = field.SequenceEqual("buy"u8) ? Side.Buy : field.SequenceEqual("sell"u8) ? Side.Sell
                    : throw lines.Error("the side is neither buy nor sell");
            }
            else if (role >= CsvColumns.FirstLevel && role - CsvColumns.FirstLevel < levels.Length && !field.IsEmpty)
            {
                levels[role - CsvColumns.FirstLevel] = FixedPoint.TryParse(field, out var value)
                    ? value : throw lines.Error($"field {column + 1} is no number");
            }
        }
        if (column < columns!.Count - 1)
        {
            throw lines.Error($"{column} fields instead of {columns.Count}");
        }
    }

    private void CheckOrder(ReadOnlySpan<RecordedLevel> side, int sign)
    {
        for (var i = 1; i < side.Length; i++)
        {
            if ((side[i].Px - side[i - 1].Px) * sign <= 0)
            {
                throw lines!.Error($"level {i} is not behind level {i - 1}");
            }
        }
    }

    private static ReadOnlySpan<byte> Field(ref ReadOnlySpan<byte> rest)
    {
        var comma = rest.IndexOf((byte)',');
        var field = comma < 0 ? rest : rest[..comma];
        rest = comma < 0 ? default : rest[(comma + 1)..];
        return field;
    }
}
