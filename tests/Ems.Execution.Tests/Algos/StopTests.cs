using CsCheck;
using Ems.Execution.Core.Algos.Stops;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

public sealed class StopTests
{
    private static readonly DateTimeOffset Move = T0.AddSeconds(5);

    private static AlgoLoop Run(ParentSpec spec, decimal after) =>
        new AlgoLoop { Spec = spec, Market = t => Book(t < Move ? 100m : after), Limit = TimeSpan.FromSeconds(60) }.Run();

    [Theory]
    [InlineData("STOP", Side.Buy, 110, 109.9, false)]
    [InlineData("STOP", Side.Buy, 110, 110, true)]
    [InlineData("STOP", Side.Sell, 90, 90.1, false)]
    [InlineData("STOP", Side.Sell, 90, 90, true)]
    [InlineData("MIT", Side.Buy, 90, 90.1, false)]
    [InlineData("MIT", Side.Buy, 90, 90, true)]
    [InlineData("MIT", Side.Sell, 110, 109.9, false)]
    [InlineData("MIT", Side.Sell, 110, 110, true)]
    public void It_triggers_exactly_at_its_price_and_on_its_side(string strategy, Side side, double trigger, double after, bool triggers)
    {
        var loop = Run(Ticket(strategy, 1m, side, ("triggerPx", $"{trigger}")), (decimal)after);
        loop.Children.Count.ShouldBe(triggers ? 1 : 0);
        if (triggers)
        {
            loop.Children[0].CreatedAt.ShouldBeInRange(Move, Move.AddMilliseconds(100));
            loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
        }
    }

    [Fact]
    public void A_print_between_two_looks_triggers_although_the_price_is_back()
    {
        // One look sees a low of 89 while the last print is 100 again.
        var loop = new AlgoLoop { Spec = Ticket("STOP", 1m, Side.Sell, ("triggerPx", "90")), Market = t => t >= Move ? Book(100m, 101m, 89m) : Book(100m) }.Run();
        loop.Children.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("MARK")]
    [InlineData("MID")]
    [InlineData("BID_ASK")]
    public void Other_triggers_do_not_look_at_prints(string by)
    {
        var loop = new AlgoLoop { Spec = Ticket("STOP", 1m, Side.Sell, ("triggerPx", "90"), ("triggerBy", by)), Market = _ => Book(100m, 101m, 80m), Limit = TimeSpan.FromSeconds(5) }.Run();
        loop.Children.ShouldBeEmpty();
    }

    [Fact]
    public void By_bid_ask_a_sell_looks_at_the_bid()
    {
        // Mid 90.5 with a half spread of 1: the bid is 89.5.
        var loop = new AlgoLoop { Spec = Ticket("STOP", 1m, Side.Sell, ("triggerPx", "90"), ("triggerBy", "BID_ASK")), Market = t => t < Move ? Book(100m) : Book(90.5m, halfSpread: 1m) }.Run();
        loop.Children.Count.ShouldBe(1);
    }

    [Fact]
    public void A_stop_limit_rests_at_its_limit_after_the_trigger()
    {
        var loop = Run(Ticket("STOP_LIMIT", 1m, Side.Sell, ("triggerPx", "95")) with { LimitPx = 96m }, 94m);
        var child = loop.Children.ShouldHaveSingleItem();
        (child.Px, child.Slice.TimeInForce).ShouldBe((96m, TimeInForce.Gtc));
    }

    [Fact]
    public void Once_triggered_it_stays_triggered_whatever_the_price_does()
    {
        var loop = new AlgoLoop
        {
            Spec = Ticket("STOP", 1m, Side.Sell, ("triggerPx", "95")), Market = t => Book(t >= Move && t < Move.AddMilliseconds(150) ? 94m : 100m),
            Fates = (n, _) => n < 3 ? Fate.None : Fate.Full,
        }.Run();
        loop.Children.Count.ShouldBe(4);
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Filled);
    }

    [Fact]
    public void It_expires_untriggered()
    {
        var loop = new AlgoLoop { Spec = Ticket("STOP", 1m, Side.Sell, ("triggerPx", "95")) with { TimeInForce = TimeInForce.Gtd, ExpireTime = T0.AddSeconds(9) } }.Run();
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Expired);
        loop.Now.ShouldBe(T0.AddSeconds(9));
    }
}

public sealed class TrailingStopTests
{
    private static ParentSpec Trail(Side side, params (string, string)[] parameters) => Ticket("TRAILING_STOP", 1m, side, parameters);

    private static AlgoLoop Walk(ParentSpec spec, params decimal[] prices) => new AlgoLoop
    {
        Spec = spec, Market = t => Book(prices[Math.Clamp((int)(t - T0).TotalSeconds, 0, prices.Length - 1)]), Limit = TimeSpan.FromSeconds(prices.Length + 5),
    }.Run();

