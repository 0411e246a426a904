using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Ledger;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Core.Accounts;

/// <summary>
/// One trading account, folded from its events and from nothing else: the same events give the same state, in the engine, in
/// the verifier and in a test. Mutable and single-threaded for speed; only <see cref="Apply"/> changes it.
/// </summary>
/// <param name="catalog">Needed for assets and fees of the listings.</param>
public sealed partial class AccountState(InstrumentCatalog catalog)
{
    private readonly Dictionary<ClOrdId, ParentOrder> parents = [];
    private readonly Dictionary<ClOrdId, Order> children = [];
    private readonly Dictionary<ClOrdId, List<ClOrdId>> childrenOf = [];
    private readonly Dictionary<ClOrdId, string> bodyHashes = [];
    private readonly Dictionary<ClOrdId, RecurringSet> recurring = [];
    private readonly Dictionary<InstrumentId, KillLevel> instrumentKills = [];
    private readonly Dictionary<VenueId, long> fillCursors = [];
    private readonly HashSet<(VenueId, string)> execIds = [];
    private readonly HashSet<string> deposits = [];
    private readonly Dictionary<Asset, decimal> parentHolds = [];
    private readonly HashSet<ClOrdId> liveChildren = [];
    private readonly HashSet<ClOrdId> liveParents = [];
    private readonly HashSet<ClOrdId> unclosed = [];
    private readonly Dictionary<ClOrdId, int> oldestLive = [];
    private readonly HashSet<ClOrdId> unstarted = [];
    private readonly HashSet<ClOrdId> ending = [];
    private readonly HashSet<ClOrdId> unsettled = [];
    private readonly Dictionary<(InstrumentId, Side), HashSet<ClOrdId>> resting = [];

    /// <summary>The account, or default before it was opened.</summary>
    public AccountId Account { get; private set; }
    /// <summary>Its name.</summary>
    public string Name { get; private set; } = "";
    /// <summary>Whether it was opened.</summary>
    public bool IsOpen => Account.Value is not null;
    /// <summary>Seed of its parents' seeds.</summary>
    public ulong Seed { get; private set; }
    /// <summary>Present limits.</summary>
    public RiskLimits Limits { get; private set; } = new();
    /// <summary>Kill level of the whole account.</summary>
    public KillLevel AccountKill { get; private set; }
    /// <summary>Its money.</summary>
    public AccountLedger Ledger { get; } = new();
    /// <summary>Its positions.</summary>
    public PositionBook Positions { get; } = new();
    /// <summary>Every parent held in memory.</summary>
    public IReadOnlyDictionary<ClOrdId, ParentOrder> Parents => parents;
    /// <summary>Every child held in memory.</summary>
    public IReadOnlyDictionary<ClOrdId, Order> Children => children;
    /// <summary>Parents that are not over.</summary>
    public IReadOnlyCollection<ClOrdId> LiveParents => liveParents;
    /// <summary>Parents that are over but not yet compared with the venues.</summary>
    public IReadOnlyCollection<ClOrdId> Unclosed => unclosed;
    /// <summary>Live parents whose algo has not started.</summary>
    public IReadOnlyCollection<ClOrdId> Unstarted => unstarted;
    /// <summary>Live parents that are to end: canceled on request, or by their algo.</summary>
    public IReadOnlyCollection<ClOrdId> EndingParents => ending;
    /// <summary>Live children that a venue owes a word on: new, in doubt, being canceled, or never meant to rest.</summary>
    public IReadOnlyCollection<ClOrdId> Unsettled => unsettled;
    /// <summary>Children that are not over.</summary>
    public IReadOnlyCollection<ClOrdId> LiveChildren => liveChildren;
    /// <summary>Live children of one instrument and side that may rest in a book.</summary>
    public IReadOnlyCollection<ClOrdId> Resting(InstrumentId instrument, Side side) => resting.TryGetValue((instrument, side), out var set) ? set : [];
    /// <summary>Recurring orders by their base ClOrdID.</summary>
    public IReadOnlyDictionary<ClOrdId, RecurringSet> Recurring => recurring;
    /// <summary>Kill levels set for single instruments.</summary>
    public IReadOnlyDictionary<InstrumentId, KillLevel> InstrumentKills => instrumentKills;
    /// <summary>UTC day that <see cref="DayNotional"/> counts.</summary>
    public DateOnly Day { get; private set; }
    /// <summary>Notional accepted on <see cref="Day"/>, quote units.</summary>
    public decimal DayNotional { get; private set; }

