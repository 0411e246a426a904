namespace Ems.Execution.Venues.Ethereum.Abi;

/// <summary>What a type of the contract ABI is.</summary>
public enum AbiKind
{
    /// <summary>Unsigned number of 8 to 256 bits.</summary>
    UInt,
    /// <summary>Signed number of 8 to 256 bits.</summary>
    Int,
    /// <summary>Truth value.</summary>
    Bool,
    /// <summary>Twenty bytes that name an account.</summary>
    Address,
    /// <summary>1 to 32 bytes; an address and a selector (function) are 24 of them.</summary>
    FixedBytes,
    /// <summary>Any number of bytes.</summary>
    Bytes,
    /// <summary>Text in UTF-8.</summary>
    String,
    /// <summary>A list of any length.</summary>
    Array,
    /// <summary>A list of one length.</summary>
    FixedArray,
    /// <summary>Several values, named or not.</summary>
    Tuple,
}

/// <summary>A type of the contract ABI (Solidity documentation, "Contract ABI Specification").</summary>
public sealed class AbiType
{
    private AbiType(AbiKind kind, string name, int size = 0, AbiType? element = null, IReadOnlyList<AbiParameter>? components = null)
    {
        (Kind, Name, Size, Element, Components) = (kind, name, size, element, components ?? []);
        IsDynamic = kind is AbiKind.Bytes or AbiKind.String or AbiKind.Array || (element?.IsDynamic ?? false) && (kind != AbiKind.FixedArray || size > 0)
            || Components.Any(c => c.Type.IsDynamic);
        var words = IsDynamic ? 1L : kind switch
        {
            AbiKind.FixedArray => (long)size * element!.HeadBytes / 32,
            AbiKind.Tuple => Components.Sum(c => (long)c.Type.HeadBytes / 32),
            _ => 1L,
        };
        HeadBytes = words <= StaticWordsMax ? (int)words * 32 : throw new EthereumFormatException($"The type {Shown(name)} is larger than {StaticWordsMax} words.");
    }

    /// <summary>A static type may not take more words than this; contracts' call data are smaller by far.</summary>
    public const int StaticWordsMax = 1 << 20;

    /// <summary>What it is.</summary>
    public AbiKind Kind { get; }
    /// <summary>Canonical text, as it stands in a signature: uint256, (address,bytes)[2].</summary>
    public string Name { get; }
    /// <summary>Bits of a number, bytes of fixed bytes, length of a fixed array.</summary>
    public int Size { get; }
    /// <summary>Type of an array's elements.</summary>
    public AbiType? Element { get; }
    /// <summary>Members of a tuple.</summary>
    public IReadOnlyList<AbiParameter> Components { get; }
    /// <summary>Whether it stands behind an offset.</summary>
    public bool IsDynamic { get; }
    /// <summary>Bytes it takes in the head of what contains it.</summary>
    public int HeadBytes { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Reads a type from text: uint256, bytes32[2][], (address to, uint96 amount)[].</summary>
    public static AbiType Parse(string text) => new AbiText(text).OnlyType();

    internal static AbiType Tuple(IReadOnlyList<AbiParameter> components) =>
        new(AbiKind.Tuple, "(" + string.Join(',', components.Select(c => c.Type.Name)) + ")", components: components);

    internal static AbiType ArrayOf(AbiType element) => new(AbiKind.Array, element.Name + "[]", element: element);

    internal static AbiType ArrayOf(AbiType element, int length) => new(AbiKind.FixedArray, $"{element.Name}[{length}]", length, element);

    internal static AbiType Elementary(string word) => word switch
    {
        "uint" => new(AbiKind.UInt, "uint256", 256),
        "int" => new(AbiKind.Int, "int256", 256),
        "bool" => new(AbiKind.Bool, word),
        "address" => new(AbiKind.Address, word),
        "bytes" => new(AbiKind.Bytes, word),
        "string" => new(AbiKind.String, word),
        "function" => new(AbiKind.FixedBytes, word, 24),
        _ when word.StartsWith("uint", StringComparison.Ordinal) && Number(word[4..]) is { } bits && bits % 8 == 0 && bits <= 256 => new(AbiKind.UInt, word, bits),
        _ when word.StartsWith("int", StringComparison.Ordinal) && Number(word[3..]) is { } bits && bits % 8 == 0 && bits <= 256 => new(AbiKind.Int, word, bits),
        _ when word.StartsWith("bytes", StringComparison.Ordinal) && Number(word[5..]) is { } length && length <= 32 => new(AbiKind.FixedBytes, word, length),
        _ => throw new EthereumFormatException($"'{Shown(word)}' is no type of the ABI."),
    };

    private static int? Number(string digits) => digits.Length is > 0 and <= 3 && digits[0] is >= '1' and <= '9' && digits.All(char.IsAsciiDigit)
        ? int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture) : null;

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";
}

/// <summary>A value's name and type; the name may be empty.</summary>
/// <param name="IsIndexed">Of an event: whether it is a topic.</param>
public sealed record AbiParameter(string Name, AbiType Type, bool IsIndexed = false);
