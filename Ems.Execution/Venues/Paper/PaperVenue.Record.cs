using System.Threading.Channels;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Matching;

namespace Ems.Execution.Venues.Paper;

/// <summary>The record and the way out: a report leaves only after what it says is durable.</summary>
public sealed partial class PaperVenue
{
    private static readonly TimeSpan HeldBack = TimeSpan.FromMilliseconds(250);

    private readonly List<PaperExchangeStore.Row> rows = [];
    private readonly List<(AccountId Account, ExecutionReport Report)> outbox = [];
    private readonly HashSet<AccountId> dirtyWallets = [];
    private readonly List<Action> answers = [];
    private readonly Dictionary<AccountId, long> lastOut = [];
    private readonly Dictionary<AccountId, ChannelWriter<ExecutionReport>[]> listeners = [];
    private PaperDice faultDice => dice;

    internal IDisposable Listen(AccountId account, ChannelWriter<ExecutionReport> reports)
    {
        lock (listeners)
        {
            listeners[account] = [.. listeners.GetValueOrDefault(account, []), reports];
        }
        return new Stop(() =>
        {
            lock (listeners)
            {
                listeners[account] = [.. listeners.GetValueOrDefault(account, []).Where(r => r != reports)];
            }
        });
    }

    /// <summary>Answers a question after everything it may depend on is durable.</summary>
    internal void Answer(Action answer) => answers.Add(answer);

    internal void Credit(AccountId account, Money amount, string reference, Action<Exception?> done)
    {
        if (store.Query("SELECT 1 FROM deposits WHERE reference=@a", [reference], _ => true).Count == 0)
        {
            Wallet(account).Add(amount.Asset, amount.Amount);
            dirtyWallets.Add(account);
            rows.Add(PaperRows.Deposit(Spec.Venue, account, amount, reference));
        }
        answers.Add(() => done(null));
    }

    internal ExecutionReport? Status(AccountId account, ClOrdId id) =>
        orders.TryGetValue((account, id), out var order) ? order.Report(NextExecId(), ExecType.OrderStatus, Now) : Recorded(account, id);

    internal IReadOnlyList<ExecutionReport> Open(AccountId account) =>
        [.. orders.Values.Where(o => o.Account == account && !o.OrdStatus.IsTerminal()).Select(o => o.Report(NextExecId(), ExecType.OrderStatus, Now))];

    internal IReadOnlyList<Money> Balances(AccountId account) => [.. Wallet(account).All.Select(a => new Money(a.Total, a.Asset))];

    internal IReadOnlyList<(long, ExecutionReport)> Fills(AccountId account, long after, int max) => store.Query(
        "SELECT fill_no, exec_id, clordid, order_id, qty, px, order_qty, cum, liquidity, commission, currency, time FROM fills WHERE venue=@a AND account=@b AND fill_no>@c ORDER BY fill_no LIMIT @d",
        [Spec.Venue.Value, account.Value, after, max], r => PaperRows.ReadFill(Spec.Venue, account, r));

    private void Emit(AccountId account, ExecutionReport report) => outbox.Add((account, report));

    /// <summary>Hands this round's changes to the record; its reports and answers follow when they are durable.</summary>
    private void Commit()
    {
        foreach (var account in dirtyWallets)
        {
            foreach (var (asset, total, _) in Wallet(account).All)
            {
                rows.Add(PaperRows.Balance(Spec.Venue, account, asset, total));
            }
        }
        dirtyWallets.Clear();
        if (outbox.Count == 0 && answers.Count == 0)
        {
            return;
        }
        var (reports, replies) = (outbox.ToArray(), answers.ToArray());
        store.Append(rows.ToArray(), failure =>
        {
            if (failure is null)
            {
                Array.ForEach(replies, reply => reply());
                inbox.Writer.TryWrite((0, () => Dispatch(reports)));
            }
        });
        rows.Clear();
        outbox.Clear();
        answers.Clear();
    }

    private void Dispatch((AccountId Account, ExecutionReport Report)[] reports)
    {
        var now = Now.UtcTicks;
        foreach (var (account, report) in reports)
        {
            if (faultDice.Hits(6, Faults.DropReport))
            {
                continue;
            }
            // One session delivers in order, unless the fault says otherwise.
            var due = Math.Max(now + OneWay().Ticks, lastOut.GetValueOrDefault(account));
            if (faultDice.Hits(7, Faults.Reorder))
            {
                later.Enqueue(() => Deliver(account, report), (due + HeldBack.Ticks, ++number));
                continue;
            }
            lastOut[account] = due;
            if (due <= now)
            {
                Deliver(account, report);
            }
            else
            {
                later.Enqueue(() => Deliver(account, report), (due, ++number));
            }
        }
    }