    /// <summary>The level that covers an instrument: the higher of the account's and its own.</summary>
    public KillLevel KillFor(InstrumentId instrument) =>
        (KillLevel)Math.Max((int)AccountKill, (int)instrumentKills.GetValueOrDefault(instrument));

    /// <summary>The children of one parent, oldest first.</summary>
    public IReadOnlyList<ClOrdId> ChildrenOf(ClOrdId parent) => childrenOf.TryGetValue(parent, out var list) ? list : [];

    /// <summary>Place in <see cref="ChildrenOf"/> of the parent's oldest child that is not over, or their number when all are. What is over stays over, so the search goes on where it ended last.</summary>
    public int OldestLive(ClOrdId parent)
    {
        var list = ChildrenOf(parent);
        var i = oldestLive.GetValueOrDefault(parent);
        while (i < list.Count && children[list[i]].OrdStatus.IsTerminal())
        {
            i++;
        }
        return oldestLive[parent] = i;
    }

    /// <summary>Hash of the body that took this ClOrdID, or null when it is free.</summary>
    public string? BodyHashOf(ClOrdId id) => bodyHashes.GetValueOrDefault(id);

    /// <summary>Whether this execution was applied already.</summary>
    public bool HasSeen(VenueId venue, string execId) => execIds.Contains((venue, execId));

    /// <summary>Whether a deposit of this reference is booked.</summary>
    public bool HasDeposit(string reference) => deposits.Contains(reference);

    /// <summary>All fills of the venue up to this number are booked.</summary>
    public long FillCursor(VenueId venue) => fillCursors.GetValueOrDefault(venue);

    /// <summary>Notional accepted on the UTC day of <paramref name="now"/>.</summary>
    public decimal DayNotionalAt(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime) == Day ? DayNotional : 0m;

    /// <summary>What live parents hold of an asset.</summary>
    public decimal HeldByParents(Asset asset) => parentHolds.GetValueOrDefault(asset);

    /// <summary>Lets go of ended parents beyond the newest <paramref name="keep"/>; their names stay taken. Returns who went.</summary>
    public IReadOnlyList<ClOrdId> Forget(int keep)
    {
        var ended = parents.Count - liveParents.Count;
        if (ended <= keep * 2)
        {
            return [];
        }
        var gone = parents.Values.Where(p => p.OrdStatus.IsTerminal() && !unclosed.Contains(p.Spec.ClOrdId) && !IsNeeded(p)).OrderBy(p => p.EndedAt).Take(ended - keep).Select(p => p.Spec.ClOrdId).ToList();
        foreach (var id in gone)
        {
            foreach (var child in ChildrenOf(id))
            {
                children.Remove(child);
            }
            childrenOf.Remove(id);
            oldestLive.Remove(id);
            parents.Remove(id);
        }
        return gone;
    }

    private decimal TakerFee(VenueId venue, InstrumentId instrument) => Math.Max(0m, catalog.Find(venue, instrument)?.TakerFee ?? 0m);

    /// <summary>What an open child locks at its venue: the quote it may cost with the taker fee, or the base it may deliver.</summary>
    private (Asset Asset, decimal Amount) HeldFor(Order o)
    {
        var instrument = catalog.Find(o.Instrument) ?? throw new InvalidOperationException($"{o.Instrument} is not in the catalog.");
        return o.Side == Side.Buy
            ? (instrument.Quote, o.LeavesQty * o.Px * (1m + TakerFee(o.Venue, o.Instrument)))
            : (instrument.Base, o.LeavesQty);
    }
}
