using System.Diagnostics;
using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Execution;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Venues;

namespace Ems.Execution.Engine.Accounts;

public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async Task OpenAsync(OpenAccount command)
    {
        Guard();
        if (!state.IsOpen)
        {
            Stage(new AccountOpened(command.Account, command.Name, command.Limits, SeededRandom.Hash(command.Account.Value), Now, command.Actor));
            await FlushAsync();
            await GoLiveAsync();
        }
        foreach (var d in command.Deposits)
        {
            // The venue first: it credits a reference once, so a crash in between is repaired by the next call.
            var reference = $"{command.Account}/{d.Venue}/{d.Asset}/opening";
            if (engine.Clients.GetValueOrDefault(d.Venue) is IPaperFunding funding)
            {
                await funding.DepositAsync(account, new Money(d.Amount, d.Asset), reference, CancellationToken.None);
                if (!state.HasDeposit(reference))
                {
                    Stage(new Deposited(d.Venue, d.Asset, d.Amount, reference, Now, command.Actor));
                }
            }
        }
        await FlushAsync();
    }

    /// <inheritdoc/>
    public async Task CreditAsync(VenueId venue, Asset asset, decimal amount, string reference, string actor)
    {
        Guard();
        if (engine.Clients.GetValueOrDefault(venue) is not IPaperFunding funding || !state.IsOpen)
        {
            throw new InvalidOperationException($"Account {account} has nothing at {venue} that could be changed.");
        }
        await funding.DepositAsync(account, new Money(amount, asset), reference, CancellationToken.None);
        if (!state.HasDeposit(reference))
        {
            Stage(new Deposited(venue, asset, amount, reference, Now, actor));
        }
        await FlushAsync();
    }

    /// <inheritdoc/>
    public async Task<SubmitResult> SubmitAsync(SubmitOrder command)
    {
        var started = engine.Time.GetTimestamp();
        using var span = EngineMetrics.Source.StartActivity("order.submit");
        Guard();
        var id = command.Spec.ClOrdId;
        if (state.BodyHashOf(id) is { } known)
        {
            await FlushAsync();
            return known == command.BodyHash ? FirstAnswer(id) : Denied(new(DenyCode.DuplicateClOrdId, "clOrdId", $"clOrdId={id} was used before with another body"));
        }
        if (state.IsTakenByGroup(id))
        {
            return Denied(new(DenyCode.DuplicateClOrdId, "clOrdId", $"clOrdId={id} is kept for a leg of a group"));
        }
        var now = Now;
        var errors = ParentValidation.Validate(command.Spec, engine.Market.Catalog, now);
        if (errors.Count > 0)
        {
            return new(OrdStatus.Rejected, null, errors, []);
        }
        if (command.Cron is { } cron)
        {
            Stage(new RecurringSet(command.Spec, command.BodyHash, cron, now, command.Actor));
            await FlushAsync();
            engine.Jobs.Recur(account, id, NameOf(command.Spec), cron);
            return new(OrdStatus.New, null, [], []);
        }
        var result = Take(command, now, out var sends);
        await FlushAsync();
        engine.Metrics.OrdersSubmitted.Add(1);
        engine.Metrics.SubmitMs.Record(engine.Time.GetElapsedTime(started).TotalMilliseconds);
        if (result.Denial is null)
        {
            AfterAccept(state.Parents[id].Spec, sends);
        }
        return result;
    }

    /// <inheritdoc/>
    public Task<PreviewResult> PreviewAsync(ParentSpec spec)
    {
        Guard();
        var now = Now;
        var errors = ParentValidation.Validate(spec, engine.Market.Catalog, now);
        if (errors.Count > 0)
        {
            return Task.FromResult(new PreviewResult(spec, null, errors, [], null, null, [], null));
        }
        var algo = AlgoRunner.Algo(spec.Strategy);
        var market = runner.MarketFor(spec, null, engine.Market.FreshBooks(spec.Instrument, spec.Venues));
        var listings = runner.Allowed(spec);
        var (fitted, adjustments) = algo.Precheck(spec, market, listings, now);
        var risk = engine.Risk.Check(fitted, runner.ViewFor(fitted, market.Mid, now));
        var px = fitted.LimitPx ?? market.Mid;
        var seed = SeedOf(fitted.ClOrdId);
        var instrument = engine.Market.Catalog.Find(fitted.Instrument)!;
        decimal? notional = px is { } p ? instrument.Notional(p, fitted.OrderQty).Amount : null;
        var fee = listings.Count > 0 ? listings.Min(l => fitted.PostOnly ? l.MakerFee : l.TakerFee) : 0m;
        return Task.FromResult(new PreviewResult(fitted, risk.Denial, [], adjustments, notional, notional * fee,
            algo.Plan(fitted, seed, fitted.StartTime ?? now), runner.RouteText(fitted, market, listings)));
    }

    /// <inheritdoc/>
    public async Task<Denial?> ReplaceAsync(ReplaceParent command)
    {
        Guard();
        if (Live(command.ClOrdId) is var (parent, denial) && denial is not null)
        {
            return denial;
        }
        if (command.OrderQty is not null && parent!.Group is { } link && GroupCatalog.Find(state.Groups[link.Group].Spec.Type)!.OwnsQty(link.Role))
        {
            return new(DenyCode.OrderStateForbids, "orderQty", $"clOrdId={command.ClOrdId}, its group {link.Group} sets its quantity");
        }
        var now = Now;
        var (spec, refusal) = AmendRules.Apply(parent!, command.OrderQty, command.LimitPx, command.Parameters, engine.Market.Catalog, now);
        if (refusal is not null)
        {
            return refusal;
        }
        var market = runner.MarketFor(spec!, null, engine.Market.FreshBooks(spec!.Instrument, spec!.Venues));
        var view = runner.ViewFor(spec, market.Mid, now);
        // Its own present hold is given back before the new one is taken, and its quantity until now has counted for the day already.
        var px = spec.LimitPx ?? market.Mid;
        decimal NotionalOf(decimal qty) => px is { } p ? engine.Market.Catalog.Find(spec.Instrument)!.Notional(p, qty).Amount : 0m;
        var counted = NotionalOf(Math.Min(parent!.Spec.OrderQty, spec.OrderQty));
        var result = engine.Risk.Check(spec, view with { Free = view.Free + parent.Hold, OpenParents = view.OpenParents - 1, DayNotional = view.DayNotional - counted });
        if (result.Denial is { } no)
        {
            return no;
        }
        Stage(new ParentReplaced(command.ClOrdId, spec, parent.Version + 1, HoldRate(spec, market.Mid), now, command.Actor, NotionalOf(spec.OrderQty) - counted));
        await DecideAndSendAsync(command.ClOrdId, command.Actor);
        return null;
    }

    /// <inheritdoc/>
    public async Task<Denial?> PauseAsync(ClOrdId clOrdId, string actor, bool keepChildren)
    {
        Guard();
        if (Live(clOrdId) is var (parent, denial) && denial is not null)
        {
            return denial;
        }
        if (parent!.OrdStatus is OrdStatus.Suspended or OrdStatus.PendingCancel)
        {
            return new(DenyCode.OrderStateForbids, "clOrdId", $"ordStatus={parent.OrdStatus}, needs a running order");
        }
        Stage(new ParentPaused(clOrdId, "user", Now, actor));
        var cancels = keepChildren ? [] : StageCancels(clOrdId, "paused", actor);
        await FlushAsync();
        await SendAsync([], cancels);
        return null;
    }

    /// <inheritdoc/>
    public async Task<Denial?> ResumeAsync(ClOrdId clOrdId, string actor)
    {
        Guard();
        if (Live(clOrdId) is var (parent, denial) && denial is not null)
        {
            return denial;
        }
        if (parent!.OrdStatus != OrdStatus.Suspended)
        {
            return new(DenyCode.OrderStateForbids, "clOrdId", $"ordStatus={parent.OrdStatus}, needs Suspended");
        }
        if (parent.Group is { } link && state.Groups[link.Group].OrdStatus == OrdStatus.Suspended)
        {
            return new(DenyCode.OrderStateForbids, "clOrdId", $"clOrdId={clOrdId}, its group {link.Group} is paused");
        }
        Stage(new ParentResumed(clOrdId, Now, actor));
        if (runtimes.TryGetValue(clOrdId, out var runtime))
        {
            // Nor prints from while it was paused.
            runtime.TapeCursor = engine.Tapes.Of(parent.Spec.Instrument).Count;
        }
        if (parent.StartedAt is null)
        {
            await FlushAsync();
            QueueStart(parent.Spec);
            return null;
        }
        await DecideAndSendAsync(clOrdId, actor);
        return null;
    }

    /// <inheritdoc/>
    public async Task<Denial?> CancelAsync(ClOrdId clOrdId, string actor)
    {
        Guard();
        if (Live(clOrdId) is var (_, denial) && denial is not null)
        {
            return denial;
        }
        var cancels = StageCancelParent(clOrdId, "user", actor);
        await FlushAsync();
        await SendAsync([], cancels);
        return null;
    }

    /// <inheritdoc/>
    public async Task SetLimitsAsync(RiskLimits limits, string actor)
    {
        Stage(new LimitsSet(limits, Now, actor));
        await FlushAsync();
    }

    /// <summary>Journals an order and, when it may start in the same turn, its first decision.</summary>
    private SubmitResult Take(SubmitOrder command, DateTimeOffset now, out IReadOnlyList<RiskApproved<VenueOrder>> sends)
    {
        sends = [];
        var spec = command.Spec;
        var fresh = engine.Market.FreshBooks(spec.Instrument, spec.Venues);
        var market = runner.MarketFor(spec, null, fresh);
        var algo = AlgoRunner.Algo(spec.Strategy);
        var (fitted, adjustments) = algo.Precheck(spec, market, runner.Allowed(spec), now);
        var risk = engine.Risk.Check(fitted, runner.ViewFor(fitted, market.Mid, now));
        Stage(new ParentReceived(fitted, command.BodyHash, SeedOf(spec.ClOrdId), adjustments, now, command.Actor));
        if (risk.Denial is { } denial)
        {
            Stage(new ParentDenied(spec.ClOrdId, denial, now, Engine));
            EngineLog.OrderDenied(engine.Logger, spec.ClOrdId, denial.Code.ToString(), denial.Text);
            return Denied(denial) with { Adjustments = adjustments };
        }
        var instrument = engine.Market.Catalog.Find(fitted.Instrument)!;
        Stage(new ParentAccepted(spec.ClOrdId, fitted.Side == Side.Buy ? instrument.Quote : instrument.Base, HoldRate(fitted, market.Mid),
            (fitted.LimitPx ?? market.Mid ?? 0m) * fitted.OrderQty, now, Engine));
        runtimes[spec.ClOrdId] = new ParentRuntime { TapeCursor = engine.Tapes.Of(spec.Instrument).Count };
        if (IsImmediate(fitted, now))
        {
            Activate(spec.ClOrdId, market, now, command.Actor);
            sends = DecideNow(spec.ClOrdId, market, now, command.Actor);
        }
        return new(OrdStatus.New, null, [], adjustments);
    }

    /// <summary>
    /// A plain market or limit order starts in the turn that accepts it: waiting for its job would cost a second flush. The job is
    /// made all the same, and finds it started.
    /// </summary>
    private static bool IsImmediate(ParentSpec spec, DateTimeOffset now) =>
        spec.Strategy is "MARKET" or "LIMIT" && (spec.StartTime is not { } start || start <= now);

    private void AfterAccept(ParentSpec spec, IReadOnlyList<RiskApproved<VenueOrder>> sends)
    {
        _ = SendAsync(sends, []);
        QueueStart(spec);
        Rearm();
    }

    private SubmitResult FirstAnswer(ClOrdId id)
    {
        if (!state.Parents.TryGetValue(id, out var p))
        {
            // Ended and let go of, or recurring: it was accepted once.
            return new(OrdStatus.New, null, [], []);
        }
        return p.OrdStatus == OrdStatus.Rejected && p.StartedAt is null && Enum.TryParse<DenyCode>(p.EndCode, out var code)
            ? new(OrdStatus.Rejected, new(code, "", p.EndText ?? ""), [], p.Adjustments)
            : new(p.OrdStatus, null, [], p.Adjustments);
    }

    private static SubmitResult Denied(Denial denial) => new(OrdStatus.Rejected, denial, [], []);

    private (ParentOrder? Parent, Denial? Denial) Live(ClOrdId id) =>
        !state.Parents.TryGetValue(id, out var p) ? (null, new(DenyCode.UnknownOrder, "clOrdId", $"clOrdId={id} is no order of this account"))
        : p.OrdStatus.IsTerminal() ? (p, new(DenyCode.OrderStateForbids, "clOrdId", $"ordStatus={p.OrdStatus}, it is over"))
        : (p, null);

    private ulong SeedOf(ClOrdId id) => SeededRandom.Draw(state.Seed, 1, (long)SeededRandom.Hash(id.Value));

    private decimal HoldRate(ParentSpec spec, decimal? mid) => runner.HoldRate(spec, mid);
}
