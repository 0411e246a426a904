using System.Numerics;

namespace Ems.Execution.Venues.Ethereum.Abi;

/// <summary>A function of a contract: its selector, its inputs and its outputs.</summary>
public sealed class AbiFunction
{
    private readonly IReadOnlyList<AbiType> inputTypes;
    private readonly IReadOnlyList<AbiType> outputTypes;

    internal AbiFunction(string name, IReadOnlyList<AbiParameter> inputs, IReadOnlyList<AbiParameter> outputs)
    {
        (Name, Inputs, Outputs) = (name, inputs, outputs);
        inputTypes = [.. inputs.Select(i => i.Type)];
        outputTypes = [.. outputs.Select(o => o.Type)];
        Signature = name + AbiType.Tuple(inputs).Name;
        Selector = Keccak.Hash(Signature)[..4];
    }

    /// <summary>Name in the contract.</summary>
    public string Name { get; }
    /// <summary>What it takes.</summary>
    public IReadOnlyList<AbiParameter> Inputs { get; }
    /// <summary>What it gives.</summary>
    public IReadOnlyList<AbiParameter> Outputs { get; }
    /// <summary>Canonical text: transfer(address,uint256).</summary>
    public string Signature { get; }
    /// <summary>First four bytes of the signature's hash.</summary>
    public byte[] Selector { get; }

    /// <summary>Reads "transfer(address to, uint256 amount) returns (bool)"; a leading "function" and words about visibility are allowed.</summary>
    public static AbiFunction Parse(string text)
    {
        var reader = new AbiText(text);
        var name = reader.Word();
        name = name == "function" ? reader.Word() : name;
        var inputs = reader.Parameters();
        IReadOnlyList<AbiParameter> outputs = [];
        while (!reader.AtEnd)
        {
            var word = reader.Word();
            switch (word)
            {
                case "returns":
                    outputs = reader.Parameters();
                    break;
                case "external" or "public" or "view" or "pure" or "payable":
                    break;
                default:
                    throw reader.Wrong($"'{word}' behind the parameters");
            }
        }
        return new(AbiNames.Named(name, reader), inputs, outputs);
    }

    /// <summary>Call data.</summary>
    public byte[] Encode(params IReadOnlyList<object> values) => AbiEncoder.EncodeCall(Selector, inputTypes, values);

    /// <summary>The inputs of call data that begin with this function's selector.</summary>
    public object[] DecodeInput(ReadOnlySpan<byte> data) => data.Length >= 4 && data[..4].SequenceEqual(Selector)
        ? AbiDecoder.Decode(inputTypes, data[4..]) : throw new EthereumFormatException($"The data are no call of {Signature}.");

    /// <summary>The outputs of returned data.</summary>
    public object[] DecodeOutput(ReadOnlySpan<byte> data) => AbiDecoder.Decode(outputTypes, data);

    /// <inheritdoc/>
    public override string ToString() => Signature;
}

/// <summary>An error that a contract reverts with.</summary>
public sealed class AbiError
{
    private readonly AbiFunction shape;

    internal AbiError(AbiFunction shape) => this.shape = shape;

    /// <summary>Name in the contract.</summary>
    public string Name => shape.Name;
    /// <summary>What it carries.</summary>
    public IReadOnlyList<AbiParameter> Inputs => shape.Inputs;
    /// <summary>First four bytes of the signature's hash.</summary>
    public byte[] Selector => shape.Selector;

    /// <summary>Reads "InsufficientBalance(uint256 has, uint256 needs)"; a leading "error" is allowed.</summary>
    public static AbiError Parse(string text) => new(AbiFunction.Parse(text.StartsWith("error ", StringComparison.Ordinal) ? text[6..] : text));

    /// <summary>Revert data.</summary>
    public byte[] Encode(params IReadOnlyList<object> values) => shape.Encode(values);

    /// <summary>The values of revert data that begin with this error's selector.</summary>
    public object[] Decode(ReadOnlySpan<byte> data) => shape.DecodeInput(data);
}

/// <summary>An event that a contract logs.</summary>
public sealed class AbiEvent
{
    private readonly IReadOnlyList<AbiType> dataTypes;

    internal AbiEvent(string name, IReadOnlyList<AbiParameter> inputs)
    {
        (Name, Inputs) = (name, inputs);
        dataTypes = [.. inputs.Where(i => !i.IsIndexed).Select(i => i.Type)];
        Topic = Keccak.Hash(name + AbiType.Tuple(inputs).Name);
    }

