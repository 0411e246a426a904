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

    /// <summary>What the rest may cost: quote with the taker fee for a buy, base for a sell.</summary>
    public decimal LockFor(decimal leaves) => Request.Side == Side.Buy ? leaves * Request.Px * (1m + Math.Max(0m, Listing.TakerFee)) : leaves;

    public ExecutionReport Report(string execId, ExecType type, DateTimeOffset time, decimal lastQty = 0m, decimal lastPx = 0m,
        LastLiquidityInd liquidity = LastLiquidityInd.None, decimal commission = 0m) =>
        new(Listing.Venue, Account, ClOrdId, OrderId, execId, type, OrdStatus, Request.OrderQty, CumQty, LeavesQty, lastQty, lastPx, liquidity, commission,
            Instrument.Quote, time, RejectCode, Text);
}

/// <summary>One account's money at the exchange.</summary>
internal sealed class PaperWallet
{
    private readonly Dictionary<Asset, (decimal Total, decimal Locked)> assets = [];
    private readonly Dictionary<InstrumentId, decimal> positions = [];

    public IEnumerable<(Asset Asset, decimal Total, decimal Locked)> All => assets.Select(a => (a.Key, a.Value.Total, a.Value.Locked));

    public decimal Total(Asset asset) => assets.GetValueOrDefault(asset).Total;

    public decimal Free(Asset asset) => assets.GetValueOrDefault(asset) is var a ? a.Total - a.Locked : 0m;

    public void Add(Asset asset, decimal amount) => assets[asset] = assets.GetValueOrDefault(asset) with { Total = assets.GetValueOrDefault(asset).Total + amount };

    public void Lock(Asset asset, decimal amount) => assets[asset] = assets.GetValueOrDefault(asset) with { Locked = assets.GetValueOrDefault(asset).Locked + amount };

    /// <summary>Bought minus sold here.</summary>
    public decimal Position(InstrumentId instrument) => positions.GetValueOrDefault(instrument);

    public void Trade(InstrumentId instrument, decimal signedQty) => positions[instrument] = Position(instrument) + signedQty;
}
