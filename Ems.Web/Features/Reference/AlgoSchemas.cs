using System.Globalization;
using System.Text.Json.Nodes;
using Ems.Execution.Core.Algos;
using Ems.Web.Client.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Ems.Web.Features.Reference;

/// <summary>The API schema of every algo's parameters, out of the same descriptors that make the ticket and the validation.</summary>
internal sealed class AlgoSchemas : IOpenApiDocumentTransformer, IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "Ems";
        document.Info.Version = "1";
        document.Info.Description =
            "Orders, accounts and markets of the execution management system. Sign in at /account/login; the cookie authenticates. " +
            "Requests that change something carry the header X-Requested-With. A refusal is 422 with a stable code and every field outside its rule; " +
            "every other error is a problem with a stable code. Numbers are exact decimals, as JSON numbers or strings.";
        var schemas = document.Components?.Schemas ?? throw new InvalidOperationException("The document has no schemas.");
        foreach (var d in AlgoCatalog.All.Select(a => a.Descriptor))
        {
            schemas[NameOf(d)] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Title = $"Parameters of {d.Name}",
                Description = d.Help,
                AdditionalPropertiesAllowed = false,
                Properties = d.Parameters.ToDictionary(p => p.Name, p => (IOpenApiSchema)Schema(p)),
                Required = d.Parameters.Where(p => p.Required && p.Default is null).Select(p => p.Name).ToHashSet(StringComparer.Ordinal),
            };
        }
        if (schemas.TryGetValue(nameof(NewOrderRequest), out var order) && order.Properties is { } properties)
        {
            properties["strategy"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "Name of an algo: it says which parameters there are.",
                Enum = [.. AlgoCatalog.All.Select(a => (JsonNode)a.Descriptor.Name)],
            };
            properties["parameters"] = new OpenApiSchema
            {
                Description = "The strategy's own parameters.",
                AnyOf = [.. AlgoCatalog.All.Select(a => (IOpenApiSchema)new OpenApiSchemaReference(NameOf(a.Descriptor), document))],
            };
        }
        return Task.CompletedTask;
    }

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(NumberText))
        {
            schema.Type = JsonSchemaType.Number | JsonSchemaType.String;
            schema.Format = "decimal";
            schema.Properties?.Clear();
        }
        if (type == typeof(decimal))
        {
            // "double" would tell clients to read money as floating point.
            schema.Format = "decimal";
        }
        return Task.CompletedTask;
    }

    private static string NameOf(AlgoDescriptor d) => "Parameters-" + d.Name;

    internal static OpenApiSchema Schema(ParamSpec p) => new()
    {
        Type = p.Type switch
        {
            ParamType.Bool => JsonSchemaType.Boolean,
            ParamType.Choice or ParamType.Time => JsonSchemaType.String,
            ParamType.Integer => JsonSchemaType.Integer,
            _ => JsonSchemaType.Number,
        },
        Format = p.Type == ParamType.Time ? "date-time" : null,
        Title = p.Label,
        Description = p.Unit.Length > 0 ? $"{p.Help} Unit: {p.Unit}." : p.Help,
        Default = p.Default is null ? null : JsonValue.Create(p.Default),
        Minimum = p.Min?.ToString(CultureInfo.InvariantCulture),
        Maximum = p.Max?.ToString(CultureInfo.InvariantCulture),
        Enum = p.Choices is { Count: > 0 } choices ? [.. choices.Select(c => (JsonNode)c)] : null,
    };
}