    [Fact]
    public void It_sells_when_the_price_falls_by_the_offset_from_its_best()
    {
        var loop = Walk(Trail(Side.Sell, ("offset", "5"), ("offsetType", "PRICE")), 100m, 103m, 110m, 106m, 105m, 90m);
        loop.Children.ShouldHaveSingleItem().CreatedAt.ShouldBe(T0.AddSeconds(4));
    }

    [Fact]
    public void A_buy_trails_above_the_lowest()
    {
        var loop = Walk(Trail(Side.Buy, ("offset", "100"), ("offsetType", "BPS")), 100m, 90m, 90.8m, 90.9m, 100m);
        loop.Children.ShouldHaveSingleItem().CreatedAt.ShouldBe(T0.AddSeconds(3));
    }

    [Fact]
    public void Ticks_are_those_of_the_finest_listing()
    {
        var loop = Walk(Trail(Side.Sell, ("offset", "10"), ("offsetType", "TICKS")), 100m, 99.1m, 99m);
        loop.Children.ShouldHaveSingleItem().CreatedAt.ShouldBe(T0.AddSeconds(2));
    }

    [Fact]
    public void It_follows_only_once_the_activation_price_was_reached()
    {
        var loop = Walk(Trail(Side.Sell, ("offset", "5"), ("offsetType", "PRICE"), ("activationPx", "110")), 100m, 80m, 111m, 107m, 106m);
        loop.Children.ShouldHaveSingleItem().CreatedAt.ShouldBe(T0.AddSeconds(4));
    }

    [Fact]
    public void With_a_limit_offset_it_rests_beyond_the_stop()
    {
        var loop = Walk(Trail(Side.Sell, ("offset", "5"), ("offsetType", "PRICE"), ("limitOffset", "1")), 100m, 94m, 94m);
        loop.Children[0].Px.ShouldBe(94m);
    }

    [Fact]
    public void The_peak_never_goes_back_and_it_triggers_only_at_the_offset() =>
        Gen.Select(Gen.Decimal[50m, 150m].Array[2, 40], Gen.Bool).Sample((raw, sell) =>
        {
            var prices = raw.Select(p => Math.Round(p, 1)).ToArray();
            var loop = Walk(Trail(sell ? Side.Sell : Side.Buy, ("offset", "8"), ("offsetType", "PRICE")), prices);
            var peaks = loop.Decisions.Select(d => ((TrailingMemory)d.Decision.Memory).Peak!.Value).ToList();
            peaks.ShouldBe(sell ? peaks.Order() : peaks.OrderDescending());
            // A slow and obviously right answer: the first second whose price is 8 from the best so far.
            var best = prices[0];
            int? hit = null;
            for (var i = 0; i < prices.Length && hit is null; i++)
            {
                best = sell ? Math.Max(best, prices[i]) : Math.Min(best, prices[i]);
                hit = Math.Abs(best - prices[i]) >= 8m ? i : null;
            }
            loop.Children.Select(c => (int)(c.CreatedAt - T0).TotalSeconds).ShouldBe(hit is { } h ? [h] : []);
        }, iter: 60);

    [Fact]
    public void A_low_that_came_before_the_new_high_of_the_same_look_does_not_trigger()
    {
        // Within one look: down to 97, then up to 104 and still there. Its stop rises to 99 only after the low.
        var look = T0.AddSeconds(1);
        MarketView At(DateTimeOffset t) => t < look ? Book(100m) : t > look ? Book(104m) : Book(104m, 104m, 97m) with { HighAfterLow = 104m, LowAfterHigh = 104m };
        new AlgoLoop { Spec = Trail(Side.Sell, ("offset", "5"), ("offsetType", "PRICE")), Market = At, Limit = TimeSpan.FromSeconds(2) }.Run().Children.ShouldBeEmpty();
    }

    [Fact]
    public void A_low_under_the_old_stop_triggers_although_the_price_rose_after()
    {
        MarketView At(DateTimeOffset t) => t < T0.AddSeconds(1) ? Book(100m) : Book(104m, 104m, 94m) with { HighAfterLow = 104m, LowAfterHigh = 104m };
        new AlgoLoop { Spec = Trail(Side.Sell, ("offset", "5"), ("offsetType", "PRICE")), Market = At, Limit = TimeSpan.FromSeconds(2) }.Run().Children.ShouldNotBeEmpty();
    }

    [Fact]
    public void It_expires_untriggered()
    {
        var loop = new AlgoLoop { Spec = Trail(Side.Sell, ("offset", "50"), ("offsetType", "PRICE")) with { TimeInForce = TimeInForce.Gtd, ExpireTime = T0.AddSeconds(9) } }.Run();
        loop.End!.OrdStatus.ShouldBe(OrdStatus.Expired);
        loop.Now.ShouldBe(T0.AddSeconds(9));
    }
}
