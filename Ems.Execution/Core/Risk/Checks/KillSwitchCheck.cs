namespace Ems.Execution.Core.Risk;

/// <summary>Nothing new under a kill switch, except what flattens when flattening was asked for.</summary>
internal sealed class KillSwitchCheck : IPreTradeCheck
{
    public Denial? Check(in Candidate order, RiskView view) =>
        view.Halted == KillLevel.None || (view.Halted == KillLevel.CancelAndFlatten && order.ReduceOnly)
            ? null : new(DenyCode.TradingHalted, "instrument", $"killLevel={view.Halted}, instrument={order.Instrument}");
}