    /// <summary>Name in the contract.</summary>
    public string Name { get; }
    /// <summary>What it carries, in order.</summary>
    public IReadOnlyList<AbiParameter> Inputs { get; }
    /// <summary>Hash of the signature: the first topic.</summary>
    public byte[] Topic { get; }

    /// <summary>Reads "Transfer(address indexed from, address indexed to, uint256 value)"; a leading "event" is allowed.</summary>
    public static AbiEvent Parse(string text)
    {
        var reader = new AbiText(text);
        var name = reader.Word();
        name = name == "event" ? reader.Word() : name;
        var inputs = reader.Parameters();
        return reader.AtEnd ? new(AbiNames.Named(name, reader), inputs) : throw reader.Wrong("text behind the parameters");
    }

    /// <summary>Whether a log with these topics is this event.</summary>
    public bool Matches(IReadOnlyList<byte[]> topics) => topics.Count > 0 && topics[0].AsSpan().SequenceEqual(Topic);

    /// <summary>The values in order. An indexed value of more than one word is only its hash (32 bytes), as the chain keeps no more.</summary>
    public object[] Decode(IReadOnlyList<byte[]> topics, ReadOnlySpan<byte> data)
    {
        if (!Matches(topics) || topics.Count != 1 + Inputs.Count - dataTypes.Count || topics.Any(t => t.Length != 32))
        {
            throw new EthereumFormatException($"The log is no {Name}.");
        }
        var plain = AbiDecoder.Decode(dataTypes, data);
        var (values, nextTopic, nextPlain) = (new object[Inputs.Count], 1, 0);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = !Inputs[i].IsIndexed ? plain[nextPlain++]
                : Inputs[i].Type.Kind is AbiKind.Bytes or AbiKind.String or AbiKind.Array or AbiKind.FixedArray or AbiKind.Tuple
                    ? topics[nextTopic++] : AbiDecoder.Decode([Inputs[i].Type], topics[nextTopic++])[0];
        }
        return values;
    }
}

/// <summary>Names in ABI text.</summary>
internal static class AbiNames
{
    public static string Named(string name, AbiText reader) => name.Length > 0 ? name : throw reader.Wrong("a name is expected");
}

/// <summary>Reverts in words.</summary>
public static class RevertReason
{
    private static readonly AbiError Error = AbiError.Parse("Error(string reason)");
    private static readonly AbiError Panic = AbiError.Parse("Panic(uint256 code)");

    /// <summary>Says what the revert data say: the contract's text, a panic, an error of <paramref name="known"/>, or the selector.</summary>
    public static string InWords(ReadOnlySpan<byte> data, params IReadOnlyList<AbiError> known)
    {
        if (data.Length < 4)
        {
            return data.IsEmpty ? "reverted without a reason" : "reverted with " + Hex.Encode(data);
        }
        try
        {
            foreach (var error in (IEnumerable<AbiError>)[Error, Panic, .. known])
            {
                if (data[..4].SequenceEqual(error.Selector))
                {
                    var values = error.Decode(data);
                    return error == Error ? (string)values[0] : error == Panic ? PanicInWords((BigInteger)values[0])
                        : $"{error.Name}({string.Join(", ", error.Inputs.Zip(values, (i, v) => (i.Name.Length > 0 ? i.Name + "=" : "") + AbiValues.InWords(v)))})";
                }
            }
        }
        catch (EthereumFormatException)
        {
            return $"reverted with malformed data of {Hex.Encode(data[..4])}";
        }
        return $"reverted with the unknown error {Hex.Encode(data[..4])}";
    }

    // Solidity documentation, "Panic via assert and Error via require".
    private static string PanicInWords(BigInteger code) => (code <= 0xff ? (int)code : -1) switch
    {
        0x01 => "assertion failed",
        0x11 => "arithmetic overflow or underflow",
        0x12 => "division by zero",
        0x21 => "a value outside its enum",
        0x22 => "wrongly encoded storage",
        0x31 => "pop on an empty array",
        0x32 => "index out of bounds",
        0x41 => "too much memory",
        0x51 => "call of an empty function",
        _ => $"panic {Hex.Quantity(code)}",
    };
}

/// <summary>Decoded values as text.</summary>
public static class AbiValues
{
    /// <summary>A decoded value for people.</summary>
    public static string InWords(object value) => value switch
    {
        byte[] bytes => Hex.Encode(bytes),
        object[] list => "[" + string.Join(", ", list.Select(InWords)) + "]",
        bool truth => truth ? "true" : "false",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value}"),
    };
}
