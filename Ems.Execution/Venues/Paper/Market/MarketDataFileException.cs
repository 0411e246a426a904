namespace Ems.Execution.Venues.Paper.Market;

/// <summary>A market data file that is missing, damaged or not what it should be. The message is one line: file, line where known, reason.</summary>
public sealed class MarketDataFileException : Exception
{
    /// <summary>Names the file and the reason; <paramref name="line"/> is 1-based, 0 where no line is meant.</summary>
    public MarketDataFileException(string file, long line, string reason, Exception? inner = null)
        : base(line > 0
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{file}, line {line}: {reason}")
            : $"{file}: {reason}", inner)
    {
        File = file;
        Line = line;
        Reason = reason;
    }

    /// <summary>The file.</summary>
    public string File { get; }
    /// <summary>The 1-based line, or 0.</summary>
    public long Line { get; }
    /// <summary>What is wrong.</summary>
    public string Reason { get; }
}
