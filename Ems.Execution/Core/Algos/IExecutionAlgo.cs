using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos;

/// <summary>
/// A strategy as pure functions. It never sees a clock, a venue or a random source: time, market and seed are arguments, so the
/// same inputs give the same decision on the server, in a test and in the browser.
/// </summary>
public interface IExecutionAlgo
{
    /// <summary>Its one definition of name, parameters, defaults and bounds.</summary>
    AlgoDescriptor Descriptor { get; }

    /// <summary>Rules between parameters (end before start, band inverted); single-field rules are checked from the descriptor already.</summary>
    IEnumerable<FieldError> CrossCheck(ParentSpec spec, DateTimeOffset now);

    /// <summary>
    /// Fits a valid ticket to the venues' steps and minimums (rule E3): returns the spec to accept and everything it changed.
    /// An empty market skips what needs a price.
    /// </summary>
    (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Precheck(ParentSpec spec, MarketView market, IReadOnlyList<Listing> listings, DateTimeOffset now);

    /// <summary>What it will do if the market stands still: (time, cumulative target) points, for the preview and the plan curve.</summary>
    IReadOnlyList<PlanPoint> Plan(ParentSpec spec, ulong seed, DateTimeOffset start);

    /// <summary>What it must remember, at activation. Persisted before anything is sent.</summary>
    AlgoMemory Start(ParentSpec spec, ulong seed, MarketView market, DateTimeOffset now);

    /// <summary>What to do now. Called at <see cref="AlgoDecision.NextActionAt"/>, on every child report, and on market changes while it watches.</summary>
    AlgoDecision Decide(AlgoInput input);
}

/// <summary>A point of a plan: by this time this much should be done (base units, cumulative).</summary>
public readonly record struct PlanPoint(DateTimeOffset Time, decimal CumQty);

/// <summary>
/// Where a parent is. Always OrderQty = CumQty + WorkingQty + UnknownQty + UnsentQty (rule E1); AvgPx is null before any fill.
/// </summary>
public sealed record ParentProgress(decimal OrderQty, decimal CumQty, decimal WorkingQty, decimal UnknownQty, decimal UnsentQty, decimal? AvgPx);

/// <summary>A child as its algo sees it. <see cref="InDoubt"/>: sent, but its fate is unknown; it counts as working until resolved.</summary>
public sealed record ChildView(
    ClOrdId ClOrdId, int SliceNo, VenueId Venue, OrdStatus OrdStatus, bool InDoubt, decimal OrderQty, decimal CumQty, decimal LeavesQty,
    decimal Px, TimeInForce TimeInForce, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, string? RejectCode);

/// <summary>Everything a decision may depend on. <see cref="Children"/> holds the live children and those that ended since the last slice.</summary>
/// <param name="StartedAt">When the parent was activated (rule E4: the clock starts here, not at creation).</param>
/// <param name="ArrivalPx">Consolidated mid at activation, quote units; null when the market was empty.</param>
/// <param name="PostOnlyRejects">Post-only rejects in a row (rule E12).</param>
public sealed record AlgoInput(
    ParentSpec Spec, ulong Seed, AlgoMemory Memory, ParentProgress Progress, IReadOnlyList<ChildView> Children,
    MarketView Market, IReadOnlyList<Listing> Listings, DateTimeOffset StartedAt, decimal? ArrivalPx, int PostOnlyRejects, DateTimeOffset Now);

/// <summary>
/// One decision. Actions are journaled, then sent, in order. A changed <see cref="Memory"/> is journaled before them.
/// </summary>
/// <param name="NextActionAt">When to be asked again at the latest; null when only a report or the market can change anything.</param>
/// <param name="WatchMarket">Whether to be asked on market changes too.</param>
/// <param name="WhyIdle">What it is doing or waiting for, for the trader.</param>
/// <param name="End">Set when the parent is over; the engine cancels what still works and waits for its end first.</param>
public sealed record AlgoDecision(
    IReadOnlyList<AlgoAction> Actions, AlgoMemory Memory, DateTimeOffset? NextActionAt, bool WatchMarket, WhyIdle WhyIdle, AlgoEnd? End = null);

/// <summary>What an algo wants done.</summary>
public abstract record AlgoAction;

/// <summary>
/// Send up to <see cref="Qty"/> as a slice; the router splits it over venues. LimitPx null means take at up to the collar.
/// </summary>
/// <param name="SliceNo">Grows by one with each slice; children carry it.</param>
/// <param name="Reason">Why now and why this much, for the timeline.</param>
public sealed record SubmitSlice(int SliceNo, decimal Qty, decimal? LimitPx, TimeInForce TimeInForce, bool PostOnly, string Reason) : AlgoAction;

/// <summary>Cancel one working child.</summary>
public sealed record CancelChild(ClOrdId ClOrdId, string Reason) : AlgoAction;

/// <summary>Why a parent does nothing just now: a stable code and a sentence.</summary>
public sealed record WhyIdle(string Code, string Text);

/// <summary>How a parent ends: the state its remainder gets, with a stable code and a sentence.</summary>
public sealed record AlgoEnd(OrdStatus OrdStatus, string Code, string Text);
