using System.Threading.Channels;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Venues.Tests.Conformance;

/// <summary>One account at the venue under test: sends, and keeps every report it hears.</summary>
public sealed class Session : IDisposable
{
    private readonly IVenueRig rig;
    private readonly Channel<ExecutionReport> inbox = Channel.CreateUnbounded<ExecutionReport>();
    private readonly List<ExecutionReport> heard = [];
    private IDisposable subscription;

    public Session(IVenueRig rig, string account)
    {
        (this.rig, Account) = (rig, new AccountId(account));
        subscription = rig.Client.Subscribe(Account, inbox.Writer);
    }

    public AccountId Account { get; }

    /// <summary>Everything heard so far, in order.</summary>
    public IReadOnlyList<ExecutionReport> Heard
    {
        get
        {
            while (inbox.Reader.TryRead(out var report))
            {
                heard.Add(report);
            }
            return heard;
        }
    }

    public VenueOrder Order(string id, Side side, decimal qty, decimal px, TimeInForce tif = TimeInForce.Gtc, bool postOnly = false, bool reduceOnly = false,
        DateTimeOffset? expire = null, OrdType type = OrdType.Limit) =>
        new(Account, new(id), rig.Client.Venue, rig.Instrument.Id, side, type, qty, px, tif, postOnly, reduceOnly, expire);

    public async Task SendAsync(VenueOrder order) => await rig.Client.SubmitAsync(new RiskApproved<VenueOrder>(order), CancellationToken.None);

    /// <summary>Sends and waits for the first word.</summary>
    public async Task<ExecutionReport> SubmitAsync(VenueOrder order)
    {
        var before = Heard.Count;
        await SendAsync(order);
        await rig.UntilAsync(() => Heard.Skip(before).Any(r => r.ClOrdId == order.ClOrdId), $"a word on {order.ClOrdId}");
        return Heard.Skip(before).First(r => r.ClOrdId == order.ClOrdId);
    }

    public Task<ExecutionReport> SubmitAsync(string id, Side side, decimal qty, decimal px, TimeInForce tif = TimeInForce.Gtc, bool postOnly = false, bool reduceOnly = false,
        DateTimeOffset? expire = null, OrdType type = OrdType.Limit) => SubmitAsync(Order(id, side, qty, px, tif, postOnly, reduceOnly, expire, type));

    public async Task CancelAsync(string id) => await rig.Client.CancelAsync(new VenueCancel(Account, new(id), rig.Client.Venue), CancellationToken.None);

    public async Task ReplaceAsync(string id, decimal qty, decimal px) =>
        await rig.Client.ReplaceAsync(new RiskApproved<VenueReplace>(new(Account, new(id), rig.Client.Venue, qty, px)), CancellationToken.None);

    /// <summary>Waits for a report of this kind on this order.</summary>
    public async Task<ExecutionReport> HearAsync(string id, ExecType type, int nth = 1)
    {
        await rig.UntilAsync(() => Of(id, type).Count() >= nth, $"{type} of {id}, number {nth}; heard {string.Join(", ", Heard.Select(r => $"{r.ClOrdId} {r.ExecType} {r.RejectCode} {r.Text}"))}");
        return Of(id, type).ElementAt(nth - 1);
    }

    /// <summary>Waits until an order is over, and returns the last word on it.</summary>
    public async Task<ExecutionReport> EndAsync(string id)
    {
        await rig.UntilAsync(() => Of(id).Any(r => r.OrdStatus.IsTerminal()), $"the end of {id}");
        return Of(id).First(r => r.OrdStatus.IsTerminal());
    }

    public IEnumerable<ExecutionReport> Of(string id) => Heard.Where(r => r.ClOrdId.Value == id);

    public IEnumerable<ExecutionReport> Of(string id, ExecType type) => Of(id).Where(r => r.ExecType == type);

    public Task<ExecutionReport?> StatusAsync(string id) => rig.WaitAsync(rig.Client.QueryOrderAsync(Account, new(id), CancellationToken.None));

    public Task<IReadOnlyList<ExecutionReport>> OpenAsync() => rig.WaitAsync(rig.Client.QueryOpenOrdersAsync(Account, CancellationToken.None));

    public Task<IReadOnlyList<(long FillNo, ExecutionReport Fill)>> FillsAsync(long after = 0, int max = 1_000) =>
        rig.WaitAsync(rig.Client.QueryFillsAsync(Account, after, max, CancellationToken.None));

    public async Task<decimal> BalanceAsync(Asset asset) =>
        (await rig.WaitAsync(rig.Client.QueryBalancesAsync(Account, CancellationToken.None))).Where(m => m.Asset == asset).Sum(m => m.Amount);

    /// <summary>Listens to the venue that came back after a restart.</summary>
    public void Resubscribe()
    {
        subscription.Dispose();
        subscription = rig.Client.Subscribe(Account, inbox.Writer);
    }

    public void Dispose() => subscription.Dispose();
}
