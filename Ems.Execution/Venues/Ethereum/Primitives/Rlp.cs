using System.Numerics;

namespace Ems.Execution.Venues.Ethereum;

/// <summary>A string of bytes or a list of items, the two things RLP knows (Yellow Paper, appendix B).</summary>
public sealed class RlpItem
{
    private readonly byte[]? bytes;
    private readonly IReadOnlyList<RlpItem>? items;

    private RlpItem(byte[]? bytes, IReadOnlyList<RlpItem>? items) => (this.bytes, this.items) = (bytes, items);

    /// <summary>Whether this is a list.</summary>
    public bool IsList => items is not null;

    /// <summary>The items of a list; asking a string is an error of the input.</summary>
    public IReadOnlyList<RlpItem> Items => items ?? throw new EthereumFormatException("RLP: a string where a list is expected.");

    /// <summary>The bytes of a string; asking a list is an error of the input.</summary>
    public byte[] Data => bytes ?? throw new EthereumFormatException("RLP: a list where a string is expected.");

    /// <summary>The string as a number of at most 256 bits; leading zeros are refused.</summary>
    public BigInteger AsNumber() => Data is { Length: <= 32 } data && (data.Length == 0 || data[0] != 0)
        ? Hex.Unsigned(data) : throw new EthereumFormatException("RLP: a number has at most 32 bytes and no leading zero.");

    /// <summary>The string as a number of at most 64 bits.</summary>
    public ulong AsULong() => AsNumber() is var n && n <= ulong.MaxValue ? (ulong)n : throw new EthereumFormatException("RLP: a number does not fit 64 bits.");

    /// <summary>A string.</summary>
    public static RlpItem Bytes(byte[] bytes) => new(bytes, null);

    /// <summary>A number as its bytes without leading zeros; zero is the empty string.</summary>
    public static RlpItem Number(BigInteger value) => new(Hex.Minimal(value), null);

    /// <summary>A list.</summary>
    public static RlpItem List(params IReadOnlyList<RlpItem> items) => new(null, items);
}

/// <summary>Recursive length prefix: encoding, and a decoder that takes only the one canonical form.</summary>
public static class Rlp
{
    /// <summary>Lists nested deeper than this are refused; a transaction needs three.</summary>
    public const int DepthMax = 32;

    /// <summary>The item's bytes.</summary>
    public static byte[] Encode(RlpItem item)
    {
        var to = new byte[SizeOf(item)];
        Write(item, to);
        return to;
    }

    /// <summary>The one item that the bytes are; anything behind it is refused.</summary>
    public static RlpItem Decode(ReadOnlySpan<byte> bytes)
    {
        var item = Read(bytes, 0, out var used);
        return used == bytes.Length ? item : throw new EthereumFormatException($"RLP: {bytes.Length - used} bytes behind the item.");
    }

    private static int SizeOf(RlpItem item)
    {
        var payload = PayloadOf(item);
        return item is { IsList: false, Data: { Length: 1 } data } && data[0] < 0x80 ? 1 : payload + (payload < 56 ? 1 : 1 + LengthBytes(payload));
    }

    private static int PayloadOf(RlpItem item) => item.IsList ? item.Items.Sum(SizeOf) : item.Data.Length;

    private static int LengthBytes(int length) => length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;

    private static int Write(RlpItem item, Span<byte> to)
    {
        if (item is { IsList: false, Data: { Length: 1 } data } && data[0] < 0x80)
        {
            to[0] = data[0];
            return 1;
        }
        var payload = PayloadOf(item);
        var at = 1;
        var head = item.IsList ? 0xc0 : 0x80;
        if (payload < 56)
        {
            to[0] = (byte)(head + payload);
        }
        else
        {
            var count = LengthBytes(payload);
            to[0] = (byte)(head + 55 + count);
            for (var i = count - 1; i >= 0; i--)
            {
                to[at++] = (byte)(payload >> (8 * i));
            }
        }
        if (!item.IsList)
        {
            item.Data.CopyTo(to[at..]);
            return at + payload;
        }
        foreach (var child in item.Items)
        {
            at += Write(child, to[at..]);
        }
        return at;
    }

    private static RlpItem Read(ReadOnlySpan<byte> bytes, int depth, out int used)
    {
        if (depth > DepthMax)
        {
            throw new EthereumFormatException($"RLP: lists nested deeper than {DepthMax}.");
        }
        if (bytes.IsEmpty)
        {
            throw new EthereumFormatException("RLP: the data end before the item.");
        }
        var first = bytes[0];
        if (first < 0x80)
        {
            used = 1;
            return RlpItem.Bytes([first]);
        }
        var list = first >= 0xc0;
        var code = first - (list ? 0xc0 : 0x80);
        var (head, length) = code < 56 ? (1, code) : LongLength(bytes, code - 55);
        if (length > bytes.Length - head)
        {
            throw new EthereumFormatException($"RLP: an item of {length} bytes in {bytes.Length - head}.");
        }
        var payload = bytes.Slice(head, length);
        used = head + length;
        if (!list)
        {
            return length == 1 && payload[0] < 0x80
                ? throw new EthereumFormatException("RLP: a byte below 128 is written as itself.") : RlpItem.Bytes(payload.ToArray());
        }
        var items = new List<RlpItem>();
        while (!payload.IsEmpty)
        {
            items.Add(Read(payload, depth + 1, out var taken));
            payload = payload[taken..];
        }
        return RlpItem.List(items);
    }

    private static (int Head, int Length) LongLength(ReadOnlySpan<byte> bytes, int count)
    {
        if (bytes.Length <= count || bytes[1] == 0 || count > 4)
        {
            throw new EthereumFormatException("RLP: the length of an item is cut off, has leading zeros or is too large.");
        }
        var length = 0L;
        for (var i = 0; i < count; i++)
        {
            length = (length << 8) | bytes[1 + i];
        }
        return length is >= 56 and <= int.MaxValue ? (1 + count, (int)length) : throw new EthereumFormatException("RLP: a length is not in its shortest form or too large.");
    }
}
