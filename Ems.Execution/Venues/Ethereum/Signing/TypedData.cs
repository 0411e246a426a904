using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum.Abi;

namespace Ems.Execution.Venues.Ethereum.Signing;

/// <summary>A member of a struct of EIP-712.</summary>
public sealed record TypedMember(string Name, string Type);

/// <summary>
/// Structured data that a person can read before signing (EIP-712), in the JSON of eth_signTypedData_v4. Numbers are read from their
/// text, never as binary floating point; a member that is missing, or one too many in the domain, is refused.
/// </summary>
public sealed class TypedData
{
    private const int DepthMax = 32;

    // The order in which the standard lists the members of a domain.
    private static readonly TypedMember[] DomainMembers =
        [new("name", "string"), new("version", "string"), new("chainId", "uint256"), new("verifyingContract", "address"), new("salt", "bytes32")];

    private readonly Dictionary<string, IReadOnlyList<TypedMember>> types;
    private readonly Dictionary<string, byte[]> typeHashes = new(StringComparer.Ordinal);
    private readonly JsonElement domain;
    private readonly JsonElement message;

    private TypedData(Dictionary<string, IReadOnlyList<TypedMember>> types, string primaryType, JsonElement domain, JsonElement message) =>
        (this.types, PrimaryType, this.domain, this.message) = (types, primaryType, domain, message);

    /// <summary>Name of the struct that is signed.</summary>
    public string PrimaryType { get; }

