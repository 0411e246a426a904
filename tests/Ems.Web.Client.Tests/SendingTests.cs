using System.Text.Json;
using Bunit;
using Ems.Execution.Core.Orders;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Features.Trade;
using Ems.Web.Client.Services;
using Ems.Web.Client.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Web.Client.Tests;

public sealed class SendingTests : PageTest
{
    [Fact]
    public async Task After_a_lost_answer_the_next_press_sends_the_same_order_again()
    {
        var ticket = await LiveTicketAsync();
        Server.LosesAnswers = true;
        await PressAsync(ticket);
        ticket.Find(By(TestIds.TicketError)).TextContent.ShouldContain("sent again safely");
        Server.LosesAnswers = false;
        await PressAsync(ticket);
        Sent().Count.ShouldBe(2);
        Sent()[1].ShouldBe(Sent()[0]);
        ticket.FindAll(By(TestIds.TicketError)).ShouldBeEmpty();
    }

    [Fact]
    public async Task After_an_answer_the_next_press_is_another_order()
    {
        var ticket = await LiveTicketAsync();
        await PressAsync(ticket);
        Server.Refuse = new Refusal("TradingHalted", "The kill switch is on.", []);
        await PressAsync(ticket);
        Server.Refuse = null;
        await PressAsync(ticket);
        Sent().Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task An_edit_after_a_lost_answer_makes_another_order()
    {
        var ticket = await LiveTicketAsync();
        Server.LosesAnswers = true;
        await PressAsync(ticket);
        Server.LosesAnswers = false;
        ticket.Find(By(TestIds.TicketQty)).Input("2");
        await PressAsync(ticket);
        Sent().Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_refusal_is_shown_with_its_code_and_at_its_fields()
    {
        var ticket = await LiveTicketAsync();
        Server.Refuse = new Refusal("InvalidOrder", "Two fields are outside their rules.",
            [new("orderQty", "max", "1", "Quantity must be at most 0.5."), new("parameters.durationSeconds", "min", "1", "Duration must be at least 10.")]);
        await PressAsync(ticket);
        ticket.Find(By(TestIds.TicketRefusal)).TextContent.ShouldContain("InvalidOrder");
        ticket.FindAll("label.bad").Select(l => l.QuerySelector("[role=alert]")!.TextContent).ShouldBe(["Quantity must be at most 0.5.", "Duration must be at least 10."]);
        ticket.Find(By(TestIds.TicketQty)).Input("0.4");
        ticket.FindAll(By(TestIds.TicketRefusal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_limit_typed_for_one_market_never_reaches_another()
    {
        var ticket = await LiveTicketAsync();
        ticket.Find(By(TestIds.TicketLimit)).Input("93000");
        await ticket.InvokeAsync(() => Services.GetRequiredService<Session>().Select("ETH-USDT"));
        ticket.Find(By(TestIds.TicketLimit)).GetAttribute("value").ShouldBeNullOrEmpty();
        ticket.Find(By(TestIds.TicketQty)).GetAttribute("value").ShouldBeNullOrEmpty();
        ticket.Find(By(TestIds.TicketSubmit)).HasAttribute("disabled").ShouldBeTrue();
    }

    [Fact]
    public async Task A_viewer_may_only_look()
    {
        Server.Viewer = true;
        var ticket = await LiveTicketAsync();
        ticket.Find(By(TestIds.TicketSubmit)).HasAttribute("disabled").ShouldBeTrue();
        await ticket.InvokeAsync(ticket.Instance.OnSubmitKey);
        Sent().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_keyboard_sends_what_the_button_sends()
    {
        var ticket = await LiveTicketAsync();
        await ticket.InvokeAsync(ticket.Instance.OnSubmitKey);
        Sent().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Another_account_empties_the_blotter_even_while_disconnected()
    {
        await SignInAsync();
        var connection = Services.GetRequiredService<TradingConnection>();
        await connection.WatchAccount("A1");
        Store.Load(Snapshot(0, Order("a")) with { KillLevel = "Pause" });
        var blotter = Render<Blotter>();
        await blotter.InvokeAsync(() => connection.WatchAccount("A2"));
        blotter.FindAll(By(TestIds.OrderRow)).ShouldBeEmpty();
        Store.IsLoaded.ShouldBeFalse();
        Store.KillLevel.ShouldBe("None");
    }

    private async Task<IRenderedComponent<Ticket>> LiveTicketAsync()
    {
        await SignInAsync();
        await Services.GetRequiredService<TradingConnection>().Set(Link.Live);
        var ticket = Render<Ticket>();
        ticket.Find(By(TestIds.TicketQty)).Input("1");
        return ticket;
    }

    private static Task PressAsync(IRenderedComponent<Ticket> ticket) => ticket.Find("form").SubmitAsync();

    private List<string> Sent() => Server.Requests.ToArray().Where(r => r.Path == "api/accounts/A1/orders")
        .Select(r => JsonDocument.Parse(r.Body).RootElement.GetProperty("clOrdId").GetString()!).ToList();

    private static string By(string id) => $"[data-testid={id}]";
}
