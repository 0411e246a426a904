using System.Text.Json;
using System.Text.Json.Nodes;
using Bunit;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Features.Groups;
using Ems.Web.Client.Features.Trade;
using Ems.Web.Client.Services;
using Ems.Web.Client.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Web.Client.Tests;

public sealed class GroupTests : PageTest
{
    [Fact]
    public async Task The_group_ticket_has_a_field_for_every_leg_and_parameter_of_every_type()
    {
        await SignInAsync();
        var ticket = Render<GroupTicket>();
        foreach (var type in GroupCatalog.All.Select(g => g.Descriptor))
        {
            ticket.Find(By(TestIds.GroupType)).Change(type.Name);
            foreach (var leg in type.Legs.Where(l => l.Required))
            {
                ticket.FindAll(By(TestIds.Leg(leg.Name))).Count.ShouldBe(1, $"{type.Name}.{leg.Name}");
            }
            foreach (var p in type.Parameters)
            {
                ticket.FindAll(By(TestIds.Param(p.Name))).ShouldNotBeEmpty($"{type.Name}.{p.Name}");
            }
            ticket.FindAll(By(TestIds.Condition)).Count.ShouldBe(type.NeedsCondition ? 1 : 0);
        }
    }

    [Fact]
    public async Task A_bracket_is_sent_as_it_was_typed()
    {
        await SignInAsync();
        await Services.GetRequiredService<TradingConnection>().Set(Link.Live);
        var ticket = Render<GroupTicket>();
        ticket.Find($"{By(TestIds.Leg("entry"))} {By(TestIds.LegQty)}").Input("0.5");
        ticket.Find($"{By(TestIds.Leg("entry"))} {By(TestIds.LegLimit)}").Input("60000");
        ticket.Find(By(TestIds.Param("takeProfitPx"))).Input("65000");
        await ticket.Find("form").SubmitAsync();
        var body = Sent("api/accounts/A1/groups");
        body["type"]!.GetValue<string>().ShouldBe("BRACKET");
        body["parameters"]!.ToJsonString().ShouldBe("""{"takeProfitPx":"65000"}""");
        var entry = body["legs"]![0]!;
        entry["role"]!.GetValue<string>().ShouldBe("entry");
        entry["order"]!["limitPx"]!.GetValue<string>().ShouldBe("60000");
        entry["order"]!["clOrdId"].ShouldBeNull();
    }

