using System.Text.Json;

namespace Ems.Execution.Venues.Ethereum.Abi;

/// <summary>Functions, events and errors of a contract, read from the JSON that compilers write.</summary>
public sealed class ContractAbi
{
    private const int ComponentDepthMax = 16;

    private ContractAbi(IReadOnlyList<AbiFunction> functions, IReadOnlyList<AbiEvent> events, IReadOnlyList<AbiError> errors, IReadOnlyList<AbiType> constructorInputs) =>
        (Functions, Events, Errors, ConstructorInputs) = (functions, events, errors, constructorInputs);

    /// <summary>Its functions; one name may stand for several.</summary>
    public IReadOnlyList<AbiFunction> Functions { get; }
    /// <summary>Its events.</summary>
    public IReadOnlyList<AbiEvent> Events { get; }
    /// <summary>Its errors.</summary>
    public IReadOnlyList<AbiError> Errors { get; }
    /// <summary>What its constructor takes.</summary>
    public IReadOnlyList<AbiType> ConstructorInputs { get; }

    /// <summary>The function of that name, or of that whole signature where a name stands for several.</summary>
    public AbiFunction Function(string nameOrSignature) =>
        Functions.SingleOrDefault(f => f.Signature == nameOrSignature)
        ?? (Functions.Where(f => f.Name == nameOrSignature).ToArray() switch
        {
            [var only] => only,
            [] => throw new ArgumentException($"The contract has no function {nameOrSignature}."),
            _ => throw new ArgumentException($"The contract has several functions {nameOrSignature}; name one by its signature."),
        });

    /// <summary>The event of that name.</summary>
    public AbiEvent Event(string name) => Events.FirstOrDefault(e => e.Name == name) ?? throw new ArgumentException($"The contract has no event {name}.");

    /// <summary>Reads the array of a compiler's "abi".</summary>
    public static ContractAbi Parse(JsonElement abi)
    {
        if (abi.ValueKind != JsonValueKind.Array)
        {
            throw new EthereumFormatException("An ABI is a JSON array.");
        }
        var (functions, events, errors) = (new List<AbiFunction>(), new List<AbiEvent>(), new List<AbiError>());
        IReadOnlyList<AbiType> constructor = [];
        foreach (var entry in abi.EnumerateArray())
        {
            switch (Text(entry, "type"))
            {
                case "function":
                    functions.Add(new(Text(entry, "name"), Parameters(entry, "inputs"), Parameters(entry, "outputs")));
                    break;
                case "event":
                    events.Add(new(Text(entry, "name"), Parameters(entry, "inputs")));
                    break;
                case "error":
                    errors.Add(new(new(Text(entry, "name"), Parameters(entry, "inputs"), [])));
                    break;
                case "constructor":
                    constructor = [.. Parameters(entry, "inputs").Select(p => p.Type)];
                    break;
            }
        }
        return new(functions, events, errors, constructor);
    }

    private static IReadOnlyList<AbiParameter> Parameters(JsonElement owner, string list, int depth = 0)
    {
        if (depth > ComponentDepthMax)
        {
            throw new EthereumFormatException("An ABI nests its tuples too deep.");
        }
        if (!owner.TryGetProperty(list, out var entries))
        {
            return [];
        }
        return entries.ValueKind != JsonValueKind.Array ? throw new EthereumFormatException($"An ABI's {list} is an array.")
            : [.. entries.EnumerateArray().Select(p => new AbiParameter(Text(p, "name"), Type(p, depth), p.TryGetProperty("indexed", out var i) && i.ValueKind == JsonValueKind.True))];
    }

    private static AbiType Type(JsonElement parameter, int depth)
    {
        var text = Text(parameter, "type");
        if (!text.StartsWith("tuple", StringComparison.Ordinal))
        {
            return AbiType.Parse(text);
        }
        var suffix = new AbiText(text[5..]);
        var type = suffix.Suffixed(AbiType.Tuple(Parameters(parameter, "components", depth + 1)));
        return suffix.AtEnd ? type : throw suffix.Wrong("text behind the type");
    }

    private static string Text(JsonElement owner, string name) => owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value)
        ? value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new EthereumFormatException($"An ABI's {name} is text.") : "";
}
