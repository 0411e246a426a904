using System.Text.Json.Nodes;
using Ems.Execution.Core.Groups;
using Ems.Web.Client.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Ems.Web.Features.Reference;

/// <summary>The API schema of every group's parameters, out of the descriptors that make ticket and validation.</summary>
internal sealed class GroupSchemas : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var schemas = document.Components?.Schemas ?? throw new InvalidOperationException("The document has no schemas.");
        foreach (var d in GroupCatalog.All.Select(g => g.Descriptor))
        {
            schemas[NameOf(d)] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Title = $"Parameters of {d.Name}",
                Description = d.Help + " Legs: " + string.Join(", ", d.Legs.Select(l => l.Name)) + ".",
                AdditionalPropertiesAllowed = false,
                Properties = d.Parameters.ToDictionary(p => p.Name, p => (IOpenApiSchema)AlgoSchemas.Schema(p)),
                Required = d.Parameters.Where(p => p.Required && p.Default is null).Select(p => p.Name).ToHashSet(StringComparer.Ordinal),
            };
        }
        if (schemas.TryGetValue(nameof(NewGroupRequest), out var group) && group.Properties is { } properties)
        {
            properties["type"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "What links the legs: it says which legs and parameters there are.",
                Enum = [.. GroupCatalog.All.Select(g => (JsonNode)g.Descriptor.Name)],
            };
            properties["parameters"] = new OpenApiSchema
            {
                Description = "The type's own parameters.",
                AnyOf = [.. GroupCatalog.All.Select(g => (IOpenApiSchema)new OpenApiSchemaReference(NameOf(g.Descriptor), document))],
            };
        }
        return Task.CompletedTask;
    }

    private static string NameOf(GroupDescriptor d) => "Parameters-" + d.Name;
}
