using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Hosting;

namespace Ems.Execution.Engine.Accounts;

/// <summary>The one way back: venue reports in, deduped, applied, decided on, committed together.</summary>
public sealed partial class AccountGrain
{
    /// <summary>Code a venue's mapper gives to the refusal of a ClOrdID it knows: proof that the order arrived before.</summary>
    internal const string DuplicateCode = "DUPLICATE_CLORDID";
    private const int ReportsPerTurnMax = 512;

    private async Task ReadReportsAsync()
    {
        var batch = new List<ExecutionReport>(ReportsPerTurnMax);
        while (await reports.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < ReportsPerTurnMax && reports.Reader.TryRead(out var report))
            {
                batch.Add(report);
            }
            try
            {
                await ProcessAsync(batch, null);
            }
            catch (Exception) when (failure is not null)
            {
                return;
            }
            catch (Exception e)
            {
                EngineLog.PumpFailed(engine.Logger, account, e);
            }
        }
    }

    /// <summary>Applies reports and lets the parents they touch decide. <paramref name="actor"/> null: the venue itself spoke.</summary>
    private async Task ProcessAsync(IReadOnlyList<ExecutionReport> batch, string? actor)
    {
        var now = Now;
        var touched = new HashSet<ClOrdId>();
        foreach (var r in batch)
        {
            if (Apply(r, actor ?? r.Venue.Value, now))
            {
                touched.Add(state.Children[r.ClOrdId].ParentClOrdId);
            }
        }
        engine.Metrics.ReportQueue.Record(batch.Count);
        var sends = new List<RiskApproved<VenueOrder>>();
        var cancels = new List<Order>();
        // Groups first: what a fill takes away from a sibling must be gone before the sibling decides.
        StepGroups(now, sends, cancels);
        foreach (var parent in touched)
        {
            Step(parent, null, now, sends, cancels);
        }
        StepGroups(now, sends, cancels);
        Rearm();
        await FlushAsync();
        await SendAsync(sends, cancels);
    }

    /// <summary>Whether the report told something new and was staged.</summary>
    private bool Apply(ExecutionReport r, string actor, DateTimeOffset now)
    {
        if (r.ExecType != ExecType.OrderStatus && state.HasSeen(r.Venue, r.ExecId))
        {
            return false;
        }
        if (!state.Children.TryGetValue(r.ClOrdId, out var child))
        {
            if (r.ExecType == ExecType.Trade && !engine.Reader.HasFill(account, r.Venue, r.ExecId))
            {
                SetAside(r, "a fill of an order that is not ours", now);
            }
            return false;
        }
        if (sentAt.Remove(r.ClOrdId, out var sent))
        {
            var ackMs = engine.Time.GetElapsedTime(sent).TotalMilliseconds;
            engine.Trust.Answered(r.Venue, ackMs, r);
            engine.Metrics.AckMs.Record(ackMs, new KeyValuePair<string, object?>("venue", r.Venue.Value));
        }
        if (r.ExecType == ExecType.Rejected && r.RejectCode == DuplicateCode)
        {
            Doubt(child, "the venue knew it already");
            return false;
        }
        try
        {
            var e = OrderEvents.From(r);
            if (e is null || (r.ExecType != ExecType.Trade && ReferenceEquals(child.Apply(e), child)))
            {
                return false;
            }
            _ = child.Apply(e);
        }
        catch (InvalidOperationException e)
        {
            SetAside(r, e.Message, now);
            return false;
        }
        Stage(new ChildReported(child.ParentClOrdId, r, now, actor));
        engine.Metrics.Reports.Add(1);
        return true;
    }

    /// <summary>A report that cannot be true is kept, not applied, and trading pauses until a person has looked.</summary>
    private void SetAside(ExecutionReport r, string why, DateTimeOffset now)
    {
        if (state.HasSeen(r.Venue, r.ExecId))
        {
            return;
        }
        EngineLog.Anomaly(engine.Logger, r.Venue, r.ClOrdId, account, why);
        Stage(new AnomalyRecorded(r, why, now, Engine));
        if (state.AccountKill < KillLevel.Pause)
        {
            Stage(new KillSwitchSet(KillLevel.Pause, null, why, now, Engine));
        }
    }

    private void Doubt(Order child, string why)
    {
        if (!child.InDoubt && !child.OrdStatus.IsTerminal())
        {
            EngineLog.ChildDoubted(engine.Logger, child.ClOrdId, child.Venue, why);
            engine.Metrics.Doubts.Add(1);
            Stage(new ChildDoubted(child.ParentClOrdId, child.ClOrdId, why, Now, Engine));
        }
    }
}
