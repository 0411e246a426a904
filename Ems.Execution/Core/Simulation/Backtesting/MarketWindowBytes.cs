using System.Buffers;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>
/// A window as bytes, to be replayed somewhere else: whole ticks and lots, each number as the difference to the one before it, in as few
/// bytes as it needs (LEB128, zigzag where it may fall). What is read is what was written, to the last tick.
/// </summary>
public static class MarketWindowBytes
{
    private const long RowsMax = 5_000_000;

    /// <summary>The window's events; its listings and name travel beside them.</summary>
    public static byte[] Write(MarketWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        var bytes = new ArrayBufferWriter<byte>(window.Count * 64);
        Put(bytes, (ulong)window.Count);
        var last = 0L;
        var touch = new long[window.Listings.Count];
        foreach (ref readonly var row in window.Rows)
        {
            Put(bytes, (ulong)(row.Ticks - last));
            last = row.Ticks;
            Put(bytes, (ulong)row.Stream);
            Put(bytes, (ulong)row.Aggressor);
            Put(bytes, row.Bids);
            Put(bytes, row.Asks);
            Side(bytes, window.Bids(row), ref touch[row.Stream]);
            Side(bytes, window.Asks(row), ref touch[row.Stream]);
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The window again.</summary>
    /// <exception cref="FormatException">The bytes are no window of these listings.</exception>
    public static MarketWindow Read(ReadOnlySpan<byte> bytes, string name, IReadOnlyList<Listing> listings)
    {
        ArgumentNullException.ThrowIfNull(listings);
        var count = Take(ref bytes);
        if (count is 0 or > RowsMax)
        {
            throw new FormatException($"A window has 1 to {RowsMax} events, not {count}.");
        }
        var rows = new WindowRow[count];
        var levels = new List<SourceLevel>((int)count * 20);
        var touch = new long[listings.Count];
        var last = 0L;
        for (var i = 0; i < rows.Length; i++)
        {
            last += (long)Take(ref bytes);
            var (stream, aggressor, bids, asks) = (Take(ref bytes), Take(ref bytes), Take(ref bytes), Take(ref bytes));
            if (stream >= (ulong)listings.Count || aggressor > (ulong)Primitives.Side.Sell || bids > byte.MaxValue || asks > byte.MaxValue || last < 0 || last > DateTimeOffset.MaxValue.UtcTicks)
            {
                throw new FormatException($"Event {i} of the window is none.");
            }
            rows[i] = new(last, (int)stream, (Side)aggressor, levels.Count, (byte)bids, (byte)asks);
            for (var n = 0UL; n < bids + asks; n++)
            {
                touch[stream] += Signed(Take(ref bytes));
                levels.Add(new(touch[stream], (long)Take(ref bytes)));
            }
        }
        return bytes.IsEmpty ? new MarketWindow(name, listings, rows, [.. levels]) : throw new FormatException("The window has bytes after its last event.");
    }

    private static void Side(ArrayBufferWriter<byte> bytes, ReadOnlySpan<SourceLevel> levels, ref long touch)
    {
        foreach (var level in levels)
        {
            Put(bytes, Zigzag(level.PxTicks - touch));
            Put(bytes, (ulong)level.Lots);
            touch = level.PxTicks;
        }
    }

    private static ulong Zigzag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private static long Signed(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private static void Put(ArrayBufferWriter<byte> bytes, ulong value)
    {
        var room = bytes.GetSpan(10);
        var n = 0;
        for (; value >= 0x80; value >>= 7)
        {
            room[n++] = (byte)(value | 0x80);
        }
        room[n++] = (byte)value;
        bytes.Advance(n);
    }

    private static ulong Take(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (bytes.IsEmpty)
            {
                throw new FormatException("The window ends in the middle of a number.");
            }
            var b = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }
        throw new FormatException("The window has a number that is too long.");
    }
}
