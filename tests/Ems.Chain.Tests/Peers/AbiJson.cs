using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;

namespace Ems.Chain.Tests.Peers;

/// <summary>Values of the peers' JSON as the encoder takes them, and decoded values as text to compare.</summary>
internal static class AbiJson
{
    public static object Value(AbiType type, JsonElement json) => type.Kind switch
    {
        AbiKind.UInt or AbiKind.Int => BigInteger.Parse(json.ValueKind == JsonValueKind.Number ? json.GetRawText() : json.GetString()!, CultureInfo.InvariantCulture),
        AbiKind.Bool => json.GetBoolean(),
        AbiKind.Address => Address.Parse(json.GetString()),
        AbiKind.Bytes or AbiKind.FixedBytes => Hex.Decode(json.GetString()),
        AbiKind.String => json.GetString()!,
        AbiKind.Tuple => type.Components.Zip(json.EnumerateArray(), (c, v) => Value(c.Type, v)).ToArray(),
        _ => json.EnumerateArray().Select(v => Value(type.Element!, v)).ToArray(),
    };

    public static string Text(object value) => value switch
    {
        object[] list => "[" + string.Join("|", list.Select(Text)) + "]",
        byte[] bytes => Hex.Encode(bytes),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value.GetType().Name}:{value}"),
    };
}
