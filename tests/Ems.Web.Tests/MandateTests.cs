using System.Net;
using System.Net.Http.Json;
using System.Numerics;
using Ems.Execution.Core.Orders;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Tests;

/// <summary>A TWAP within a mandate that the wallet signed once, on a real node, the wallet closed.</summary>
public sealed class MandateTests
{
    [Fact]
    public async Task The_server_fills_a_TWAP_by_a_signed_mandate_and_the_owner_has_what_it_brought()
    {
        await using var desk = await ChainDesk.StartAsync();
        var mandate = await desk.MandateAsync();
        (mandate.State, mandate.SoldQty, mandate.LeftQty, mandate.Problem).ShouldBe(("Active", 0m, 2m, null));
        var (weth, usdt) = (await desk.HasAsync("WETH"), await desk.HasAsync("USDT"));
        await AcceptedAsync(desk, mandate, "t1", 2m);
        await ChainDesk.UntilAsync(async () => (await desk.FindAsync("t1")).Order.OrdStatus.IsTerminal(), "the end of the TWAP");
        var order = await desk.FindAsync("t1");
        (order.Order.OrdStatus, order.Order.CumQty).ShouldBe((OrdStatus.Filled, 2m));
        order.Children.Count(c => c.OrdStatus == OrdStatus.Filled).ShouldBeGreaterThanOrEqualTo(4);
        order.Fills.ShouldAllBe(f => f.LastQty <= 0.5m && f.Venue == "MANDATE");
        (weth - await desk.HasAsync("WETH")).ShouldBe(2 * BigInteger.Pow(10, 18));
        PoolArithmetic.Tokens(await desk.HasAsync("USDT") - usdt, 6).ShouldBe(order.Fills.Sum(f => f.LastQty * f.LastPx));
        await ChainDesk.UntilAsync(async () => (await desk.DetailAsync(mandate.Hash)).Mandate.State == "Spent", "the mandate to be spent");
        await ChainDesk.UntilAsync(async () => (await BalancesAsync(desk)).All(b => b.Total == 0m), "the ledger to give back what is the owner's");
        (await desk.Owner.GetAsync<List<ExecutorRow>>("/api/executors")).Single().GasSpentToday.ShouldBeGreaterThan(0m);
    }

