using System.Buffers.Text;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>Decimal text to fixed point in units of 1e-8, exact as long as no more than eight decimals are set.</summary>
internal static class FixedPoint
{
    /// <summary>Reads a whole field; false when it is no unsigned number, too large, or has a ninth decimal that is not zero. An exponent ("1e-05") is taken.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        var decimals = -1;
        foreach (var c in text)
        {
            if (c is (byte)'e' or (byte)'E')
            {
                return TryParseExponent(text, out value);
            }
            if (c == (byte)'.' && decimals < 0)
            {
                decimals = 0;
                continue;
            }
            var digit = c - (byte)'0';
            if ((uint)digit > 9)
            {
                return false;
            }
            if (decimals >= 8)
            {
                if (digit != 0)
                {
                    return false;
                }
                continue;
            }
            if (value > (long.MaxValue - 9) / 10)
            {
                return false;
            }
            value = value * 10 + digit;
            decimals += decimals < 0 ? 0 : 1;
        }
        if (text.IsEmpty || (text.Length == 1 && decimals == 0))
        {
            return false;
        }
        for (var i = Math.Max(decimals, 0); i < 8; i++)
        {
            if (value > long.MaxValue / 10)
            {
                return false;
            }
            value *= 10;
        }
        return true;
    }

    /// <summary>Reads a whole field as an unsigned integer.</summary>
    public static bool TryParseInteger(ReadOnlySpan<byte> text, out long value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && value >= 0;

    private static bool TryParseExponent(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (!Utf8Parser.TryParse(text, out decimal number, out var used, 'E') || used != text.Length || number < 0 || number > 90_000_000_000m)
        {
            return false;
        }
        var scaled = number * RecordingCursor.Scale;
        value = (long)scaled;
        return value == scaled;
    }
}
