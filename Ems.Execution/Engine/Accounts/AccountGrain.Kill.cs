using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Hosting;

namespace Ems.Execution.Engine.Accounts;

/// <summary>The kill switch: a barrier first, then cancels, then proof from the venues themselves.</summary>
public sealed partial class AccountGrain
{
    private const string FlattenTag = "kill-switch-flatten";
    private static readonly TimeSpan ProofPoll = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public async Task<KillReport> KillAsync(KillLevel level, InstrumentId? instrument, string actor, string reason)
    {
        Guard();
        var started = engine.Time.GetTimestamp();
        Stage(new KillSwitchSet(level, instrument, reason, Now, actor));
        if (level == KillLevel.None)
        {
            await FlushAsync();
            foreach (var id in state.LiveGroups.Concat(state.LiveParents.Where(id => InScope(state.Parents[id].Spec.Instrument, instrument))).ToList())
            {
                Queue(id, Now);
            }
            Rearm();
            return await ReportAsync(level, [], started, true, "Lifted: accepted orders go on.", actor);
        }
        var cancels = new List<Order>();
        if (level >= KillLevel.CancelAll)
        {
            // Groups first, so that none of them answers the end of a leg with another one.
            foreach (var id in state.LiveGroups.Where(id => !state.Groups[id].CancelRequested && state.Groups[id].Spec.Legs.Any(l => InScope(l.Spec.Instrument, instrument))).ToList())
            {
                Stage(new GroupCancelAsked(id, $"kill switch {level}", Now, actor));
            }
            foreach (var id in state.LiveParents.Where(id => InScope(state.Parents[id].Spec.Instrument, instrument)).ToList())
            {
                cancels.AddRange(StageCancelParent(id, $"kill switch {level}", actor));
            }
        }
        await FlushAsync();
        await SendAsync([], cancels);
        if (level == KillLevel.Pause)
        {
            var (open, _) = await CountOpenAsync(instrument);
            return await ReportAsync(level, open, started, true, "Paused: nothing new is sent; working children stay.", actor);
        }
        var (venues, clean) = await ProveAsync(instrument, started);
        var text = clean ? "Every venue reports zero open orders." : "Not every venue could prove zero open orders: see the venues.";
        if (level == KillLevel.CancelAndFlatten && clean)
        {
            var flat = await FlattenAsync(instrument, actor, started);
            (clean, text) = (flat, text + (flat ? " Positions are flat." : " Positions are not all flat yet: see the orders tagged " + FlattenTag + "."));
            (venues, _) = await CountOpenAsync(instrument);
        }
        return await ReportAsync(level, venues, started, clean, text, actor);
    }

    private async Task<(IReadOnlyList<VenueProof> Venues, bool Clean)> ProveAsync(InstrumentId? instrument, long started)
    {
        while (true)
        {
            var (venues, clean) = await CountOpenAsync(instrument);
            if (clean || engine.Time.GetElapsedTime(started).TotalMilliseconds > engine.Options.KillProofTimeoutMs)
            {
                return (venues, clean);
            }
            // A cancel may have been lost on the way: ask for it again.
            var still = state.LiveChildren.Select(id => state.Children[id]).Where(o => InScope(o.Instrument, instrument) && !o.InDoubt
                && o.OrdStatus == OrdStatus.PendingCancel && Now - askedAt.GetValueOrDefault(o.ClOrdId) > TimeSpan.FromSeconds(1)).ToList();
            still.ForEach(o => askedAt[o.ClOrdId] = Now);
            await SendAsync([], still);
            await Task.Delay(ProofPoll, engine.Time);
        }
    }

    private async Task<(IReadOnlyList<VenueProof> Venues, bool Clean)> CountOpenAsync(InstrumentId? instrument)
    {
        var proofs = new List<VenueProof>();
        foreach (var venue in engine.Clients.Keys.OrderBy(v => v.Value, StringComparer.Ordinal))
        {
            try
            {
                var open = await reconciler.OpenOrdersAsync(account, venue);
                proofs.Add(new(venue, open.Count(r => instrument is null || (state.Children.TryGetValue(r.ClOrdId, out var o) && o.Instrument == instrument)), null));
            }
            catch (Exception e)
            {
                proofs.Add(new(venue, null, e.Message));
            }
        }
        var pending = state.LiveChildren.Any(id => InScope(state.Children[id].Instrument, instrument));
        return (proofs, !pending && proofs.TrueForAll(p => p.OpenOrders == 0));
    }

    /// <summary>Sells what trading bought, buys back what it sold, at market within the collar, under the halt.</summary>
    private async Task<bool> FlattenAsync(InstrumentId? instrument, string actor, long started)
    {
        var now = Now;
        foreach (var position in state.Positions.All.Where(p => p.Qty != 0m && InScope(p.Instrument, instrument)).ToList())
        {
            var spec = new ParentSpec(new ClOrdId($"flat-{sequence}-{position.Instrument}"), position.Instrument, position.Qty > 0m ? Side.Sell : Side.Buy,
                Math.Abs(position.Qty), null, "MARKET", new Dictionary<string, string>(), ReduceOnly: true, Tags: FlattenTag);
            var result = Take(new SubmitOrder(spec, FlattenTag, actor), now, out var sends);
            await FlushAsync();
            if (result.Denial is null)
            {
                AfterAccept(spec, sends);
            }
        }
        while (engine.Time.GetElapsedTime(started).TotalMilliseconds < engine.Options.KillProofTimeoutMs * 2
            && state.LiveParents.Any(id => state.Parents[id].Spec.Tags == FlattenTag))
        {
            await Task.Delay(ProofPoll, engine.Time);
        }
        return state.Positions.All.Where(p => InScope(p.Instrument, instrument)).All(p => Math.Abs(p.Qty) < LotOf(p.Instrument));
    }

    private async Task<KillReport> ReportAsync(KillLevel level, IReadOnlyList<VenueProof> venues, long started, bool proven, string text, string actor)
    {
        var elapsed = engine.Time.GetElapsedTime(started);
        var report = new KillReport(level, venues, elapsed, proven, text);
        Stage(new KillSwitchProved(level, proven, text, (long)elapsed.TotalMilliseconds, Now, actor));
        await FlushAsync();
        EngineLog.Killed(engine.Logger, level.ToString(), actor, account, text);
        return report;
    }

    private static bool InScope(InstrumentId instrument, InstrumentId? scope) => scope is null || scope == instrument;

    private decimal LotOf(InstrumentId instrument) => engine.Market.Catalog.Listings(instrument).Max(l => Math.Max(l.LotSize, l.MinQty));
}
