using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Engine.Storage;

namespace Ems.Execution.Engine.Accounts;

/// <summary>Groups as they are asked for: taken, canceled, paused, resumed, shown.</summary>
public sealed partial class AccountGrain
{
    private const int EndedGroupsShown = 100;
    /// <summary>Groups that may live at once: each may look at the market ten times a second.</summary>
    private const int LiveGroupsMax = 1_000;

    /// <inheritdoc/>
    public async Task<SubmitResult> SubmitGroupAsync(SubmitGroup command)
    {
        Guard();
        var id = command.Spec.ClOrdId;
        if (state.BodyHashOf(id) is { } known)
        {
            await FlushAsync();
            return known == command.BodyHash ? FirstGroupAnswer(id) : Denied(new(DenyCode.DuplicateClOrdId, "clOrdId", $"clOrdId={id} was used before with another body"));
        }
        var now = Now;
        var errors = GroupValidation.Validate(command.Spec, engine.Market.Catalog, now);
        if (errors.Count > 0)
        {
            return new(OrdStatus.Rejected, null, errors, []);
        }
        if (state.IsTakenByGroup(id) || state.HasNamesBehind(id))
        {
            return Denied(new(DenyCode.DuplicateClOrdId, "clOrdId", $"clOrdId={id}, names behind it are taken"));
        }
        var (spec, adjustments) = Fit(command.Spec, now);
        var (denial, holds) = Admit(spec, now);
        Stage(new GroupReceived(spec, command.BodyHash, SeedOf(id), adjustments, now, command.Actor));
        if (denial is not null)
        {
            Stage(new GroupDenied(id, denial, now, Engine));
            await FlushAsync();
            EngineLog.OrderDenied(engine.Logger, id, denial.Code.ToString(), denial.Text);
            return Denied(denial) with { Adjustments = adjustments };
        }
        Stage(new GroupAccepted(id, holds, now, Engine));
        groupRuntimes[id] = NewRuntime(spec);
        var sends = new List<RiskApproved<VenueOrder>>();
        var cancels = new List<Order>();
        StepGroups(now, sends, cancels);
        Rearm();
        await FlushAsync();
        _ = SendAsync(sends, cancels);
        return new(OrdStatus.New, null, [], adjustments);
    }

    /// <inheritdoc/>
    public Task<GroupPreview> PreviewGroupAsync(GroupSpec given)
    {
        Guard();
        var now = Now;
        var errors = GroupValidation.Validate(given, engine.Market.Catalog, now);
        if (errors.Count > 0)
        {
            return Task.FromResult(new GroupPreview(given, null, errors, [], [], [], []));
        }
        var (spec, adjustments) = Fit(given, now);
        var (denial, holds) = Admit(spec, now);
        var strategy = GroupCatalog.Find(spec.Type)!;
        var claims = strategy.Claims(new OrderGroup(spec, "", 0, "", now, []) { Holds = holds }, []);
        IReadOnlyList<ConditionTruth> truth = spec.Condition is { } condition ? ConditionEvaluation.Evaluate(condition, WorldOf(spec, NewRuntime(spec), now), now) : [];
        return Task.FromResult(new GroupPreview(spec, denial, [], adjustments, claims, strategy.Planned(spec), truth));
    }

    /// <inheritdoc/>
    public async Task<Denial?> CancelGroupAsync(ClOrdId clOrdId, string actor)
    {
        Guard();
        if (LiveGroup(clOrdId) is var (group, denial) && denial is not null)
        {
            return denial;
        }
        if (!group!.CancelRequested)
        {
            Stage(new GroupCancelAsked(clOrdId, "user", Now, actor));
        }
        await StepGroupsAndSendAsync([]);
        return null;
    }

