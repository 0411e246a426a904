using System.Numerics;
using System.Text;

namespace Ems.Execution.Venues.Ethereum.Abi;

/// <summary>
/// ABI bytes to values: <see cref="BigInteger"/>, <see cref="bool"/>, <see cref="Address"/>, byte arrays, text and object arrays. The data
/// are hostile until proven otherwise: offsets stay inside, a value fits its type, and the work is linear in the length of the data, so
/// that arrays which share their offsets cannot make it explode.
/// </summary>
public static class AbiDecoder
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The values that the bytes are, without a selector. Bytes behind the values are allowed, as contracts allow them.</summary>
    public static object[] Decode(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> data)
    {
        var work = 64 + (data.Length / 8);
        return ReadAll(types, data, ref work);
    }

    private static object[] ReadAll(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> data, ref int work)
    {
        var values = new object[types.Count];
        var head = 0;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ReadOne(types[i], data, head, ref work);
            head += types[i].HeadBytes;
        }
        return values;
    }

    private static object ReadOne(AbiType type, ReadOnlySpan<byte> data, int head, ref int work)
    {
        Spend(ref work, 1);
        return type.IsDynamic ? ReadTail(type, data[Length(data, head, data.Length, "an offset")..], ref work) : ReadStatic(type, data, head, ref work);
    }

    private static object ReadTail(AbiType type, ReadOnlySpan<byte> data, ref int work)
    {
        switch (type.Kind)
        {
            case AbiKind.Bytes:
                return ReadBytes(data, ref work).ToArray();
            case AbiKind.String:
                try
                {
                    return StrictUtf8.GetString(ReadBytes(data, ref work));
                }
                catch (DecoderFallbackException e)
                {
                    throw new EthereumFormatException("ABI: text that is not UTF-8.", e);
                }
            case AbiKind.Array:
                var count = Length(data, 0, data.Length - 32, "a count");
                return ReadItems(type.Element!, count, data[32..], ref work);
            case AbiKind.FixedArray:
                return ReadItems(type.Element!, type.Size, data, ref work);
            default:
                return ReadAll([.. type.Components.Select(c => c.Type)], data, ref work);
        }
    }

    private static object[] ReadItems(AbiType element, int count, ReadOnlySpan<byte> data, ref int work)
    {
        // Asked before the array is made: a count of a billion must cost nothing.
        if ((long)count * element.HeadBytes > data.Length)
        {
            throw new EthereumFormatException($"ABI: {count} values of {element.Name} do not fit {data.Length} bytes.");
        }
        Spend(ref work, count);
        var items = new object[count];
        for (var i = 0; i < count; i++)
        {
            items[i] = ReadOne(element, data, i * element.HeadBytes, ref work);
        }
        return items;
    }

    private static ReadOnlySpan<byte> ReadBytes(ReadOnlySpan<byte> data, ref int work)
    {
        var length = Length(data, 0, data.Length - 32, "a length");
        Spend(ref work, length / 32);
        return data.Slice(32, length);
    }

    private static object ReadStatic(AbiType type, ReadOnlySpan<byte> data, int head, ref int work)
    {
        switch (type.Kind)
        {
            case AbiKind.FixedArray:
                return ReadItems(type.Element!, type.Size, head <= data.Length ? data[head..] : [], ref work);
            case AbiKind.Tuple:
                return ReadAll([.. type.Components.Select(c => c.Type)], head <= data.Length ? data[head..] : [], ref work);
        }
        var word = Word(data, head);
        return type.Kind switch
        {
            AbiKind.UInt => Hex.Unsigned(word) is var n && n.GetBitLength() <= type.Size ? n : throw Dirty(type),
            AbiKind.Int => new BigInteger(word, isUnsigned: false, isBigEndian: true) is var n && n.GetBitLength() < type.Size ? n : throw Dirty(type),
            AbiKind.Bool => !word[..31].ContainsAnyExcept((byte)0) && word[31] <= 1 ? word[31] == 1 : throw Dirty(type),
            AbiKind.Address => !word[..12].ContainsAnyExcept((byte)0) ? new Address(word[12..]) : throw Dirty(type),
            _ => !word[type.Size..].ContainsAnyExcept((byte)0) ? word[..type.Size].ToArray() : throw Dirty(type),
        };
    }

    private static int Length(ReadOnlySpan<byte> data, int at, int max, string what)
    {
        var word = Word(data, at);
        var value = Hex.Unsigned(word);
        return value <= Math.Max(max, 0) ? (int)value : throw new EthereumFormatException($"ABI: {what} of {Shown(value)} where {Math.Max(max, 0)} is the most.");
    }

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> data, int at) => at >= 0 && at <= data.Length - 32
        ? data.Slice(at, 32) : throw new EthereumFormatException($"ABI: the data end at {data.Length}, a word at {at} is expected.");

    private static void Spend(ref int work, int amount)
    {
        if ((work -= amount) < 0)
        {
            throw new EthereumFormatException("ABI: the data name themselves again and again.");
        }
    }

    private static EthereumFormatException Dirty(AbiType type) => new($"ABI: a word is no {type.Name}.");

    private static string Shown(BigInteger value) => value.GetBitLength() > 64 ? "more than 64 bits" : value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
