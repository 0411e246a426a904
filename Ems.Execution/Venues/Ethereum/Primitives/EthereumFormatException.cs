namespace Ems.Execution.Venues.Ethereum;

/// <summary>Bytes, text or JSON from outside that are not what the protocol says; the message names what was wrong and where.</summary>
public sealed class EthereumFormatException : FormatException
{
    /// <summary>What was wrong.</summary>
    public EthereumFormatException(string message) : base(message)
    {
    }

    /// <summary>What was wrong, and the error of the parser below.</summary>
    public EthereumFormatException(string message, Exception inner) : base(message, inner)
    {
    }
}
