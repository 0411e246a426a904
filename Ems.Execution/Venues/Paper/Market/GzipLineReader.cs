using System.Buffers.Binary;
using System.IO.Compression;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>
/// Lines of a gzip file as bytes in one reused buffer. A truncated or corrupt file ends in one
/// <see cref="MarketDataFileException"/> that names file and line, also when the cut falls between two deflate blocks.
/// </summary>
internal sealed class GzipLineReader : IDisposable
{
    private const int MaxLineBytes = 4 * 1024 * 1024;

    private readonly FileStream file;
    private readonly GZipStream gzip;
    private byte[] buffer = new byte[64 * 1024];
    private int lineStart;
    private int lineLength;
    private int filled;
    private int next;
    private uint total;
    private bool ended;

    public GzipLineReader(string path)
    {
        Path = path;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MarketDataFileException(path, 0, e is FileNotFoundException or DirectoryNotFoundException ? "not found" : e.Message, e);
        }
        gzip = new GZipStream(file, CompressionMode.Decompress);
    }

    /// <summary>The file, for messages.</summary>
    public string Path { get; }
    /// <summary>The present line's number, from 1.</summary>
    public long Line { get; private set; }
    /// <summary>The present line without its end; valid until the next read.</summary>
    public ReadOnlySpan<byte> Text => buffer.AsSpan(lineStart, lineLength);

    /// <summary>Goes to the next line; false at the end of the file.</summary>
    public bool Read()
    {
        while (true)
        {
            var end = buffer.AsSpan(next, filled - next).IndexOf((byte)'\n');
            if (end >= 0)
            {
                Take(end, 1);
                return true;
            }
            if (ended)
            {
                if (next == filled)
                {
                    return false;
                }
                Take(filled - next, 0);
                return true;
            }
            Fill();
        }
    }

    /// <summary>An error at the present line.</summary>
    public MarketDataFileException Error(string reason, Exception? inner = null) => new(Path, Line, reason, inner);

    public void Dispose() => gzip.Dispose();

    private void Take(int length, int terminator)
    {
        lineStart = next;
        lineLength = length;
        if (lineLength > 0 && buffer[lineStart + lineLength - 1] == (byte)'\r')
        {
            lineLength--;
        }
        next += length + terminator;
        Line++;
    }

    private void Fill()
    {
        if (next > 0)
        {
            buffer.AsSpan(next, filled - next).CopyTo(buffer);
            filled -= next;
            next = 0;
        }
        if (filled == buffer.Length)
        {
            if (buffer.Length >= MaxLineBytes)
            {
                throw new MarketDataFileException(Path, Line + 1, $"line longer than {MaxLineBytes} bytes");
            }
            Array.Resize(ref buffer, buffer.Length * 2);
        }
        int read;
        try
        {
            read = gzip.Read(buffer, filled, buffer.Length - filled);
            if (read == 0)
            {
                CheckLength();
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new MarketDataFileException(Path, Line + 1, $"corrupt or truncated gzip: {e.Message}", e);
        }
        filled += read;
        total += (uint)read;
        ended = read == 0;
    }

    // The last four bytes of a gzip file are its length modulo 2^32 (RFC 1952). The decompressor itself does not miss them.
    private void CheckLength()
    {
        Span<byte> trailer = stackalloc byte[4];
        if (file.Length < 18)
        {
            throw new InvalidDataException("shorter than an empty gzip file.");
        }
        file.Seek(-4, SeekOrigin.End);
        file.ReadExactly(trailer);
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != total)
        {
            throw new InvalidDataException("the data end before their recorded length.");
        }
    }
}
