using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Ems.Web.Client.Contracts;

/// <summary>The one JSON dialect of API and hub: camelCase, enums by name, numbers exact.</summary>
public static class Json
{
    /// <summary>Applies the dialect.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = true;
        // Asked for type by type on the server, which needs the resolver to be there from the start.
        options.TypeInfoResolver ??= new DefaultJsonTypeInfoResolver();
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        if (!options.Converters.OfType<JsonStringEnumConverter>().Any())
        {
            options.Converters.Add(new JsonStringEnumConverter());
        }
        return options;
    }

    /// <summary>Shared options.</summary>
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));
}
