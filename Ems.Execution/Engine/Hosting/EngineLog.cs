using Ems.Execution.Core.Primitives;
using Microsoft.Extensions.Logging;

namespace Ems.Execution.Engine.Hosting;

/// <summary>The engine's log events. Ids and codes, never secrets.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(2001, LogLevel.Information, "Account {Account} is live: {Events} events, {Parents} live parents, {Children} live children, in {ElapsedMs} ms")]
    public static partial void AccountLive(ILogger logger, AccountId account, long events, int parents, int children, double elapsedMs);

    [LoggerMessage(2002, LogLevel.Critical, "Account {Account} stops: its journal refused a commit")]
    public static partial void CommitFailed(ILogger logger, AccountId account, Exception e);

    [LoggerMessage(2101, LogLevel.Information, "Order {ClOrdId} denied: {Code} {Text}")]
    public static partial void OrderDenied(ILogger logger, ClOrdId clOrdId, string code, string text);

    [LoggerMessage(2102, LogLevel.Information, "Order {ClOrdId} ended {Status}: {Code}")]
    public static partial void OrderEnded(ILogger logger, ClOrdId clOrdId, string status, string code);

    [LoggerMessage(2103, LogLevel.Debug, "Child {Child} at {Venue} denied: {Code} {Text}")]
    public static partial void ChildDenied(ILogger logger, ClOrdId child, VenueId venue, string code, string text);

    [LoggerMessage(2201, LogLevel.Warning, "Child {Child} at {Venue} is in doubt: {Why}")]
    public static partial void ChildDoubted(ILogger logger, ClOrdId child, VenueId venue, string why);

    [LoggerMessage(2202, LogLevel.Warning, "{Venue} did not answer for account {Account}: {Why}")]
    public static partial void VenueSilent(ILogger logger, VenueId venue, AccountId account, string why);

    [LoggerMessage(2203, LogLevel.Error, "A report of {Venue} on {ClOrdId} cannot be true and was set aside; account {Account} is paused: {Why}")]
    public static partial void Anomaly(ILogger logger, VenueId venue, ClOrdId clOrdId, AccountId account, string why);

    [LoggerMessage(2204, LogLevel.Warning, "{Venue} has {ClOrdId} open, which is over here: canceling it there")]
    public static partial void Orphan(ILogger logger, VenueId venue, ClOrdId clOrdId);

    [LoggerMessage(2205, LogLevel.Warning, "{Venue} holds {Theirs} {Asset} for account {Account}, we have {Ours}: adopted as a labelled adjustment")]
    public static partial void BalanceAdjusted(ILogger logger, VenueId venue, Asset asset, AccountId account, decimal ours, decimal theirs);

    [LoggerMessage(2301, LogLevel.Warning, "Kill switch {Level} by {Actor} on account {Account}: {Text}")]
    public static partial void Killed(ILogger logger, string level, string actor, AccountId account, string text);

    [LoggerMessage(2302, LogLevel.Error, "A pump of account {Account} failed and goes on")]
    public static partial void PumpFailed(ILogger logger, AccountId account, Exception e);

    [LoggerMessage(2401, LogLevel.Error, "Cost analysis could not be written; {Waiting} rows wait for the next batch")]
    public static partial void AnalyticsFailed(ILogger logger, int waiting, Exception e);
}