    /// <inheritdoc/>
    public async Task<Denial?> PauseGroupAsync(ClOrdId clOrdId, string actor, bool keepChildren)
    {
        Guard();
        if (LiveGroup(clOrdId) is var (group, denial) && denial is not null)
        {
            return denial;
        }
        if (group!.OrdStatus != OrdStatus.New)
        {
            return new(DenyCode.OrderStateForbids, "clOrdId", $"ordStatus={group.OrdStatus}, needs a running group");
        }
        Stage(new GroupPaused(clOrdId, "user", Now, actor));
        var cancels = new List<Order>();
        foreach (var leg in state.LegsOf(group).Where(l => l.OrdStatus is OrdStatus.New or OrdStatus.PartiallyFilled))
        {
            Stage(new ParentPaused(leg.Spec.ClOrdId, "its group was paused", Now, GroupLink.PauseActor));
            if (!keepChildren)
            {
                cancels.AddRange(StageCancels(leg.Spec.ClOrdId, "its group was paused", actor));
            }
        }
        await StepGroupsAndSendAsync(cancels);
        return null;
    }

    /// <inheritdoc/>
    public async Task<Denial?> ResumeGroupAsync(ClOrdId clOrdId, string actor)
    {
        Guard();
        if (LiveGroup(clOrdId) is var (group, denial) && denial is not null)
        {
            return denial;
        }
        if (group!.OrdStatus != OrdStatus.Suspended)
        {
            return new(DenyCode.OrderStateForbids, "clOrdId", $"ordStatus={group.OrdStatus}, needs Suspended");
        }
        Stage(new GroupResumed(clOrdId, Now, actor));
        // What printed while it was paused must not set it off.
        groupRuntimes[clOrdId] = NewRuntime(group.Spec);
        foreach (var leg in state.LegsOf(group).Where(l => l is { OrdStatus: OrdStatus.Suspended, PausedBy: GroupLink.PauseActor }))
        {
            Release(leg, GroupLink.PauseActor, Now);
        }
        await StepGroupsAndSendAsync([]);
        return null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<GroupView>> GroupsAsync()
    {
        Guard();
        IReadOnlyList<GroupView> views = [.. ShownGroups().Select(View)];
        await FlushAsync();
        return views;
    }

    /// <inheritdoc/>
    public async Task<GroupDetail?> FindGroupAsync(ClOrdId clOrdId)
    {
        Guard();
        await FlushAsync();
        var rows = engine.Reader.RowsOf(account, clOrdId).Select(r => (Row: r, Event: AccountJson.Read(r.Payload))).ToList();
        if (rows.Select(r => r.Event).OfType<GroupReceived>().FirstOrDefault() is not { } received)
        {
            return null;
        }
        foreach (var role in GroupCatalog.Find(received.Spec.Type)!.Planned(received.Spec).Select(p => p.Role))
        {
            for (var n = 1; engine.Reader.RowsOf(account, new GroupLink(clOrdId, role, n).Name) is { Count: > 0 } leg; n++)
            {
                rows.AddRange(leg.Select(r => (r, AccountJson.Read(r.Payload))));
            }
        }
        rows.Sort((a, b) => a.Row.Sequence.CompareTo(b.Row.Sequence));
        var source = state;
        if (!state.Groups.TryGetValue(clOrdId, out var group) || group.Legs.Any(l => !state.Parents.ContainsKey(l)))
        {
            // Over long ago: its own events are enough to show it again, its money does not matter here.
            source = new AccountState(engine.Market.Catalog);
            rows.ForEach(x => source.Apply(x.Event));
            group = source.Groups[clOrdId];
        }
        return new(View(group, source), [.. source.LegsOf(group).Select(View)], [.. rows.Select(x => JournalText.Line(x.Row.Sequence, x.Event))]);
    }

    private (OrderGroup? Group, Denial? Denial) LiveGroup(ClOrdId id) =>
        !state.Groups.TryGetValue(id, out var g) ? (null, new(DenyCode.UnknownOrder, "clOrdId", $"clOrdId={id} is no group of this account"))
        : g.OrdStatus.IsTerminal() ? (g, new(DenyCode.OrderStateForbids, "clOrdId", $"ordStatus={g.OrdStatus}, it is over"))
        : (g, null);

    private SubmitResult FirstGroupAnswer(ClOrdId id) => !state.Groups.TryGetValue(id, out var g)
        ? new(OrdStatus.New, null, [], [])
        : g.OrdStatus == OrdStatus.Rejected && g.AcceptedAt is null && Enum.TryParse<DenyCode>(g.EndCode, out var code)
            ? new(OrdStatus.Rejected, new(code, "", g.EndText ?? ""), [], g.Adjustments)
            : new(g.OrdStatus, null, [], g.Adjustments);

    /// <summary>Fits every given leg to what venues take.</summary>
    private (GroupSpec Spec, IReadOnlyList<Adjustment> Adjustments) Fit(GroupSpec spec, DateTimeOffset now)
    {
        var adjustments = new List<Adjustment>();
        var legs = new List<GroupLeg>();
        for (var i = 0; i < spec.Legs.Count; i++)
        {
            var named = spec.Legs[i].Spec with { ClOrdId = new GroupLink(spec.ClOrdId, spec.Legs[i].Role, 1).Name };
            var market = runner.MarketFor(named, null, engine.Market.FreshBooks(named.Instrument, named.Venues));
            var (fitted, changes) = AlgoRunner.Algo(named.Strategy).Precheck(named, market, runner.Allowed(named), now);
            adjustments.AddRange(changes.Select(c => c with { Field = $"legs[{i}].{c.Field}" }));
            legs.Add(spec.Legs[i] with { Spec = fitted });
        }
        return (spec with { Legs = legs }, adjustments);
    }

    /// <summary>Risk on every order that the group may send, one by one, and on what it reserves for all of them together.</summary>
    private (Denial? Denial, IReadOnlyList<LegHold> Holds) Admit(GroupSpec spec, DateTimeOffset now)
    {
        var strategy = GroupCatalog.Find(spec.Type)!;
        var runtime = NewRuntime(spec);
        if (strategy.Refuse(spec, WorldOf(spec, runtime, now)) is { } refusal)
        {
            return (refusal, []);
        }
        if (state.LiveGroups.Count >= Math.Min(state.Limits.MaxOpenParents, LiveGroupsMax))
        {
            return (new(DenyCode.OpenOrdersAboveLimit, "clOrdId", $"openGroups={state.LiveGroups.Count}, max={Math.Min(state.Limits.MaxOpenParents, LiveGroupsMax)}"), []);
        }
        var holds = new List<LegHold>();
        var notional = 0m;
        var planned = strategy.Planned(spec);
        foreach (var leg in planned)
        {
            var mid = MidOf(leg.Spec);
            var view = runner.ViewFor(leg.Spec, mid, now);
            view = view with { DayNotional = view.DayNotional + notional, OpenParents = view.OpenParents + holds.Count, Free = leg.Funded ? decimal.MaxValue : view.Free };
            // An exit is priced against the market it will find, which is the entry's and not today's: its collar is looked at when it starts.
            view = leg is { Funded: true, Spec.LimitPx: { } exit } ? view with { ReferencePx = exit } : view;
            // What an exit reduces is not there yet.
            if (engine.Risk.Check(leg.Funded ? leg.Spec with { ReduceOnly = false } : leg.Spec, view).Denial is { } denial)
            {
                return (denial with { Field = $"{leg.Role}.{denial.Field}" }, []);
            }
            var instrument = engine.Market.Catalog.Find(leg.Spec.Instrument)!;
            holds.Add(new(leg.Role, leg.Spec.Side == Side.Buy ? instrument.Quote : instrument.Base, HoldRate(leg.Spec, mid), leg.Spec.OrderQty));
            // Orders that close what another opened, or replace it, are not another day's business.
            notional += leg.Funded || strategy is OcoGroup or OuoGroup ? 0m : instrument.Notional(leg.Spec.LimitPx ?? mid ?? 0m, leg.Spec.OrderQty).Amount;
        }
        foreach (var claim in strategy.Claims(new OrderGroup(spec, "", 0, "", now, []) { Holds = holds }, []))
        {
            var free = state.Ledger.Total(claim.Asset, v => planned.Any(p => p.Spec.Allows(v))) - state.HeldByParents(claim.Asset);
            if (claim.Amount > free)
            {
                return (new(DenyCode.InsufficientBalance, "legs", string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"required={Math.Round(claim.Amount, 8)} {claim.Asset} for all legs, free={Math.Round(free, 8)}")), []);
            }
        }
        return (null, holds);
    }

    private decimal? MidOf(ParentSpec spec) => runner.MarketFor(spec, null, engine.Market.FreshBooks(spec.Instrument, spec.Venues)).Mid;
}
