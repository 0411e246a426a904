using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ems.Chain.Tests.Harness;

namespace Ems.Chain.Tests.Amm;

/// <summary>Files of vectors and recordings.</summary>
internal static class Vectors
{
    public static JsonElement Payload(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.GetProperty("payload").Clone();
    }

    public static IEnumerable<string> Files(string folder, string pattern) => Directory.GetFiles(Places.Shared("fixtures/" + folder), pattern).Order(StringComparer.Ordinal);

    public static BigInteger Number(this JsonElement json, string name) => Number(json.GetProperty(name));

    public static BigInteger Number(this JsonElement json) => BigInteger.Parse(json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText(), CultureInfo.InvariantCulture);

    public static BigInteger? OptionalNumber(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.Number() : null;
}