    [Fact]
    public async Task A_purchase_by_a_mandate_takes_exactly_its_quantity_and_what_a_slice_did_not_need_stays_the_owners()
    {
        await using var desk = await ChainDesk.StartAsync();
        var px = await PxAsync(desk);
        var worst = Math.Floor(px * 1.1m);
        var mandate = await desk.MandateAsync(worstPx: worst, side: "Buy");
        (mandate.Side, mandate.SellSymbol, mandate.TotalQty, mandate.MaxSliceQty, mandate.WorstPx, mandate.OrderQtyMax, mandate.Problem).ShouldBe(("Buy", "USDT", 2m * worst, 0.5m * worst, worst, 2m, null));
        (await BalancesAsync(desk)).Single().ShouldSatisfyAllConditions(b => b.Asset.ShouldBe("USDT"), b => b.Total.ShouldBe(2m * worst));
        var (weth, usdt) = (await desk.HasAsync("WETH"), await desk.HasAsync("USDT"));
        await AcceptedAsync(desk, mandate, "b1", 1.5m);
        await ChainDesk.UntilAsync(async () => (await desk.FindAsync("b1")).Order.OrdStatus.IsTerminal(), "the end of the TWAP");
        var order = await desk.FindAsync("b1");
        (order.Order.OrdStatus, order.Order.CumQty).ShouldBe((OrdStatus.Filled, 1.5m));
        order.Fills.Count.ShouldBeGreaterThanOrEqualTo(3);
        (await desk.HasAsync("WETH") - weth).ShouldBe(15 * BigInteger.Pow(10, 17));
        var spent = PoolArithmetic.Tokens(usdt - await desk.HasAsync("USDT"), 6);
        Math.Round(order.Fills.Sum(f => f.LastQty * f.LastPx), 6).ShouldBe(spent);
        spent.ShouldBeLessThan(1.5m * worst);
        await ChainDesk.UntilAsync(async () => (await desk.DetailAsync(mandate.Hash)).Mandate.SoldQty == spent, "the contract's count of what was really spent");
        (await (await desk.OrderAsync(mandate.Hash, "b2", 1.5m)).ProblemCodeAsync()).ShouldBe("InvalidField");
        (await desk.Owner.Api.PostAsync($"{desk.Mandates}/{mandate.Hash}/stop", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await ChainDesk.UntilAsync(async () => (await BalancesAsync(desk)).All(b => b.Total == 0m), "the ledger to give back what is the owner's");
    }

    [Fact]
    public async Task A_mandate_revoked_in_the_middle_ends_the_order_and_sells_nothing_more()
    {
        await using var desk = await ChainDesk.StartAsync();
        var mandate = await desk.MandateAsync(total: 4m, slice: 0.2m);
        await AcceptedAsync(desk, mandate, "t1", 4m);
        await ChainDesk.UntilAsync(async () => (await desk.FindAsync("t1")).Order.CumQty > 0m, "the first slice");
        var detail = await desk.DetailAsync(mandate.Hash);
        await desk.SendAsync(Address.Parse(detail.Contract), Hex.Decode(detail.RevokeData));
        await ChainDesk.UntilAsync(async () => (await desk.FindAsync("t1")).Order.OrdStatus.IsTerminal(), "the end of the order");
        var order = (await desk.FindAsync("t1")).Order;
        order.OrdStatus.ShouldBe(OrdStatus.Canceled);
        (order.CumQty + order.UnsentQty).ShouldBe(4m);
        var has = await desk.HasAsync("WETH");
        await Task.Delay(1_500);
        (await desk.HasAsync("WETH")).ShouldBe(has);
        (await desk.DetailAsync(mandate.Hash)).Mandate.State.ShouldBe("Revoked");
        (await desk.DetailAsync(mandate.Hash)).Mandate.SoldQty.ShouldBe(order.CumQty);
        await ChainDesk.UntilAsync(async () => (await BalancesAsync(desk)).All(b => b.Total == 0m), "the ledger to give back the rest");
        (await (await desk.OrderAsync(mandate.Hash, "t2", 1m)).ProblemCodeAsync()).ShouldBe("MandateRevoked");
    }

    [Fact]
    public async Task The_server_stops_at_once_when_it_is_told_to()
    {
        await using var desk = await ChainDesk.StartAsync();
        var mandate = await desk.MandateAsync(total: 4m, slice: 0.2m);
        await AcceptedAsync(desk, mandate, "t1", 4m);
        await ChainDesk.UntilAsync(async () => (await desk.FindAsync("t1")).Order.CumQty > 0m, "the first slice");
        (await desk.Owner.Api.PostAsync($"{desk.Mandates}/{mandate.Hash}/stop", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await desk.DetailAsync(mandate.Hash)).Mandate.State.ShouldBe("Stopped");
        await ChainDesk.UntilAsync(async () => (await desk.FindAsync("t1")).Order.OrdStatus.IsTerminal(), "the end of the order");
        var cum = (await desk.FindAsync("t1")).Order.CumQty;
        cum.ShouldBeLessThan(4m);
        await Task.Delay(1_500);
        (await desk.FindAsync("t1")).Order.CumQty.ShouldBe(cum);
    }

    [Fact]
    public async Task Floor_gas_budget_and_expiry_each_hold_the_order_with_their_code()
    {
        await using var desk = await ChainDesk.StartAsync(("Chain:Executor:BalanceFloor", "1000"));
        var low = await desk.MandateAsync();
        (low.Problem, low.ProblemText!.Contains("balanceFloor=1000", StringComparison.Ordinal)).ShouldBe(("EXECUTOR_BELOW_FLOOR", true));
        await AcceptedAsync(desk, low, "floor", 1m);
        await RejectedAsync(desk, "floor", "balanceFloor=1000");
        (await desk.Owner.Api.PostAsync($"{desk.Mandates}/{low.Hash}/stop", null)).StatusCode.ShouldBe(HttpStatusCode.OK);

        await using (var frugal = await ChainDesk.StartAsync(("Chain:Executor:GasBudgetPerDay", "0.0000000001")))
        {
            var dear = await frugal.MandateAsync();
            dear.Problem.ShouldBe("EXECUTOR_GAS_BUDGET");
            var weth = await frugal.HasAsync("WETH");
            await AcceptedAsync(frugal, dear, "gas", 1m);
            await RejectedAsync(frugal, "gas", "gasBudgetPerDay=0.0000000001");
            (await frugal.HasAsync("WETH")).ShouldBe(weth);
        }

        var brief = await desk.MandateAsync(life: TimeSpan.FromSeconds(3));
        await ChainDesk.UntilAsync(async () => (await desk.DetailAsync(brief.Hash)).Mandate.State == "Expired", "the mandate to expire");
        (await (await desk.OrderAsync(brief.Hash, "late", 1m)).ProblemCodeAsync()).ShouldBe("MandateExpired");
        desk.Chain.State.Contracts.Mandates.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_price_worse_than_the_mandates_is_not_sold_at_and_an_empty_wallet_is_named()
    {
        await using var desk = await ChainDesk.StartAsync();
        var dear = await desk.MandateAsync(worstPx: 1_000_000m);
        await AcceptedAsync(desk, dear, "dear", 1m);
        await Task.Delay(2_000);
        var order = await desk.FindAsync("dear");
        (order.Order.CumQty, order.Order.OrdStatus.IsTerminal()).ShouldBe((0m, false));
        var poor = await desk.MandateAsync(total: 500m, slice: 100m, interval: 2);
        poor.Problem.ShouldBe("MANDATE_OWNER_FUNDS");
        await AcceptedAsync(desk, poor, "poor", 100m);
        await RejectedAsync(desk, "poor", "MANDATE_OWNER_FUNDS");
    }

    [Fact]
    public async Task What_was_not_signed_by_the_owner_or_is_outside_its_rules_is_refused_and_changes_nothing()
    {
        await using var desk = await ChainDesk.StartAsync();
        var draft = new MandateDraft { Owner = desk.Wallet.Address.ToString(), Instrument = "ETH-USDT", Side = "Sell", TotalQty = 2m, MaxSliceQty = 1m, MinIntervalSeconds = 5, WorstPx = 2_000m,
            Expiry = TimeProvider.System.GetUtcNow().AddHours(1).ToString("O") };
        foreach (var (wrong, field) in new[]
        {
            (draft with { Owner = "0x12" }, "owner"), (draft with { Instrument = "SOL-USDT" }, "instrument"), (draft with { Side = "Both" }, "side"), (draft with { TotalQty = 0m }, "totalQty"),
            (draft with { MaxSliceQty = 3m }, "maxSliceQty"), (draft with { MinIntervalSeconds = 0 }, "minIntervalSeconds"), (draft with { WorstPx = null }, "worstPx"), (draft with { Expiry = "2020-01-01T00:00:00Z" }, "expiry"),
        })
        {
            var answer = await desk.Owner.Api.PostAsJsonAsync(desk.Mandates + "/prepare", wrong, Json.Options);
            answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, field);
            (await answer.Content.ReadFromJsonAsync<Refusal>(Json.Options))!.Errors.Select(e => e.Field).ShouldBe([field]);
        }
        var prepared = await desk.PrepareAsync(draft);
        await RefusedAsync(await desk.HandInAsync(prepared, new PrivateKeySigner([.. Enumerable.Repeat((byte)5, 32)])), "signature");
        await RefusedAsync(await desk.HandInAsync(prepared, desk.Wallet, t => t with { SellTotal = t.SellTotal + "0" }), "signature");
        await RefusedAsync(await desk.HandInAsync(prepared, desk.Wallet, t => t with { ChainId = 1 }), "terms.chainId");
        await RefusedAsync(await desk.HandInAsync(prepared, desk.Wallet, t => t with { Routers = [desk.Wallet.Address.ToString()] }), "terms.routers");
        await RefusedAsync(await desk.HandInAsync(prepared, desk.Wallet, t => t with { Executor = desk.Wallet.Address.ToString() }), "terms.executor");
        await RefusedAsync(await desk.HandInAsync(prepared, desk.Wallet, t => t with { MinPrice = "0" }), "terms.minPrice");
        await RefusedAsync(await desk.HandInAsync(prepared, desk.Wallet, t => t with { Nonce = "-1" }), "terms");
        var stranger = await Person.RegisterAsync(desk, "stranger@example.com");
        (await stranger.Api.PostAsJsonAsync(desk.Mandates, new SignedMandateRequest { Terms = prepared.Terms }, Json.Options)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await desk.Owner.GetAsync<List<MandateRow>>(desk.Mandates)).ShouldBeEmpty();
        (await BalancesAsync(desk)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rotated_key_serves_its_mandates_and_new_ones_name_the_next()
    {
        await using var desk = await ChainDesk.StartAsync();
        var first = await desk.MandateAsync(total: 1m, slice: 0.5m);
        (await desk.Owner.Api.PostAsync("/api/executors/rotate", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var second = await desk.MandateAsync(total: 1m, slice: 0.5m);
        second.Executor.ShouldNotBe(first.Executor);
        await desk.OrderAsync(first.Hash, "t1", 0.5m);
        // The allowance is the second's now: exactly its total, which also covers the first one's slice.
        await ChainDesk.UntilAsync(async () => (await desk.FindAsync("t1")).Order.OrdStatus == OrdStatus.Filled, "the first mandate's slice");
        var audit = await desk.Owner.Api.GetStringAsync("/api/executors/audit");
        audit.ShouldContain("retired");
        var keys = await desk.Owner.GetAsync<List<ExecutorRow>>("/api/executors");
        (keys.Count, keys[0].RetiredAt, keys[1].RetiredAt is not null).ShouldBe((2, null, true));
    }

    [Fact]
    public async Task With_pools_beside_the_books_a_ticket_still_has_its_preview_and_a_finished_order_its_replay()
    {
        await using var desk = await ChainDesk.StartAsync();
        var order = new NewOrderRequest { ClOrdId = "m1", Instrument = "ETH-USDT", Side = "Buy", OrderQty = 5m, Strategy = "MARKET" };
        var preview = await desk.Owner.Api.PostAsJsonAsync($"/api/accounts/{desk.Account}/orders/preview/cost", order, Json.Options);
        preview.StatusCode.ShouldBe(HttpStatusCode.OK, await preview.Content.ReadAsStringAsync());
        (await desk.Owner.Api.PostAsJsonAsync($"/api/accounts/{desk.Account}/orders", order, Json.Options)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await ChainDesk.UntilAsync(async () => (await desk.FindAsync("m1")).Order.OrdStatus.IsTerminal(), "the end of the order");
        (await desk.Owner.Api.GetAsync($"/api/accounts/{desk.Account}/orders/m1/replay")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await desk.Owner.Api.PostAsJsonAsync($"/api/accounts/{desk.Account}/orders", order with { ClOrdId = "m2", Venues = ["UNISWAP-V3"] }, Json.Options);
        await ChainDesk.UntilAsync(async () => (await desk.FindAsync("m2")).Order.OrdStatus.IsTerminal(), "the end of the order at the pool");
        (await desk.FindAsync("m2")).Order.OrdStatus.ShouldBe(OrdStatus.Filled);
        (await (await desk.Owner.Api.GetAsync($"/api/accounts/{desk.Account}/orders/m2/replay")).ProblemCodeAsync()).ShouldBe("OrderNotReplayable");
    }

    private static async Task<decimal> PxAsync(ChainDesk desk) =>
        (await desk.Owner.GetAsync<ChainStatus>("/api/chain")).Pools.First(p => p is { Kind: "Concentrated", Base: "WETH", Quote: "USDT" }).Px!.Value;

    private static async Task<IReadOnlyList<BalanceRow>> BalancesAsync(ChainDesk desk) =>
        [.. (await desk.Owner.GetAsync<List<BalanceRow>>($"/api/accounts/{desk.Account}/balances")).Where(b => b.Venue == "MANDATE")];

    private static async Task AcceptedAsync(ChainDesk desk, MandateRow mandate, string id, decimal qty)
    {
        var answer = await desk.OrderAsync(mandate.Hash, id, qty);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
    }

    private static async Task RejectedAsync(ChainDesk desk, string id, string text)
    {
        await ChainDesk.UntilAsync(async () => (await desk.FindAsync(id)).Children.Any(c => c.OrdStatus == OrdStatus.Rejected), "a refusal of " + id);
        var order = await desk.FindAsync(id);
        order.Order.CumQty.ShouldBe(0m);
        order.Timeline.ShouldContain(l => l.Text.Contains(text, StringComparison.Ordinal), string.Join(" | ", order.Timeline.Select(l => l.Text)));
    }

    private static async Task RefusedAsync(HttpResponseMessage answer, string field)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, field);
        (await answer.Content.ReadFromJsonAsync<Refusal>(Json.Options))!.Errors.ShouldHaveSingleItem().Field.ShouldBe(field);
    }
}
