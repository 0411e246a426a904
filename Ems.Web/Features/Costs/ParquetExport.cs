using Parquet;
using Parquet.Schema;

namespace Ems.Web.Features.Costs;

/// <summary>Tables as Parquet: numbers are decimal(38,18), so money keeps every digit it has; times are UTC timestamps; null where nothing is known.</summary>
internal static class ParquetExport
{
    private const int Precision = 38;
    private const int Scale = 18;

    /// <summary>The whole file.</summary>
    public static async Task<byte[]> WriteAsync<T>(IReadOnlyList<Column<T>> columns, IReadOnlyList<T> rows)
    {
        var fields = columns.Select(Field).ToArray();
        using var stream = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream))
        {
            using var group = writer.CreateRowGroup();
            for (var c = 0; c < columns.Count; c++)
            {
                var values = rows.Select(columns[c].Value);
                await (columns[c].Kind switch
                {
                    ColumnKind.Text => group.WriteAsync(fields[c], values.Cast<string>().ToList()),
                    ColumnKind.Number => group.WriteAsync<decimal>(fields[c], values.Select(v => (decimal?)v).ToArray()),
                    _ => group.WriteAsync<DateTime>(fields[c], values.Select(v => ((DateTimeOffset?)v)?.UtcDateTime).ToArray()),
                });
            }
        }
        return stream.ToArray();
    }

    private static DataField Field<T>(Column<T> column) => column.Kind switch
    {
        ColumnKind.Text => new DataField<string>(column.Name),
        ColumnKind.Number => new DecimalDataField(column.Name, Precision, Scale, isNullable: true),
        _ => new DateTimeDataField(column.Name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Micros, isNullable: true),
    };
}