    [Fact]
    public async Task A_condition_grows_into_a_tree_and_keeps_what_was_typed()
    {
        await SignInAsync();
        await Services.GetRequiredService<TradingConnection>().Set(Link.Live);
        var ticket = Render<GroupTicket>();
        ticket.Find(By(TestIds.GroupType)).Change("CONDITIONAL");
        ticket.Find(By(TestIds.NodeValue)).Input("70000");
        ticket.Find(By(TestIds.NodeOp)).Change("AND");
        ticket.FindAll(By(TestIds.ConditionNode)).Count.ShouldBe(3);
        ticket.FindAll(By(TestIds.NodeOp))[2].Change("MARGIN");
        ticket.FindAll(By(TestIds.NodeValue))[1].Input("0.2");
        ticket.Find(By(TestIds.NodeAdd)).Click();
        ticket.FindAll(By(TestIds.ConditionNode)).Count.ShouldBe(4);
        ticket.FindAll(By(TestIds.NodeOp))[3].Change("NOT");
        ticket.Find(By(TestIds.LegQty)).Input("1");
        await ticket.Find("form").SubmitAsync();
        var condition = Sent("api/accounts/A1/groups")["condition"]!;
        condition["op"]!.GetValue<string>().ShouldBe("AND");
        condition["of"]!.AsArray().Select(n => n!["op"]!.GetValue<string>()).ShouldBe(["PRICE", "MARGIN", "NOT"]);
        condition["of"]![0]!["value"]!.GetValue<string>().ShouldBe("70000");
        condition["of"]![1]!["subject"]!.GetValue<string>().ShouldBe("USDT");
        condition["of"]![2]!["of"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public void An_error_of_a_node_and_of_a_leg_is_shown_where_it_belongs()
    {
        var node = new NodeModel();
        node.Become("AND", "BTC-USDT");
        var fields = Render<ConditionFields>(p => p.Add(x => x.Node, node).Add(x => x.Errors, [new FieldError("condition.of[1].value", "number", "x", "not a number")]));
        var nodes = fields.FindAll(By(TestIds.ConditionNode));
        nodes[2].QuerySelector("[role=alert]")!.TextContent.ShouldBe("not a number");
        nodes[1].QuerySelector("[role=alert]").ShouldBeNull();
        var leg = Render<LegFields>(p => p.Add(x => x.Leg, new LegModel(new("b", "Second", ""), "BTC-USDT", "LIMIT")).Add(x => x.At, 1)
            .Add(x => x.Errors, [new FieldError("legs[1]", "same_order", "LIMIT", "the same"), new FieldError("legs[1].limitPx", "tick", "1", "off the tick")]));
        leg.FindAll("[role=alert]").Select(e => e.TextContent).ShouldBe(["off the tick", "the same"]);
    }

    [Fact]
    public async Task The_second_of_two_that_share_a_quantity_takes_it_from_the_first()
    {
        await SignInAsync();
        var model = new GroupModel("BTC-USDT");
        model.Become("OUO", "BTC-USDT");
        model.Legs[0].Ticket.Qty = "2";
        var algos = Services.GetRequiredService<Session>().Algos;
        model.Request("g", algos).Legs[1].Order!.OrderQty!.Value.Text.ShouldBe("2");
        model.Become("PAIRS", "BTC-USDT");
        model.Legs[0].Ticket.Qty = "2";
        model.Request("g", algos).Legs[1].Order!.OrderQty.ShouldBeNull();
    }

    [Fact]
    public async Task The_blotter_shows_groups_with_their_legs_and_the_condition_as_it_stands()
    {
        await SignInAsync();
        Store.Load(Snapshot(0, Order("g-a", 4m) with { Group = "g", Role = "a" }) with { Groups = [Row()] });
        var blotter = Render<Blotter>();
        blotter.Find(By(TestIds.TabGroups)).TextContent.ShouldContain("1");
        blotter.Find(By(TestIds.TabGroups)).Click();
        blotter.Find(By(TestIds.GroupRow)).TextContent.ShouldContain("a 4/10");
        blotter.Find(By(TestIds.WhyIdle)).TextContent.ShouldContain("works");
        blotter.Find(By(TestIds.Expand)).Click();
        blotter.Find($"{By(TestIds.GroupLegs)} [data-role=b]").TextContent.ShouldContain("may come");
        blotter.FindAll($"{By(TestIds.Truth)} li").Select(l => l.ClassName).ShouldBe(["yes", "no", "unknown"]);
        await blotter.Find(By(TestIds.Cancel)).ClickAsync(new());
        Server.Requests.Select(r => r.Path).ShouldContain("api/accounts/A1/groups/g/cancel");
        Store.Apply(Batch(1, []) with { Groups = [Row() with { Residual = 0.5m }] }).ShouldBeTrue();
        blotter.WaitForAssertion(() => blotter.Find(By(TestIds.GroupRow)).TextContent.ShouldContain("0.5"));
    }

    [Fact]
    public async Task The_page_of_a_leg_links_to_its_siblings()
    {
        await SignInAsync();
        Store.Load(Snapshot(0, Order("g-a") with { Group = "g" }, Order("g-b") with { Group = "g" }) with { Groups = [Row() with { Legs = [Leg("a", "g-a"), Leg("b", "g-b")] }] });
        var panel = Render<GroupPanel>(p => p.Add(x => x.Account, "A1").Add(x => x.Id, "g").Add(x => x.Leg, "g-a"));
        panel.FindAll("a").Select(a => a.GetAttribute("href")).ShouldBe(["/orders/A1/g-b"]);
        panel.Find(".here").TextContent.ShouldContain("a");
    }

    [Fact]
    public async Task One_tab_away_the_ticket_becomes_a_group_ticket()
    {
        await SignInAsync();
        var entry = Render<OrderEntry>();
        entry.FindAll(By(TestIds.Ticket)).Count.ShouldBe(1);
        entry.Find(By(TestIds.ModeGroup)).Click();
        entry.FindAll(By(TestIds.Ticket)).ShouldBeEmpty();
        await entry.InvokeAsync(() => entry.Instance.SetLimit(93_000m));
        entry.Find(By(TestIds.LegLimit)).GetAttribute("value").ShouldBe("93000");
    }

    private JsonNode Sent(string path) => JsonNode.Parse(Server.Requests.Last(r => r.Path == path && r.Method == HttpMethod.Post).Body)!;

    private static GroupLegRow Leg(string role, string? id) => new(role, id, "BTC-USDT", Side.Sell, "LIMIT", 10m, 61_000m);

    private static GroupRow Row() => new("g", "OCO", OrdStatus.New, "Working", "Both orders works.", null, DateTimeOffset.UtcNow, null, null, null, 0m,
        [Leg("a", "g-a"), Leg("b", null)], new Dictionary<string, string>(),
        [new("0", "OR", "OR", true, null), new("0.0", "PRICE", "Price BTC-USDT ≥ 1", false, "0.5"), new("0.1", "VOLUME", "Volume BTC-USDT ≥ 1", null, null)], [new("BTC", 10m)], null);

    private static string By(string id) => $"[data-testid={id}]";
}