    /// <summary>Reads the JSON of eth_signTypedData_v4. Without EIP712Domain among the types it is what the domain has, in the standard's order.</summary>
    public static TypedData Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DepthMax });
            return Parse(document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw new EthereumFormatException("Typed data are no JSON: " + e.Message, e);
        }
    }

    /// <summary>Reads the parsed JSON of eth_signTypedData_v4.</summary>
    public static TypedData Parse(JsonElement root)
    {
        var types = new Dictionary<string, IReadOnlyList<TypedMember>>(StringComparer.Ordinal);
        foreach (var type in Member(root, "types", JsonValueKind.Object).EnumerateObject())
        {
            types[type.Name] = type.Value.ValueKind == JsonValueKind.Array
                ? [.. type.Value.EnumerateArray().Select(m => new TypedMember(Member(m, "name", JsonValueKind.String).GetString()!, Member(m, "type", JsonValueKind.String).GetString()!))]
                : throw new EthereumFormatException($"Typed data: {type.Name} is a list of members.");
        }
        var domain = Member(root, "domain", JsonValueKind.Object);
        types.TryAdd("EIP712Domain", [.. DomainMembers.Where(m => domain.TryGetProperty(m.Name, out _))]);
        if (domain.EnumerateObject().FirstOrDefault(p => types["EIP712Domain"].All(m => m.Name != p.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } extra)
        {
            throw new EthereumFormatException($"Typed data: the domain has a member {extra.Name} that its type has not.");
        }
        var primary = Member(root, "primaryType", JsonValueKind.String).GetString()!;
        return types.ContainsKey(primary) ? new(types, primary, domain, Member(root, "message", JsonValueKind.Object))
            : throw new EthereumFormatException($"Typed data: the primary type {primary} is not among the types.");
    }

    /// <summary>Hash that binds signatures to one application, chain and contract.</summary>
    public byte[] DomainSeparator() => HashStruct("EIP712Domain", domain, 0);

    /// <summary>Hash of the message as a struct.</summary>
    public byte[] StructHash() => HashStruct(PrimaryType, message, 0);

    /// <summary>The hash that is signed.</summary>
    public byte[] Hash() => PrimaryType == "EIP712Domain"
        ? Keccak.Hash([0x19, 0x01, .. DomainSeparator()]) : Keccak.Hash([0x19, 0x01, .. DomainSeparator(), .. StructHash()]);

    /// <summary>The type with everything it names, as it is hashed: Mail(Person from,Person to)Person(string name).</summary>
    public string EncodeType(string type)
    {
        var named = new SortedSet<string>(StringComparer.Ordinal);
        Collect(type, named);
        named.Remove(type);
        return string.Concat(((IEnumerable<string>)[type, .. named]).Select(t => $"{t}({string.Join(',', types[t].Select(m => $"{m.Type} {m.Name}"))})"));
    }

    /// <summary>Hash of the type's text.</summary>
    public byte[] TypeHash(string type)
    {
        if (!typeHashes.TryGetValue(type, out var hash))
        {
            typeHashes[type] = hash = Keccak.Hash(EncodeType(type));
        }
        return hash;
    }

    private void Collect(string type, SortedSet<string> named)
    {
        if (!types.TryGetValue(type, out var members) || !named.Add(type))
        {
            return;
        }
        foreach (var member in members)
        {
            var bracket = member.Type.IndexOf('[', StringComparison.Ordinal);
            Collect(bracket < 0 ? member.Type : member.Type[..bracket], named);
        }
    }

    private byte[] HashStruct(string type, JsonElement value, int depth)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new EthereumFormatException($"Typed data: a {type} is an object.");
        }
        var members = types[type];
        var bytes = new byte[32 * (members.Count + 1)];
        TypeHash(type).CopyTo(bytes, 0);
        for (var i = 0; i < members.Count; i++)
        {
            var member = members[i];
            if (!value.TryGetProperty(member.Name, out var part))
            {
                throw new EthereumFormatException($"Typed data: {type} lacks its member {member.Name}.");
            }
            EncodeMember(member.Type, part, depth + 1).CopyTo(bytes, 32 * (i + 1));
        }
        return Keccak.Hash(bytes);
    }

    private byte[] EncodeMember(string type, JsonElement value, int depth)
    {
        if (depth > DepthMax)
        {
            throw new EthereumFormatException($"Typed data: nested deeper than {DepthMax}.");
        }
        if (type.EndsWith(']') && type.LastIndexOf('[') is > 0 and var bracket)
        {
            return HashList(type, type[..bracket], type[(bracket + 1)..^1], value, depth);
        }
        if (types.ContainsKey(type))
        {
            return HashStruct(type, value, depth);
        }
        var elementary = AbiType.Elementary(type);
        return elementary.Kind switch
        {
            AbiKind.String => Keccak.Hash(Text(type, value)),
            AbiKind.Bytes => Keccak.Hash(Hex.Decode(Text(type, value))),
            AbiKind.Bool => Hex.Word(value.ValueKind switch { JsonValueKind.True => 1, JsonValueKind.False => 0, _ => throw Wrong(type) }),
            AbiKind.Address => [.. new byte[12], .. Address.Parse(Text(type, value)).ToBytes()],
            AbiKind.FixedBytes => [.. Hex.Decode(Text(type, value), elementary.Size), .. new byte[32 - elementary.Size]],
            _ => Number(elementary, value),
        };
    }

    private byte[] HashList(string type, string element, string length, JsonElement value, int depth)
    {
        if (value.ValueKind != JsonValueKind.Array || (length.Length > 0 && value.GetArrayLength().ToString(CultureInfo.InvariantCulture) != length))
        {
            throw Wrong(type);
        }
        var bytes = new byte[32 * value.GetArrayLength()];
        var i = 0;
        foreach (var item in value.EnumerateArray())
        {
            EncodeMember(element, item, depth + 1).CopyTo(bytes, 32 * i++);
        }
        return Keccak.Hash(bytes);
    }

    private static byte[] Number(AbiType type, JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ValueKind == JsonValueKind.Number ? value.GetRawText() : throw Wrong(type.Name);
        BigInteger number;
        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            number = Hex.ParseQuantity(text);
        }
        else if (text.Length > 80 || !BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
        {
            throw Wrong(type.Name);
        }
        try
        {
            return Hex.Word(AbiEncoder.NumberOf(type, number));
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new EthereumFormatException($"Typed data: a number does not fit {type.Name}.", e);
        }
    }

    private static string Text(string type, JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(type);

    private static EthereumFormatException Wrong(string type) => new($"Typed data: a value is no {(type.Length <= 60 ? type : type[..60] + "…")}.");

    private static JsonElement Member(JsonElement owner, string name, JsonValueKind kind) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) && value.ValueKind == kind
            ? value : throw new EthereumFormatException($"Typed data: {name} is missing or of another kind.");
}
