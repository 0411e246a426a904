using System.Globalization;
using System.Text;

namespace Ems.Web.Features.Costs;

/// <summary>Tables as CSV (RFC 4180): UTF-8, comma, CRLF, a header, times in ISO 8601 UTC, empty where nothing is known.</summary>
internal static class CsvExport
{
    /// <summary>The whole file.</summary>
    public static byte[] Write<T>(IReadOnlyList<Column<T>> columns, IEnumerable<T> rows)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', columns.Select(c => c.Name)).Append("\r\n");
        foreach (var row in rows)
        {
            text.AppendJoin(',', columns.Select(c => Cell(c.Value(row)))).Append("\r\n");
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        decimal d => d.ToString(CultureInfo.InvariantCulture),
        DateTimeOffset t => t.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        _ => Quoted((string)value),
    };

    private static string Quoted(string text)
    {
        // A spreadsheet would run these as formulas.
        var safe = text.Length > 0 && "=+-@\t\r".Contains(text[0]) ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? '"' + safe.Replace("\"", "\"\"", StringComparison.Ordinal) + '"' : safe;
    }
}
