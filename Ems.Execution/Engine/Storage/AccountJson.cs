using System.Text.Json;
using System.Text.Json.Serialization;
using Ems.Execution.Core.Accounts;

namespace Ems.Execution.Engine.Storage;

/// <summary>How events are written in the journal: one JSON dialect, stable discriminators, nulls and defaults left out.</summary>
public static class AccountJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The event as UTF-8 JSON with its discriminator.</summary>
    public static byte[] Write(AccountEvent e) => JsonSerializer.SerializeToUtf8Bytes(e, Options);

    /// <summary>Reads an event back.</summary>
    /// <exception cref="JsonException">The payload is not an event this version knows.</exception>
    public static AccountEvent Read(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize<AccountEvent>(payload, Options) ?? throw new JsonException("The payload is null.");
}
