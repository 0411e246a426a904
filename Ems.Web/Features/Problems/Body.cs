using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Web.Client.Contracts;
using Microsoft.AspNetCore.Http.Metadata;

namespace Ems.Web.Features.Problems;

/// <summary>A request body, or the answer why it is none.</summary>
internal interface IBody
{
    /// <summary>The refusal, or null when the body could be read.</summary>
    IResult? Refusal { get; }
}

/// <summary>
/// Reads a JSON object strictly. Text that is no JSON is a 400; a field of the wrong type, or one that does not exist (a misspelt
/// limit price must not become a market order), is a 422 that names it.
/// </summary>
public sealed class Body<T> : IBody, IEndpointParameterMetadataProvider where T : class
{
    private const int BytesMax = 64 * 1024;
    /// <summary>A condition is a tree whose own rule says how deep it may be; nothing else nests.</summary>
    private static readonly int DepthMax = typeof(T) == typeof(NewGroupRequest) ? 64 : 8;
    private readonly T? value;
    private readonly IResult? refusal;

    private Body(T? value, IResult? refusal) => (this.value, this.refusal) = (value, refusal);

    /// <summary>What was sent.</summary>
    public T Value => value ?? throw new InvalidOperationException("The body was refused; BodyFilter must run first.");

    IResult? IBody.Refusal => refusal;

    /// <summary>Called by the framework.</summary>
    public static async ValueTask<Body<T>> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        if (context.Request.ContentLength > BytesMax)
        {
            return new(null, ApiProblems.Problem(413, "BodyTooLarge", $"A body has at most {BytesMax} bytes."));
        }
        JsonNode? node;
        try
        {
            node = await JsonNode.ParseAsync(context.Request.Body, new JsonNodeOptions { PropertyNameCaseInsensitive = true },
                new JsonDocumentOptions { MaxDepth = DepthMax, AllowDuplicateProperties = false }, context.RequestAborted);
        }
        catch (JsonException e)
        {
            return new(null, ApiProblems.MalformedJson(e.Message));
        }
        if (node is not JsonObject fields)
        {
            return new(null, ApiProblems.MalformedJson("The body must be a JSON object."));
        }
        var known = (JsonTypeInfo<T>)Json.Options.GetTypeInfo(typeof(T));
        var errors = fields.Where(f => !known.Properties.Any(p => p.Name.Equals(f.Key, StringComparison.OrdinalIgnoreCase)))
            .Select(f => new FieldError(NumberRules.Shown(f.Key)!, "unknown", Shown(f.Value), "There is no such field.")).ToList();
        if (errors.Count > 0)
        {
            return new(null, ApiProblems.Fields(errors));
        }
        try
        {
            return new(fields.Deserialize(known), null);
        }
        catch (JsonException e)
        {
            return new(null, ApiProblems.Fields([TypeError(fields, e.Path ?? "$", e.Message.Contains("could not be mapped", StringComparison.Ordinal))]));
        }
    }

    /// <summary>Tells the API description what the body is.</summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));

    private static FieldError TypeError(JsonObject fields, string path, bool unknown)
    {
        var field = path.TrimStart('$', '.').Split(['.', '['], 2)[0];
        var name = path.Length > 2 ? path[2..] : field;
        return unknown ? new(name, "unknown", null, "There is no such field.") : new(name, "type", fields.TryGetPropertyValue(field, out var given) ? Shown(given) : null, $"{name} has a value of the wrong type.");
    }

    private static string? Shown(JsonNode? node) => NumberRules.Shown(node?.ToJsonString());
}

/// <summary>Answers with the refusal of the body, so that an endpoint only ever sees a readable one.</summary>
internal sealed class BodyFilter : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.Arguments.OfType<IBody>().FirstOrDefault(b => b.Refusal is not null) is { } refused ? ValueTask.FromResult<object?>(refused.Refusal) : next(context);
}
