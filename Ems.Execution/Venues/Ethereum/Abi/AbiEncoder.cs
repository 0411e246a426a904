using System.Collections;
using System.Numerics;
using System.Text;

namespace Ems.Execution.Venues.Ethereum.Abi;

/// <summary>
/// Values to ABI bytes. A number is a <see cref="BigInteger"/> or an integer of .NET, an address an <see cref="Address"/>, bytes a byte
/// array, a list or a tuple a list of objects. A value that does not fit its type is refused; nothing is cut.
/// </summary>
public static class AbiEncoder
{
    /// <summary>The values as the types say, without a selector.</summary>
    public static byte[] Encode(IReadOnlyList<AbiType> types, params IReadOnlyList<object> values)
    {
        var bytes = new byte[SizeOf(types, values)];
        Write(types, values, bytes);
        return bytes;
    }

    /// <summary>The values behind a selector of four bytes.</summary>
    public static byte[] EncodeCall(ReadOnlySpan<byte> selector, IReadOnlyList<AbiType> types, IReadOnlyList<object> values)
    {
        var bytes = new byte[4 + SizeOf(types, values)];
        selector.CopyTo(bytes);
        Write(types, values, bytes.AsSpan(4));
        return bytes;
    }

    private static int SizeOf(IReadOnlyList<AbiType> types, IReadOnlyList<object> values)
    {
        if (types.Count != values.Count)
        {
            throw new ArgumentException($"{types.Count} values are expected, there are {values.Count}.");
        }
        var size = 0;
        for (var i = 0; i < types.Count; i++)
        {
            size = checked(size + types[i].HeadBytes + (types[i].IsDynamic ? TailOf(types[i], values[i]) : 0));
        }
        return size;
    }

    private static int TailOf(AbiType type, object value) => type.Kind switch
    {
        AbiKind.Bytes => 32 + Padded(BytesOf(type, value).Length),
        AbiKind.String => 32 + Padded(Encoding.UTF8.GetByteCount(TextOf(type, value))),
        AbiKind.Array => 32 + SizeOf(type, Items(type, value)),
        AbiKind.FixedArray => SizeOf(type, Items(type, value)),
        AbiKind.Tuple => SizeOf(Types(type), Items(type, value)),
        _ => 0,
    };

    private static int SizeOf(AbiType array, IReadOnlyList<object> items)
    {
        var element = array.Element!;
        var size = checked(element.HeadBytes * items.Count);
        if (element.IsDynamic)
        {
            for (var i = 0; i < items.Count; i++)
            {
                size = checked(size + TailOf(element, items[i]));
            }
        }
        return size;
    }

    private static int Write(IReadOnlyList<AbiType> types, IReadOnlyList<object> values, Span<byte> to)
    {
        var head = 0;
        var tail = 0;
        for (var i = 0; i < types.Count; i++)
        {
            tail += types[i].HeadBytes;
        }
        for (var i = 0; i < types.Count; i++)
        {
            (head, tail) = WriteOne(types[i], values[i], to, head, tail);
        }
        return tail;
    }

    private static (int Head, int Tail) WriteOne(AbiType type, object value, Span<byte> to, int head, int tail)
    {
        if (!type.IsDynamic)
        {
            WriteStatic(type, value, to.Slice(head, type.HeadBytes));
            return (head + type.HeadBytes, tail);
        }
        Hex.WriteWord(tail, to.Slice(head, 32));
        return (head + 32, tail + WriteTail(type, value, to[tail..]));
    }

    private static int WriteTail(AbiType type, object value, Span<byte> to)
    {
        switch (type.Kind)
        {
            case AbiKind.Bytes:
                return WriteBytes(BytesOf(type, value), to);
            case AbiKind.String:
                return WriteBytes(Encoding.UTF8.GetBytes(TextOf(type, value)), to);
            case AbiKind.Array:
                var items = Items(type, value);
                Hex.WriteWord(items.Count, to[..32]);
                return 32 + WriteItems(type.Element!, items, to[32..]);
            case AbiKind.FixedArray:
                return WriteItems(type.Element!, Items(type, value), to);
            default:
                return Write(Types(type), Items(type, value), to);
        }
    }

    private static int WriteItems(AbiType element, IReadOnlyList<object> items, Span<byte> to)
    {
        var (head, tail) = (0, element.HeadBytes * items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            (head, tail) = WriteOne(element, items[i], to, head, tail);
        }
        return tail;
    }

    private static int WriteBytes(byte[] bytes, Span<byte> to)
    {
        Hex.WriteWord(bytes.Length, to[..32]);
        bytes.CopyTo(to[32..]);
        return 32 + Padded(bytes.Length);
    }

    private static void WriteStatic(AbiType type, object value, Span<byte> to)
    {
        switch (type.Kind)
        {
            case AbiKind.UInt or AbiKind.Int:
                Hex.WriteWord(NumberOf(type, value), to);
                break;
            case AbiKind.Bool:
                to[31] = value is bool truth ? (byte)(truth ? 1 : 0) : throw Misfit(type, value);
                break;
            case AbiKind.Address:
                (value is Address address ? address : throw Misfit(type, value)).CopyTo(to[12..]);
                break;
            case AbiKind.FixedBytes:
                (BytesOf(type, value) is var bytes && bytes.Length == type.Size ? bytes : throw Misfit(type, value)).CopyTo(to);
                break;
            case AbiKind.FixedArray:
                WriteItems(type.Element!, Items(type, value), to);
                break;
            default:
                Write(Types(type), Items(type, value), to);
                break;
        }
    }

    /// <summary>The number, when it fits the type.</summary>
    internal static BigInteger NumberOf(AbiType type, object value)
    {
        var number = value switch
        {
            BigInteger b => b,
            int i => i,
            long l => l,
            uint u => u,
            ulong u => u,
            short s => s,
            ushort u => u,
            byte b => b,
            sbyte b => b,
            _ => throw Misfit(type, value),
        };
        var fits = type.Kind == AbiKind.UInt ? number.Sign >= 0 && number.GetBitLength() <= type.Size : number.GetBitLength() < type.Size;
        return fits ? number : throw new ArgumentOutOfRangeException(nameof(value), number, $"The number does not fit {type.Name}.");
    }

    private static IReadOnlyList<object> Items(AbiType type, object value)
    {
        var items = value switch
        {
            IReadOnlyList<object> list => list,
            byte[] or string => throw Misfit(type, value),
            IEnumerable any => [.. any.Cast<object>()],
            _ => throw Misfit(type, value),
        };
        var expected = type.Kind switch { AbiKind.FixedArray => type.Size, AbiKind.Tuple => type.Components.Count, _ => items.Count };
        return items.Count == expected ? items : throw new ArgumentException($"{type.Name} has {expected} values, there are {items.Count}.");
    }

    private static IReadOnlyList<AbiType> Types(AbiType tuple) => [.. tuple.Components.Select(c => c.Type)];

    private static byte[] BytesOf(AbiType type, object value) => value as byte[] ?? throw Misfit(type, value);

    private static string TextOf(AbiType type, object value) => value as string ?? throw Misfit(type, value);

    private static int Padded(int length) => checked(length + 31) & ~31;

    private static ArgumentException Misfit(AbiType type, object? value) => new($"A {value?.GetType().Name ?? "null"} is no {type.Name}.");
}
