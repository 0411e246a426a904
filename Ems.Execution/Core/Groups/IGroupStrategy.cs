using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// A strategy over several parents as pure functions. What it wants done is read off the state of the legs every time, never off what
/// it wanted before: the same decision taken twice, or after a crash, does nothing twice.
/// </summary>
public interface IGroupStrategy
{
    /// <summary>Its one definition of name, legs, parameters and defaults.</summary>
    GroupDescriptor Descriptor { get; }

    /// <summary>Rules between parameters and legs; single-field rules are checked from the descriptor already.</summary>
    IEnumerable<FieldError> CrossCheck(GroupSpec spec, InstrumentCatalog catalog, DateTimeOffset now);

    /// <summary>Every order it may send, with its role and full quantity, for risk at acceptance: also those it makes by itself.</summary>
    IReadOnlyList<PlannedLeg> Planned(GroupSpec spec);

    /// <summary>Why it cannot work as the market and the positions are now, or null.</summary>
    Denial? Refuse(GroupSpec spec, GroupWorld world) => null;

    /// <summary>What it reserves now: the worst that can still happen, where orders that exclude each other share one hold.</summary>
    IReadOnlyList<Money> Claims(OrderGroup group, IReadOnlyList<ParentOrder> legs);

    /// <summary>What to do now.</summary>
    GroupDecision Decide(GroupInput input);

    /// <summary>What was filled beyond what was meant, or is left unmatched, in base units of the first leg; 0 when all is as meant.</summary>
    decimal Residual(GroupSpec spec, IReadOnlyList<ParentOrder> legs);

    /// <summary>Whether the group sets the quantity of that role's orders itself, so that a person may not amend it.</summary>
    bool OwnsQty(string role);
}

/// <summary>An order that a group may send.</summary>
/// <param name="Funded">What it spends comes out of the fills of another leg, so nothing is reserved for it before those.</param>
public sealed record PlannedLeg(string Role, ParentSpec Spec, bool Funded = false);

/// <summary>A leg that exists, with all its children, oldest first.</summary>
public sealed record LegState(ParentOrder Order, IReadOnlyList<Order> Children)
{
    /// <summary>Its children that are not over.</summary>
    public IReadOnlyList<Order> Live { get; } = [.. Children.Where(c => !c.OrdStatus.IsTerminal())];
    /// <summary>Its place in the group.</summary>
    public GroupLink Link => Order.Group ?? throw new InvalidOperationException($"{Order.Spec.ClOrdId} is no leg.");
    /// <summary>Whether it is over.</summary>
    public bool IsOver => Order.OrdStatus.IsTerminal();
    /// <summary>Whether its end was asked for or decided.</summary>
    public bool IsEnding => IsOver || Order.CancelRequested || Order.Ending is not null;
}

/// <summary>What a decision may see beside the legs. An instrument or asset that is missing is not known just now.</summary>
public sealed record GroupWorld(
    IReadOnlyDictionary<InstrumentId, MarketView> Markets, IReadOnlyDictionary<InstrumentId, IReadOnlyList<Listing>> Listings,
    IReadOnlyDictionary<Asset, AssetView> Assets, IReadOnlyDictionary<InstrumentId, decimal> Positions);

/// <summary>One asset of the account over all venues: all of it, and what no order holds.</summary>
public readonly record struct AssetView(decimal Total, decimal Free);

/// <summary>Everything a decision may depend on. Legs are oldest first.</summary>
/// <param name="WatchedSince">Since when somebody has been looking without a break: what was not watched (a restart, a pause) does not count as time that passed.</param>
public sealed record GroupInput(
    GroupSpec Spec, GroupMemory Memory, bool CancelRequested, DateTimeOffset AcceptedAt, IReadOnlyList<LegState> Legs, GroupWorld World, DateTimeOffset Now,
    DateTimeOffset WatchedSince = default)
{
    /// <summary>The legs of one role, oldest first.</summary>
    public IEnumerable<LegState> Of(string role) => Legs.Where(l => l.Link.Role == role);
    /// <summary>The newest leg of a role, or null.</summary>
    public LegState? Last(string role) => Legs.LastOrDefault(l => l.Link.Role == role);
    /// <summary>Filled over all legs of a role, base units.</summary>
    public decimal Cum(string role) => Of(role).Sum(l => l.Order.CumQty);
    /// <summary>Whether no leg works any more.</summary>
    public bool AllOver => Legs.All(l => l.IsOver);
    /// <summary>The market of an instrument; empty when not known.</summary>
    public MarketView Market(InstrumentId id) => World.Markets.TryGetValue(id, out var m) ? m : MarketView.Empty(id);
    /// <summary>The listings of an instrument that an order may use.</summary>
    public IReadOnlyList<Listing> Listings(ParentSpec spec) =>
        World.Listings.TryGetValue(spec.Instrument, out var l) ? [.. l.Where(x => spec.Allows(x.Venue))] : [];
}

/// <summary>What a group wants done. Actions are executed in order; a leg that risk does not let start is asked for again later.</summary>
public abstract record GroupAction(string Reason);

/// <summary>Accept and start this order as the next leg of its role.</summary>
public sealed record StartLeg(GroupLink Link, ParentSpec Spec, string Reason) : GroupAction(Reason);

/// <summary>Cancel a leg.</summary>
public sealed record CancelLeg(ClOrdId Leg, string Reason) : GroupAction(Reason);

/// <summary>Give a leg another quantity; what works beyond it is canceled apart (<see cref="CancelExcess"/>).</summary>
public sealed record ResizeLeg(ClOrdId Leg, decimal OrderQty, string Reason) : GroupAction(Reason);

/// <summary>Cancel these children of a leg: more of it works than it may still do.</summary>
public sealed record CancelExcess(ClOrdId Leg, IReadOnlyList<ClOrdId> Children, string Reason) : GroupAction(Reason);

/// <summary>Let a leg send nothing for now, and cancel what works of it.</summary>
public sealed record HoldLeg(ClOrdId Leg, string Reason) : GroupAction(Reason);

/// <summary>Let a leg that the group holds go on.</summary>
public sealed record ReleaseLeg(ClOrdId Leg, string Reason) : GroupAction(Reason);

/// <summary>One node of a condition as it stands: null is not known. Path is the place in the tree, e.g. <c>0.2.1</c>.</summary>
public sealed record ConditionTruth(string Path, string Op, string Text, bool? Holds, string? Seen);

/// <summary>One decision.</summary>
/// <param name="NextActionAt">When to be asked again at the latest; null when only a leg or the market can change anything.</param>
/// <param name="WatchMarket">Whether to be asked on market changes too.</param>
/// <param name="End">Set when nothing works any more and nothing more is to come.</param>
public sealed record GroupDecision(
    IReadOnlyList<GroupAction> Actions, GroupMemory Memory, DateTimeOffset? NextActionAt, bool WatchMarket, WhyIdle WhyIdle,
    AlgoEnd? End = null, IReadOnlyList<ConditionTruth>? Truth = null);
