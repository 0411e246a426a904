using System.Text.Json.Serialization;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.OnChain.Pools;

/// <summary>An order at a pool as the venue's record has it: one swap, all of it or nothing.</summary>
/// <param name="Instance">The chain it was meant for.</param>
/// <param name="AmountIn">Units that go in, or the most that may.</param>
/// <param name="AmountOut">Units that must come out at least, or exactly.</param>
/// <param name="SwapQty">What its swap moves, base units; null: all of the order.</param>
/// <param name="Submission">By what door it was asked to leave; null in records from before there was a choice.</param>
/// <param name="Commission">What the chain took for gas, quote units.</param>
public sealed record PoolOrder(
    AccountId Account, ClOrdId ClOrdId, InstrumentId Instrument, Side Side, decimal OrderQty, decimal Px, OrdStatus OrdStatus, decimal CumQty,
    string Instance, string Pool, bool ZeroForOne, string AmountIn, string AmountOut, DateTimeOffset Deadline, decimal Commission = 0m, string? RejectCode = null, string? Text = null, decimal? SwapQty = null,
    OnChainSubmission? Submission = null, bool PublicFallback = false)
{
    /// <summary>Name of its swap; the same for ever, so that sending it again sends nothing twice.</summary>
    [JsonIgnore]
    public string SwapId => $"{Account}/{ClOrdId}";

    /// <summary>What its swap moves, base units.</summary>
    [JsonIgnore]
    public decimal MovedQty => SwapQty ?? OrderQty;

    /// <summary>Whether its swap can still happen.</summary>
    [JsonIgnore]
    public bool IsOpen => !OrdStatus.IsTerminal();

    internal ExecutionReport Report(VenueId venue, string execId, ExecType type, DateTimeOffset now) => new(venue, Account, ClOrdId, SwapId, execId, type, OrdStatus, OrderQty, CumQty,
        IsOpen ? OrderQty - CumQty : 0m, 0m, 0m, LastLiquidityInd.None, 0m, default, now, RejectCode, Text);
}
