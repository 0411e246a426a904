namespace Ems.Execution.Core.Risk;

/// <summary>Messages to venues in the last second.</summary>
internal sealed class MessageRateCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view) => view.MessagesLastSecond >= view.Limits.MaxMessagesPerSecond
        ? new(DenyCode.MessageRateAboveLimit, "clOrdId", $"messagesLastSecond={view.MessagesLastSecond}, max={view.Limits.MaxMessagesPerSecond}") : null;
}
