using Ems.Execution.Core.Primitives;
using Microsoft.Extensions.Logging;

namespace Ems.Execution.Venues.Paper;

/// <summary>The paper exchange's log events.</summary>
internal static partial class PaperLog
{
    [LoggerMessage(3001, LogLevel.Information, "{Venue} is open: opening {Opening}, {OpenOrders} open orders from its record, market {Market}")]
    public static partial void Opened(ILogger logger, VenueId venue, long opening, int openOrders, string market);

    [LoggerMessage(3002, LogLevel.Critical, "{Venue} is closed and takes no more orders")]
    public static partial void Closed(ILogger logger, VenueId venue, Exception e);

    [LoggerMessage(3003, LogLevel.Warning, "{Venue} fell {BehindMs} ms behind its market for {Instrument} and goes on from now")]
    public static partial void SkippedAhead(ILogger logger, VenueId venue, InstrumentId instrument, double behindMs);
}
