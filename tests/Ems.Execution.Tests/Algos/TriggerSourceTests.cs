using Ems.Execution.Core.Algos;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

/// <summary>What a stop looks at when it does not look at prints, and how old that may be.</summary>
public sealed class TriggerSourceTests
{
    private static readonly InstrumentId Btc = new("BTC-USDT");

    [Theory]
    [InlineData("INDEX", false)]
    [InlineData("MARK", true)]
    public void One_venue_that_runs_away_moves_the_mark_and_not_the_index(string by, bool triggers)
    {
        // Two venues at 100, one at 60: the best bid is 99.9, the best ask 60.1, their middle 80; the median mid is 100.
        MarketView Market(DateTimeOffset t) => new(Btc, [Venue("ALPHA", 100m, t), Venue("BRAVO", 100m, t), Venue("CHARLIE", 60m, t)], 100m, null, null);
        var loop = new AlgoLoop { Spec = Ticket("STOP", 1m, Side.Sell, ("triggerPx", "90"), ("triggerBy", by)), Market = Market, Limit = TimeSpan.FromSeconds(3) }.Run();
        loop.Children.Any().ShouldBe(triggers);
    }

    [Theory]
    [InlineData("STOP", "MARK")]
    [InlineData("STOP", "INDEX")]
    [InlineData("STOP", "BID_ASK")]
    [InlineData("STOP", "LAST")]
    [InlineData("TRAILING_STOP", "MID")]
    public void A_price_that_is_too_old_sets_nothing_off_until_it_is_fresh_again(string strategy, string by)
    {
        var back = T0.AddSeconds(10);
        // The book of 80 was made at the start and stands still for ten seconds.
        MarketView Market(DateTimeOffset t) => new(Btc, [Venue("ALPHA", 80m, t < back ? T0.AddSeconds(-5) : t)], 80m, null, null);
        (string, string)[] trigger = strategy == "STOP" ? [("triggerPx", "90")] : [("offset", "0.0001"), ("offsetType", "PRICE")];
        AlgoLoop Run(params (string, string)[] more) => new AlgoLoop { Spec = Ticket(strategy, 1m, Side.Sell, [.. trigger, ("triggerBy", by), .. more]), Market = Market, Limit = TimeSpan.FromSeconds(20) }.Run();
        if (strategy == "STOP")
        {
            (Run().Children[0].CreatedAt - T0).TotalSeconds.ShouldBeLessThan(1);
            (Run(("maxOracleAge", "2")).Children[0].CreatedAt - T0).TotalSeconds.ShouldBeInRange(10, 10.2);
        }
        else
        {
            Run(("maxOracleAge", "2")).Decisions.First().Decision.WhyIdle.Code.ShouldBe("PausedVenue");
            Run().Decisions.First().Decision.WhyIdle.Code.ShouldBe("Trailing");
        }
    }

    [Fact]
    public void Prints_count_whatever_the_age_of_the_books()
    {
        MarketView Market(DateTimeOffset t) => new(Btc, [Venue("ALPHA", 100m, t < T0.AddSeconds(5) ? T0.AddSeconds(-60) : t)], 89m, 100m, 89m);
        var loop = new AlgoLoop { Spec = Ticket("STOP", 1m, Side.Sell, ("triggerPx", "90"), ("maxOracleAge", "1")), Market = Market, Limit = TimeSpan.FromSeconds(20) }.Run();
        loop.Decisions[0].Decision.Memory.ShouldBeOfType<Core.Algos.Stops.StopMemory>().TriggeredAt.ShouldBe(T0);
    }

    private static BookSnapshot Venue(string venue, decimal mid, DateTimeOffset at) => new(new(venue), Btc, 1, at, [new(mid - 0.1m, 1_000m)], [new(mid + 0.1m, 1_000m)]);
}

/// <summary>When components of an accumulation come due within the day, and what they rest at.</summary>
public sealed class AccumulateHoursTests
{
    private static ParentSpec Plain(decimal qty, params (string, string)[] more) =>
        Ticket("ACCUMULATE", qty, Side.Buy, [("componentQty", "1"), ("betweenSeconds", "600"), ("randomizeTime20", "false"), .. more]);

