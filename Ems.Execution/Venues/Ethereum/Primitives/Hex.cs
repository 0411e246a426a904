using System.Globalization;
using System.Numerics;

namespace Ems.Execution.Venues.Ethereum;

/// <summary>Hexadecimal as Ethereum's JSON-RPC writes it: data keeps every byte, a quantity has no leading zero.</summary>
public static class Hex
{
    /// <summary>Largest value of 256 bits.</summary>
    public static BigInteger MaxUInt256 { get; } = (BigInteger.One << 256) - 1;

    /// <summary>Bytes as 0x and two lower-case digits each.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>Bytes of 0x-prefixed text; an odd number of digits or another sign is refused.</summary>
    public static byte[] Decode(string? text)
    {
        if (text is null || !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            throw new EthereumFormatException($"'{Shown(text)}' is not hexadecimal data: it does not begin with 0x.");
        }
        if (text.Length % 2 != 0)
        {
            throw new EthereumFormatException($"'{Shown(text)}' is not hexadecimal data: it has an odd number of digits.");
        }
        try
        {
            return Convert.FromHexString(text.AsSpan(2));
        }
        catch (FormatException e)
        {
            throw new EthereumFormatException($"'{Shown(text)}' is not hexadecimal data.", e);
        }
    }

    /// <summary>Exactly <paramref name="length"/> bytes of 0x-prefixed text.</summary>
    public static byte[] Decode(string? text, int length)
    {
        var bytes = Decode(text);
        return bytes.Length == length ? bytes : throw new EthereumFormatException($"'{Shown(text)}' has {bytes.Length} bytes, expected {length}.");
    }

    /// <summary>A quantity: 0x0, 0x1, 0x10 ...</summary>
    public static string Quantity(BigInteger value)
    {
        if (value.Sign < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "A quantity is not negative.");
        }
        var digits = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return "0x" + (digits.Length == 0 ? "0" : digits);
    }

    /// <summary>A quantity of at most 256 bits. Leading zeros are read, since nodes write them; an empty one is refused.</summary>
    public static BigInteger ParseQuantity(string? text)
    {
        if (text is null || text.Length < 3 || !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            throw new EthereumFormatException($"'{Shown(text)}' is not a quantity.");
        }
        // The leading 0 keeps a first digit of 8 or more from being read as a sign.
        var value = text.Length > 2 + 256 || !BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var parsed)
            ? throw new EthereumFormatException($"'{Shown(text)}' is not a quantity.") : parsed;
        return value <= MaxUInt256 ? value : throw new EthereumFormatException($"'{Shown(text)}' has more than 256 bits.");
    }

    /// <summary>A quantity that fits 63 bits.</summary>
    public static long ParseLong(string? text)
    {
        var value = ParseQuantity(text);
        return value <= long.MaxValue ? (long)value : throw new EthereumFormatException($"'{Shown(text)}' does not fit 63 bits.");
    }

    /// <summary>The value as 32 big-endian bytes; two's complement when negative.</summary>
    public static byte[] Word(BigInteger value)
    {
        var word = new byte[32];
        WriteWord(value, word);
        return word;
    }

    /// <summary>Writes the value as 32 big-endian bytes; two's complement when negative.</summary>
    public static void WriteWord(BigInteger value, Span<byte> word)
    {
        word.Fill(value.Sign < 0 ? (byte)0xff : (byte)0);
        var unsigned = value.Sign >= 0;
        var count = value.GetByteCount(unsigned);
        if (count > 32 || !value.TryWriteBytes(word[(32 - count)..], out _, unsigned, isBigEndian: true))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "The value does not fit 256 bits.");
        }
    }

    /// <summary>Big-endian bytes as an unsigned number.</summary>
    public static BigInteger Unsigned(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    /// <summary>Big-endian bytes without leading zeros; nothing for zero.</summary>
    public static byte[] Minimal(BigInteger value) => value.IsZero ? [] : value.ToByteArray(isUnsigned: true, isBigEndian: true);

    private static string Shown(string? text) => text is null ? "null" : text.Length <= 80 ? text : text[..80] + "…";
}
