using Bunit;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Features.Trade;
using Ems.Web.Client.Shared;

namespace Ems.Web.Client.Tests;

public sealed class TicketTests : PageTest
{
    [Fact]
    public async Task The_ticket_has_a_field_for_every_parameter_of_every_descriptor()
    {
        await SignInAsync();
        var ticket = Render<Ticket>();
        foreach (var algo in AlgoCatalog.All.Select(a => a.Descriptor))
        {
            ticket.Find(By(TestIds.TicketAlgo)).Change(algo.Name);
            foreach (var p in algo.Parameters)
            {
                ticket.FindAll(By(TestIds.Param(p.Name))).Count.ShouldBe(1, $"{algo.Name}.{p.Name}");
            }
        }
    }

    [Fact]
    public async Task The_preview_shows_what_a_rule_will_change_and_why()
    {
        await SignInAsync();
        var ticket = Render<Ticket>();
        ticket.Find(By(TestIds.TicketQty)).Input("1");
        ticket.WaitForAssertion(() => ticket.Find(By(TestIds.TicketPreview)).TextContent.ShouldContain("4 are not"), TimeSpan.FromSeconds(5));
        Server.Requests.ShouldContain(r => r.Path.EndsWith("preview") && r.Body.Contains("\"orderQty\":\"1\""));
    }

    [Fact]
    public async Task Without_a_live_connection_nothing_can_be_sent()
    {
        await SignInAsync();
        var ticket = Render<Ticket>();
        ticket.Find(By(TestIds.TicketQty)).Input("1");
        ticket.Find(By(TestIds.TicketSubmit)).HasAttribute("disabled").ShouldBeTrue();
        ticket.Find(By(TestIds.TicketSubmit)).TextContent.ShouldContain("Disconnected");
    }

    [Fact]
    public async Task A_click_in_the_ladder_fills_the_limit()
    {
        await SignInAsync();
        var ticket = Render<Ticket>();
        await ticket.InvokeAsync(() => ticket.Instance.SetLimit(93_377.5m));
        ticket.Find(By(TestIds.TicketLimit)).GetAttribute("value").ShouldBe("93377.5");
    }

    [Fact]
    public void What_was_typed_is_sent_as_typed_and_defaults_are_not_sent()
    {
        var algo = AlgoCatalog.Find("TWAP")!.Descriptor;
        var model = new TicketModel { Qty = "1,000.50", Strategy = "TWAP" };
        model.Set(algo.Find("durationSeconds")!, "60");
        model.Set(algo.Find("aggression")!, algo.Find("aggression")!.Default);
        var request = model.Request("id", "BTC-USDT", algo);
        request.OrderQty!.Value.Text.ShouldBe("1000.50");
        request.Parameters.ShouldBe(new Dictionary<string, string> { ["durationSeconds"] = "60" });
        model.Qty = "NaN";
        model.Request("id", "BTC-USDT", algo).OrderQty!.Value.Text.ShouldBe("NaN");
        model.QtyIsCash = true;
        model.Request("id", "BTC-USDT", algo).OrderQty.ShouldBeNull();
    }

    [Fact]
    public void A_field_outside_its_rule_says_so_at_the_field()
    {
        var spec = AlgoCatalog.Find("TWAP")!.Descriptor.Find("durationSeconds")!;
        var field = Render<ParamField>(p => p.Add(x => x.Spec, spec).Add(x => x.Value, "1").Add(x => x.Error, new FieldError("parameters.durationSeconds", "min", "1", "Duration must be at least 10.")));
        field.Find("[role=alert]").TextContent.ShouldContain("at least 10");
        field.Find("label").ClassList.ShouldContain("bad");
    }

    private static string By(string id) => $"[data-testid={id}]";
}
