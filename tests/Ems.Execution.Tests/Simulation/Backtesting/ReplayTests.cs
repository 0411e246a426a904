using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Backtesting;

namespace Ems.Execution.Tests.Simulation.Backtesting;

public sealed class ReplayTests
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(6);
    private static readonly MarketWindow Window = WalkingWindow.Of(Length);

    private static readonly (string Id, string Strategy, decimal? Limit, (string, string)[] Parameters)[] Tickets =
    [
        ("market", "MARKET", null, []), ("limit", "LIMIT", 60_050m, []),
        ("twap", "TWAP", null, [("durationSeconds", "120"), ("slices", "8"), ("endAction", "FINISH_AGGRESSIVE")]),
        ("mixed", "TWAP", null, [("durationSeconds", "120"), ("slices", "6"), ("style", "MIXED"), ("endAction", "FINISH_AGGRESSIVE")]),
        ("vwap", "VWAP", null, [("durationSeconds", "120"), ("slices", "8"), ("endAction", "FINISH_AGGRESSIVE")]),
        ("is", "IS", null, [("durationSeconds", "120"), ("slices", "8")]), ("pov", "POV", null, [("rate", "0.3"), ("intervalSeconds", "5")]),
        ("iceberg", "ICEBERG", null, [("preference", "CHASE_TAKER"), ("displayPct", "0.3")]), ("peg", "PEG", 60_100m, [("reference", "OPPOSITE")]),
        ("sniper", "SNIPER", 60_300m, [("minQty", "0.01")]), ("sweep", "SWEEP", 60_200m, []), ("trailing", "TRAILING_STOP", null, [("offset", "2"), ("offsetType", "PRICE")]),
    ];

    [Fact]
    public void The_same_input_replays_bit_for_bit_the_same()
    {
        var orders = Orders();
        var (first, second) = (Replayer.Run(WalkingWindow.Input(Length, orders), Window), Replayer.Run(WalkingWindow.Input(Length, orders), WalkingWindow.Of(Length)));
        second.Digest.ShouldBe(first.Digest);
        second.Decisions.ShouldBe(first.Decisions);
        second.Parents.SelectMany(p => p.Fills).ShouldBe(first.Parents.SelectMany(p => p.Fills));
        first.Parents.SelectMany(p => p.Fills).Count().ShouldBeGreaterThan(50);
    }

    [Fact]
    public void Another_seed_of_an_order_or_of_the_venues_is_another_digest()
    {
        var order = Order("twap", "TWAP", null, ("durationSeconds", "60"), ("slices", "6"));
        var input = WalkingWindow.Input(Length, order);
        var digest = Replayer.Run(input, Window).Digest;
        Replayer.Run(WalkingWindow.Input(Length, order with { Seed = 8 }), Window).Digest.ShouldNotBe(digest);
        Replayer.Run(input with { Seed = 12 }, Window).Digest.ShouldNotBe(digest);
        Replayer.Run(input, WalkingWindow.Of(Length, seed: 4)).Digest.ShouldNotBe(digest);
    }

    [Fact]
    public void What_comes_after_the_end_of_the_orders_changes_nothing()
    {
        var input = WalkingWindow.Input(Length, Order("twap", "TWAP", null, ("durationSeconds", "60"), ("slices", "6"), ("endAction", "FINISH_AGGRESSIVE")));
        var whole = Replayer.Run(input, Window);
        whole.Parents[0].Order!.OrdStatus.ShouldBe(OrdStatus.Filled);
        Replayer.Run(input, WalkingWindow.Of(TimeSpan.FromSeconds(100))).Digest.ShouldBe(whole.Digest);
    }

    [Fact]
    public void A_market_order_pays_the_books_of_one_latency_later_and_the_fee()
    {
        var result = Replayer.Run(WalkingWindow.Input(Length, Order("m", "MARKET", null)), Window).Parents[0];
        result.Order!.OrdStatus.ShouldBe(OrdStatus.Filled);
        result.Fills.Sum(f => f.Qty).ShouldBe(0.5m);
        result.Fills.ShouldAllBe(f => f.Liquidity == LastLiquidityInd.Removed && f.Time > f.SentAt);
        result.Fills.Where(f => f.Venue.Value == "NEAR").ShouldAllBe(f => f.Commission == f.Px * f.Qty * 0.0005m);
        result.Order.Commission.ShouldBe(result.Fills.Sum(f => f.Commission));
        result.Fills.Average(f => f.Px).ShouldBe(result.Order.ArrivalPx!.Value, 20m);
    }

    [Fact]
    public void A_resting_order_waits_for_its_queue_and_is_filled_as_maker()
    {
        var order = new ReplayOrder(new(new("r"), WalkingWindow.Btc, Side.Buy, 0.05m, 59_995m, "LIMIT", new Dictionary<string, string>(), PostOnly: true), 7, WalkingWindow.T0.AddSeconds(30));
        var result = Replayer.Run(WalkingWindow.Input(Length, order), WalkingWindow.Of(Length, drift: -0.05)).Parents[0];
        result.Order!.OrdStatus.ShouldBe(OrdStatus.Filled);
        result.Fills.ShouldAllBe(f => f.Liquidity == LastLiquidityInd.Added && f.Px <= 59_995m);
    }

    [Fact]
    public void Quantities_add_up_for_every_algo_and_nothing_is_over_filled()
    {
        foreach (var p in Replayer.Run(WalkingWindow.Input(Length, Orders()), Window).Parents)
        {
            var order = p.Order.ShouldNotBeNull(p.Input.Spec.ClOrdId.Value);
            (order.CumQty + order.WorkingQty + order.UnknownQty + order.UnsentQty).ShouldBe(order.Spec.OrderQty);
            order.CumQty.ShouldBe(p.Fills.Sum(f => f.Qty));
            order.CumQty.ShouldBe(p.Children.Sum(c => c.CumQty));
            order.CumQty.ShouldBeLessThanOrEqualTo(order.Spec.OrderQty);
            p.Timeline.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void A_ticket_outside_its_rules_is_refused_as_the_engine_refuses_it()
    {
        var result = Replayer.Run(WalkingWindow.Input(Length, Order("bad", "TWAP", null, ("durationSeconds", "-1"), ("nonsense", "1"))), Window).Parents[0];
        result.Order.ShouldBeNull();
        result.Errors.Select(e => e.Field).ShouldBe(["parameters.nonsense", "parameters.durationSeconds"]);
    }

    [Fact]
    public void Money_that_is_not_there_is_denied_by_risk()
    {
        var input = WalkingWindow.Input(Length, Order("m", "MARKET", null)) with { Balances = [new(new("NEAR"), new("USDT"), 100m)] };
        var order = Replayer.Run(input, Window).Parents[0].Order!;
        (order.OrdStatus, order.EndCode).ShouldBe((OrdStatus.Rejected, "InsufficientBalance"));
    }

    private static ReplayOrder[] Orders() =>
        [.. Tickets.Select((t, i) => Order(t.Id, t.Strategy, t.Limit, t.Parameters) with { SubmitAt = WalkingWindow.T0.AddSeconds(30 + i), Seed = (ulong)i })];

    private static ReplayOrder Order(string id, string strategy, decimal? limit, params (string Name, string Value)[] parameters) =>
        new(new(new(id), WalkingWindow.Btc, Side.Buy, 0.5m, limit, strategy, parameters.ToDictionary(p => p.Name, p => p.Value)), 7, WalkingWindow.T0.AddSeconds(30));
}
