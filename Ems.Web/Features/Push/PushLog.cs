using Ems.Execution.Core.Primitives;

namespace Ems.Web.Features.Push;

/// <summary>The push's log events.</summary>
internal static partial class PushLog
{
    [LoggerMessage(3201, LogLevel.Error, "The stream of account {Account} failed; its pages load again")]
    public static partial void StreamFailed(ILogger logger, AccountId account, Exception e);

    [LoggerMessage(3202, LogLevel.Error, "The market stream of {Instrument} failed a round and goes on")]
    public static partial void MarketFailed(ILogger logger, InstrumentId instrument, Exception e);

    [LoggerMessage(3203, LogLevel.Error, "The hub method {Method} failed")]
    public static partial void HubFailed(ILogger logger, string method, Exception e);
}
