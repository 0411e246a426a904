using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ems.Execution.Core.Primitives;

/// <summary>A venue's short name, e.g. <c>ALPHA</c>; upper case letters, digits and hyphens.</summary>
[JsonConverter(typeof(IdConverter<VenueId>))]
public readonly record struct VenueId(string Value) : IId<VenueId>
{
    /// <inheritdoc/>
    public static VenueId From(string value) => new(value);
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>An instrument's name in BASE-QUOTE form, e.g. <c>BTC-USDT</c>; the same on every venue that lists it.</summary>
[JsonConverter(typeof(IdConverter<InstrumentId>))]
public readonly record struct InstrumentId(string Value) : IId<InstrumentId>
{
    /// <inheritdoc/>
    public static InstrumentId From(string value) => new(value);
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A trading account (FIX 1).</summary>
[JsonConverter(typeof(IdConverter<AccountId>))]
public readonly record struct AccountId(string Value) : IId<AccountId>
{
    /// <inheritdoc/>
    public static AccountId From(string value) => new(value);
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Our order identifier (FIX 11): made by whoever submits, unique per account for ever. Letters, digits, '-' and '_', 1 to 36 characters.</summary>
[JsonConverter(typeof(IdConverter<ClOrdId>))]
public readonly record struct ClOrdId(string Value) : IId<ClOrdId>
{
    /// <inheritdoc/>
    public static ClOrdId From(string value) => new(value);
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>An asset's code, e.g. <c>BTC</c> or <c>USDT</c>.</summary>
[JsonConverter(typeof(IdConverter<Asset>))]
public readonly record struct Asset(string Code) : IId<Asset>
{
    /// <inheritdoc/>
    public static Asset From(string value) => new(value);
    string IId<Asset>.Value => Code;
    /// <inheritdoc/>
    public override string ToString() => Code;
}

/// <summary>An identifier that is one string on the wire.</summary>
public interface IId<TSelf> where TSelf : IId<TSelf>
{
    /// <summary>The identifier as text.</summary>
    string Value { get; }
    /// <summary>Wraps text without checking it; callers check at the boundary.</summary>
    static abstract TSelf From(string value);
}

/// <summary>Writes an identifier as one JSON string, also as a dictionary key.</summary>
public sealed class IdConverter<T> : JsonConverter<T> where T : struct, IId<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => T.From(reader.GetString() ?? "");
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => T.From(reader.GetString() ?? "");
    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(value.Value);
}
