using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ems.Web.Client.Contracts;

/// <summary>
/// A number as the sender wrote it. JSON numbers and strings are both taken verbatim, so that validation can name the field and
/// show the value that was given, and no digit is lost on the way to decimal.
/// </summary>
[JsonConverter(typeof(Converter))]
public readonly record struct NumberText(string Text)
{
    /// <summary>Wraps a decimal.</summary>
    public static implicit operator NumberText(decimal value) => new(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    /// <inheritdoc/>
    public override string ToString() => Text;

    private sealed class Converter : JsonConverter<NumberText>
    {
        public override NumberText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(RawText.Read(ref reader));
        public override void Write(Utf8JsonWriter writer, NumberText value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
    }
}

/// <summary>Reads a JSON scalar as the text it was written with.</summary>
internal static class RawText
{
    public static string Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString() ?? "";
            case JsonTokenType.Number:
                return System.Text.Encoding.UTF8.GetString(reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan.ToArray());
            case JsonTokenType.True:
                return "true";
            case JsonTokenType.False:
                return "false";
            default:
                throw new JsonException("A number or text is expected here.");
        }
    }
}

/// <summary>Parameters by name; values may be written as JSON strings, numbers or booleans and are kept as text.</summary>
public sealed class ParameterMapConverter : JsonConverter<IReadOnlyDictionary<string, string>>
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An object of parameters is expected here.");
        }
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString() ?? "";
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null)
            {
                map[name] = RawText.Read(ref reader);
            }
        }
        return map;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, text) in value)
        {
            writer.WriteString(name, text);
        }
        writer.WriteEndObject();
    }
}
