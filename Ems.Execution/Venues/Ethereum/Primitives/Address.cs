using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ems.Execution.Venues.Ethereum;

/// <summary>Twenty bytes that name an account or a contract. The default is the zero address. Text is in EIP-55 capitals.</summary>
[JsonConverter(typeof(AddressConverter))]
public readonly record struct Address : IComparable<Address>
{
    private readonly ulong a;
    private readonly ulong b;
    private readonly uint c;

    /// <summary>An address of exactly 20 bytes.</summary>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 20)
        {
            throw new EthereumFormatException($"An address has 20 bytes, not {bytes.Length}.");
        }
        a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        c = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The zero address.</summary>
    public static Address Zero => default;

    /// <summary>Whether this is the zero address.</summary>
    public bool IsZero => this == default;

    /// <summary>The 20 bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[20];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Writes the 20 bytes.</summary>
    public void CopyTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, a);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], b);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], c);
    }

    /// <summary>Reads an address. Text in one case is read as it is; text in mixed case must have the right EIP-55 capitals.</summary>
    public static Address Parse(string? text)
    {
        if (text is not { Length: 42 })
        {
            throw new EthereumFormatException($"'{(text is null ? "null" : text.Length > 60 ? text[..60] + "…" : text)}' is not an address: it needs 0x and 40 digits.");
        }
        var address = new Address(Hex.Decode(text));
        var digits = text.AsSpan(2);
        var mixed = digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F');
        return !mixed || string.Equals(address.ToString()[2..], text[2..], StringComparison.Ordinal)
            ? address : throw new EthereumFormatException($"'{text}' is not an address: its capitals do not match EIP-55.");
    }

    /// <summary>Reads an address; false where <see cref="Parse"/> refuses.</summary>
    public static bool TryParse(string? text, out Address address)
    {
        try
        {
            address = Parse(text);
            return true;
        }
        catch (EthereumFormatException)
        {
            address = default;
            return false;
        }
    }

    /// <summary>The address of a public key: the last 20 bytes of the hash of its 64 bytes.</summary>
    public static Address OfPublicKey(ReadOnlySpan<byte> publicKey64) => publicKey64.Length == 64
        ? new(Keccak.Hash(publicKey64).AsSpan(12)) : throw new EthereumFormatException("A public key has 64 bytes without its prefix.");

    /// <summary>Where a contract created by <paramref name="sender"/> at <paramref name="nonce"/> is put.</summary>
    public static Address Create(Address sender, ulong nonce) =>
        new(Keccak.Hash(Rlp.Encode(RlpItem.List(RlpItem.Bytes(sender.ToBytes()), RlpItem.Number(nonce)))).AsSpan(12));

    /// <summary>Where a contract created with a salt is put (EIP-1014).</summary>
    public static Address Create2(Address factory, ReadOnlySpan<byte> salt32, ReadOnlySpan<byte> initCodeHash32)
    {
        if (salt32.Length != 32 || initCodeHash32.Length != 32)
        {
            throw new EthereumFormatException("A salt and a code hash have 32 bytes.");
        }
        Span<byte> input = stackalloc byte[85];
        input[0] = 0xff;
        factory.CopyTo(input[1..]);
        salt32.CopyTo(input[21..]);
        initCodeHash32.CopyTo(input[53..]);
        return new(Keccak.Hash(input).AsSpan(12));
    }

    /// <summary>Order by number, as token0 and token1 of a pool are ordered.</summary>
    public int CompareTo(Address other) => (a, b, c).CompareTo((other.a, other.b, other.c));

    /// <summary>The address with EIP-55 capitals.</summary>
    public override string ToString()
    {
        var bytes = ToBytes();
        var text = Hex.Encode(bytes).ToCharArray();
        Span<byte> ascii = stackalloc byte[40];
        for (var i = 0; i < 40; i++)
        {
            ascii[i] = (byte)text[i + 2];
        }
        var hash = Keccak.Hash(ascii);
        for (var i = 0; i < 40; i++)
        {
            var nibble = (i & 1) == 0 ? hash[i >> 1] >> 4 : hash[i >> 1] & 15;
            if (nibble >= 8)
            {
                text[i + 2] = char.ToUpperInvariant(text[i + 2]);
            }
        }
        return new(text);
    }
}

/// <summary>Writes an address as its EIP-55 text.</summary>
public sealed class AddressConverter : JsonConverter<Address>
{
    /// <inheritdoc/>
    public override Address Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Address.TryParse(reader.GetString(), out var address) ? address : throw new JsonException("Not an address.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Address value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