    [Theory]
    [InlineData("1230", "1300", 30, 60)]
    [InlineData("2300", "100", 660, 780)]
    public void Components_come_due_only_in_the_active_part_of_the_day(string start, string end, int from, int to)
    {
        // The loop starts at 12:00 UTC.
        var loop = new AlgoLoop { Spec = Plain(8m, ("activeTimeStart", start), ("activeTimeEnd", end)), Limit = TimeSpan.FromDays(5) }.Run();
        loop.Children.Count.ShouldBe(8);
        loop.Children.Select(c => (c.CreatedAt - T0).TotalMinutes % 1_440).ShouldAllBe(m => m >= from && m < to);
        loop.Decisions[0].Decision.WhyIdle.Code.ShouldBe("OutsideHours");
        loop.Decisions[0].Decision.NextActionAt.ShouldBe(T0.AddMinutes(from));
    }

    [Fact]
    public void What_rests_at_the_end_of_the_active_part_is_canceled()
    {
        var loop = new AlgoLoop { Spec = Plain(2m, ("style", "MAKER"), ("activeTimeEnd", "1205")), Fates = Fates.Always(new Fate(0m)), Limit = TimeSpan.FromMinutes(20) };
        loop.Run();
        loop.Children[0].EndedAt!.Value.ShouldBeInRange(T0.AddMinutes(5), T0.AddMinutes(5).AddSeconds(1));
    }

    [Theory]
    [InlineData("SMA")]
    [InlineData("EMA")]
    public void A_component_rests_at_the_average_of_the_window_and_not_at_the_last_price(string kind)
    {
        // 100 for the first five minutes, 110 afterwards: the second component, at ten minutes, sees an average in between or at its end.
        MarketView Market(DateTimeOffset t) => Book(t < T0.AddMinutes(5) ? 100m : 110m);
        var loop = new AlgoLoop { Spec = Plain(3m, ("style", "MAKER"), ("relativeTo", kind), ("averageSeconds", "600")), Market = Market, Limit = TimeSpan.FromMinutes(25) }.Run();
        loop.Children[0].Px.ShouldBe(100m);
        loop.Children[1].Px.ShouldBeInRange(104m, 107m);
        loop.Children[2].Px.ShouldBeInRange(108.5m, 110m);
    }

    [Fact]
    public void The_cap_keeps_a_component_from_paying_more_than_so_far_above_its_reference()
    {
        MarketView Market(DateTimeOffset t) => Book(t < T0.AddMinutes(5) ? 100m : 110m);
        var loop = new AlgoLoop { Spec = Plain(2m, ("relativeTo", "SMA"), ("averageSeconds", "3600"), ("relativeCapBps", "50")), Market = Market, Limit = TimeSpan.FromMinutes(15) }.Run();
        loop.Children.ShouldHaveSingleItem().CreatedAt.ShouldBe(T0);
        loop.Decisions[^1].Decision.WhyIdle.Code.ShouldBe("WaitingPrice");
    }

    [Theory]
    [InlineData("activeTimeStart", "1260", "parameters.activeTimeStart", "time")]
    [InlineData("activeTimeEnd", "2400", "parameters.activeTimeEnd", "max")]
    [InlineData("averageSeconds", "60", "parameters.averageSeconds", "contradiction")]
    [InlineData("relativeTo", "VWAP", "parameters.relativeTo", "choice")]
    public void Fields_outside_their_rules_are_named(string name, string value, string field, string rule) =>
        ParentValidation.Validate(Plain(2m, (name, value)), Groups.GroupLoop.Catalog, T0).Select(e => (e.Field, e.Rule)).ShouldBe([(field, rule)]);

    [Fact]
    public void An_active_part_without_length_is_refused() =>
        ParentValidation.Validate(Plain(2m, ("activeTimeStart", "900"), ("activeTimeEnd", "900")), Groups.GroupLoop.Catalog, T0).ShouldHaveSingleItem().Field.ShouldBe("parameters.activeTimeEnd");
}
