using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Tests.Engine;

namespace Ems.Execution.Tests.Groups;

/// <summary>Short ways to write groups, and to wait for them in the engine.</summary>
internal static class GroupTickets
{
    public static readonly InstrumentId Btc = new("BTC-USDT");
    public static readonly InstrumentId Eth = new("ETH-USDT");

    public static ParentSpec Limit(Side side, decimal qty, decimal px, InstrumentId? instrument = null, bool postOnly = false) =>
        new(new("leg"), instrument ?? Btc, side, qty, px, "LIMIT", new Dictionary<string, string>(), PostOnly: postOnly);

    public static ParentSpec Market(Side side, decimal qty, InstrumentId? instrument = null) =>
        new(new("leg"), instrument ?? Btc, side, qty, null, "MARKET", new Dictionary<string, string>());

    public static ParentSpec Stop(Side side, decimal qty, decimal trigger) =>
        new(new("leg"), Btc, side, qty, null, "STOP", new Dictionary<string, string> { ["triggerPx"] = trigger.ToString(System.Globalization.CultureInfo.InvariantCulture) });

    public static GroupSpec Group(string id, string type, (string Role, ParentSpec Spec)[] legs, params (string Name, string Value)[] parameters) =>
        new(new(id), type, [.. legs.Select(l => new GroupLeg(l.Role, l.Spec))], parameters.ToDictionary(p => p.Name, p => p.Value));

    public static GroupSpec Oco(string id, ParentSpec a, ParentSpec b) => Group(id, "OCO", [("a", a), ("b", b)]);

    public static GroupSpec Ouo(string id, ParentSpec a, ParentSpec b) => Group(id, "OUO", [("a", a), ("b", b)]);

    public static GroupSpec Bracket(string id, ParentSpec entry, params (string, string)[] parameters) => Group(id, "BRACKET", [("entry", entry)], parameters);

    public static GroupSpec Pairs(string id, ParentSpec lead, ParentSpec hedge, params (string, string)[] parameters) => Group(id, "PAIRS", [("lead", lead), ("hedge", hedge)], parameters);

    public static GroupSpec When(string id, ParentSpec run, ConditionNode condition, params (string, string)[] parameters) => Group(id, "CONDITIONAL", [("run", run)], parameters) with { Condition = condition };

    public static Task<SubmitResult> SubmitAsync(this EngineHost host, GroupSpec spec) => host.Account("A1").SubmitGroupAsync(new SubmitGroup(spec, spec.ClOrdId + "-body", "test"));

    public static async Task AcceptedAsync(this EngineHost host, GroupSpec spec)
    {
        var result = await host.SubmitAsync(spec);
        result.Errors.ShouldBeEmpty();
        result.Denial.ShouldBeNull();
    }

    public static async Task<GroupView> GroupAsync(this EngineHost host, string id, Func<GroupView, bool> reached, int seconds = 20)
    {
        var deadline = DateTime.UtcNow.AddSeconds(seconds);
        while (true)
        {
            var view = (await host.Account("A1").GroupsAsync()).FirstOrDefault(g => g.Group.Spec.ClOrdId.Value == id);
            if (view is not null && reached(view))
            {
                return view;
            }
            if (DateTime.UtcNow > deadline)
            {
                var detail = await host.Account("A1").FindGroupAsync(new(id));
                throw new TimeoutException($"{id}: {view?.Group.OrdStatus} {view?.WhyIdle}\n" + string.Join('\n', detail?.Timeline.Select(l => $"{l.Time:mm:ss.fff} {l.Kind} {l.Text}") ?? []));
            }
            await Task.Delay(30);
        }
    }

    public static Task<GroupView> EndAsync(this EngineHost host, string id, int seconds = 20) => host.GroupAsync(id, g => g.Group.OrdStatus.IsTerminal(), seconds);

    public static async Task<ParentOrder> LegAsync(this EngineHost host, string id) => (await host.Account("A1").ViewAsync()).Parents.Single(p => p.Order.Spec.ClOrdId.Value == id).Order;
}
