using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>Column names of a book file; the level columns carry the level's number after the prefix, from 0.</summary>
internal sealed record CsvBookNames(string Time, string BidPx, string BidQty, string AskPx, string AskQty);

/// <summary>Column names of a trade file; <see cref="Side"/> is null where the file has no taker side.</summary>
internal sealed record CsvTradeNames(string Time, string Px, string Qty, string? Side);

/// <summary>What each column of a file means, worked out once from its header.</summary>
internal sealed class CsvColumns
{
    /// <summary>Role of a column: 0 nothing, 1 time, 2 side, and from 16 on 4 x level + (0 bid price, 1 bid size, 2 ask price, 3 ask size).</summary>
    private readonly int[] roles;

    public const int None = 0, Time = 1, TakerSide = 2, FirstLevel = 16;

    private CsvColumns(int[] roles) => this.roles = roles;

    /// <summary>Number of columns.</summary>
    public int Count => roles.Length;
    /// <summary>The role of one column.</summary>
    public int this[int column] => roles[column];

    /// <summary>Columns of a book file; the first price and size of both sides must be there.</summary>
    public static CsvColumns Book(GzipLineReader lines, CsvBookNames names)
    {
        string[] prefixes = [names.BidPx, names.BidQty, names.AskPx, names.AskQty];
        var columns = Read(lines, name => name == names.Time ? Time : LevelRole(name, prefixes));
        Require(lines, columns, Time, names.Time);
        for (var i = 0; i < prefixes.Length; i++)
        {
            Require(lines, columns, FirstLevel + i, prefixes[i] + "0");
        }
        return columns;
    }

    /// <summary>Columns of a trade file; price and size take the roles of a first bid level.</summary>
    public static CsvColumns Trade(GzipLineReader lines, CsvTradeNames names)
    {
        var columns = Read(lines, name => name == names.Time ? Time : name == names.Px ? FirstLevel
            : name == names.Qty ? FirstLevel + 1 : name == names.Side ? TakerSide : None);
        Require(lines, columns, Time, names.Time);
        Require(lines, columns, FirstLevel, names.Px);
        Require(lines, columns, FirstLevel + 1, names.Qty);
        if (names.Side is not null)
        {
            Require(lines, columns, TakerSide, names.Side);
        }
        return columns;
    }

    private static CsvColumns Read(GzipLineReader lines, Func<string, int> role) => lines.Read()
        ? new CsvColumns([.. System.Text.Encoding.UTF8.GetString(lines.Text).Split(',').Select(role)])
        : throw lines.Error("empty file");

    private static int LevelRole(string name, string[] prefixes)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            if (name.StartsWith(prefixes[i], StringComparison.Ordinal) &&
                int.TryParse(name.AsSpan(prefixes[i].Length), System.Globalization.NumberStyles.None, null, out var level))
            {
                return FirstLevel + 4 * level + i;
            }
        }
        return None;
    }

    private static void Require(GzipLineReader lines, CsvColumns columns, int role, string name)
    {
        if (Array.IndexOf(columns.roles, role) < 0)
        {
            throw lines.Error($"no column '{name}'");
        }
    }
}