    private void Deliver(AccountId account, ExecutionReport report)
    {
        if (Faults.Disconnected)
        {
            return;
        }
        ChannelWriter<ExecutionReport>[] writers;
        lock (listeners)
        {
            writers = listeners.GetValueOrDefault(account, []);
        }
        var times = faultDice.Hits(8, Faults.Duplicate) ? 2 : 1;
        foreach (var writer in writers)
        {
            for (var i = 0; i < times; i++)
            {
                // A full channel loses the report, as a real slow consumer would; the reconciler finds it.
                writer.TryWrite(report);
            }
        }
    }

    private bool IsRecorded((AccountId Account, ClOrdId Id) key) => ended.Count >= EndedKept || !loadedAll
        ? Recorded(key.Account, key.Id) is not null : false;

    private bool loadedAll;

    private ExecutionReport? Recorded(AccountId account, ClOrdId id) => store.Query(
        $"SELECT {PaperRows.OrderColumns} FROM orders WHERE venue=@a AND account=@b AND clordid=@c", [Spec.Venue.Value, account.Value, id.Value], r =>
        {
            var o = PaperRows.ReadOrder(Spec.Venue, r);
            var (status, cum) = (Enum.Parse<OrdStatus>(r.GetString(8)), PaperExchangeStore.Number(r.GetString(7)));
            return new ExecutionReport(Spec.Venue, account, id, r.GetString(2), NextExecId(), ExecType.OrderStatus, status, o.OrderQty, cum, status.IsTerminal() ? 0m : o.OrderQty - cum,
                0m, 0m, LastLiquidityInd.None, 0m, default, Now, r.IsDBNull(12) ? null : r.GetString(12), r.IsDBNull(13) ? null : r.GetString(13));
        }).FirstOrDefault();

    /// <summary>After a restart: money, fill numbers and open orders, which go to the back of their queues.</summary>
    private void Load()
    {
        foreach (var (account, asset, total) in store.Query("SELECT account, asset, total FROM balances WHERE venue=@a", [Spec.Venue.Value],
            r => (new AccountId(r.GetString(0)), new Asset(r.GetString(1)), PaperExchangeStore.Number(r.GetString(2)))))
        {
            Wallet(account).Add(asset, total);
        }
        foreach (var (account, no) in store.Query("SELECT account, MAX(fill_no) FROM fills WHERE venue=@a GROUP BY account", [Spec.Venue.Value], r => (new AccountId(r.GetString(0)), r.GetInt64(1))))
        {
            fillNos[account] = no;
        }
        foreach (var (account, instrument, qty) in store.Query("SELECT account, instrument, side, qty FROM fills WHERE venue=@a", [Spec.Venue.Value],
            r => (new AccountId(r.GetString(0)), new InstrumentId(r.GetString(1)), PaperExchangeStore.Number(r.GetString(3)) * ((Side)r.GetInt32(2)).Sign())))
        {
            Wallet(account).Trade(instrument, qty);
        }
        loadedAll = store.Query("SELECT 1 FROM orders WHERE venue=@a LIMIT 1", [Spec.Venue.Value], _ => true).Count == 0;
        foreach (var (request, id, cum) in store.Query($"SELECT {PaperRows.OrderColumns} FROM orders WHERE venue=@a AND status IN ('New','PartiallyFilled')", [Spec.Venue.Value],
            r => (PaperRows.ReadOrder(Spec.Venue, r), r.GetString(2), PaperExchangeStore.Number(r.GetString(7)))))
        {
            Reopen(request, id, cum);
        }
    }

    private void Reopen(VenueOrder request, string orderId, decimal cum)
    {
        var instrument = instruments[request.Instrument];
        var order = new PaperOrder(request.Account, request.ClOrdId, orderId, instrument.Listing, instrument.Instrument, request)
        {
            CumQty = cum, OrdStatus = cum > 0m ? OrdStatus.PartiallyFilled : OrdStatus.New,
        };
        order.Locked = order.LockFor(order.LeavesQty);
        Wallet(request.Account).Lock(order.LockAsset, order.Locked);
        order.Match = new MatchOrder
        {
            Id = ++number, Owner = OwnerOf(request.Account), Side = request.Side, PxTicks = instrument.Ticks(request.Px), Lots = instrument.Lots(request.OrderQty),
            Leaves = instrument.Lots(order.LeavesQty), TimeInForce = request.TimeInForce, PostOnly = false, Tag = order,
        };
        orders[(request.Account, request.ClOrdId)] = order;
        instrument.Engine.Submit(order.Match);
        if (request.TimeInForce == TimeInForce.Gtd && request.ExpireTime is { } expiry)
        {
            later.Enqueue(() => Expire(order), (expiry.UtcTicks, ++number));
        }
    }

    private sealed class Stop(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}
