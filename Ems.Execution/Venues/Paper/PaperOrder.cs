using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Venues.Paper;

/// <summary>An order as the exchange knows it.</summary>
internal sealed class PaperOrder(AccountId account, ClOrdId clOrdId, string orderId, Listing listing, Instrument instrument, VenueOrder request)
{
    public AccountId Account { get; } = account;
    public ClOrdId ClOrdId { get; } = clOrdId;
    public string OrderId { get; } = orderId;
    public Listing Listing { get; } = listing;
    public Instrument Instrument { get; } = instrument;
    public VenueOrder Request { get; set; } = request;
    public OrdStatus OrdStatus { get; set; } = OrdStatus.New;
    public decimal CumQty { get; set; }
    public decimal Locked { get; set; }
    public string? RejectCode { get; set; }
    public string? Text { get; set; }
    public MatchOrder? Match { get; set; }

    public decimal LeavesQty => OrdStatus.IsTerminal() ? 0m : Request.OrderQty - CumQty;
    public Asset LockAsset => Request.Side == Side.Buy ? Instrument.Quote : Instrument.Base;

    /// <summary>What a rest may cost: quote with the higher fee for a buy, base for a sell.</summary>
    public decimal LockFor(decimal leaves) => LockFor(leaves, Request.Px);

    /// <summary>The same at another price.</summary>
    public decimal LockFor(decimal leaves, decimal px) =>
        Request.Side == Side.Buy ? leaves * px * (1m + Math.Max(0m, Math.Max(Listing.TakerFee, Listing.MakerFee))) : leaves;

    public ExecutionReport Report(string execId, ExecType type, DateTimeOffset time, decimal lastQty = 0m, decimal lastPx = 0m,
        LastLiquidityInd liquidity = LastLiquidityInd.None, decimal commission = 0m) =>
        new(Listing.Venue, Account, ClOrdId, OrderId, execId, type, OrdStatus, Request.OrderQty, CumQty, LeavesQty, lastQty, lastPx, liquidity, commission,
            Instrument.Quote, time, RejectCode, Text);
}
