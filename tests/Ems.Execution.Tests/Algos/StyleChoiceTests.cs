using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

public sealed class StyleChoiceTests
{
    private static readonly Listing Cheap = Alpha with { MakerFee = 0.0002m, TakerFee = 0.0005m };

    private static (ParentSpec Spec, IReadOnlyList<Adjustment> Adjustments) Fit(string strategy, IReadOnlyList<Listing> listings, params (string, string)[] given) =>
        AlgoCatalog.Find(strategy)!.Precheck(Ticket(strategy, 10m, Side.Buy, given), Book(100m), listings, T0);

    [Theory]
    [InlineData("TWAP")]
    [InlineData("VWAP")]
    [InlineData("IS")]
    public void Slices_rest_patiently_where_resting_is_cheaper_and_the_window_is_long_and_the_trader_is_told(string strategy)
    {
        var (spec, adjustments) = Fit(strategy, [Cheap], ("durationSeconds", "600"));
        spec.Parameters["style"].ShouldBe("MIXED");
        spec.Parameters["aggression"].ShouldBe("0");
        spec.Parameters["toleranceBand"].ShouldBe("0.2");
        spec.Parameters["scheduleDiscretion"].ShouldBe("0.1");
        adjustments.Single(a => a.Rule == "patient").Text.ShouldStartWith("Resting is 3 bps cheaper");
    }

    [Theory]
    [InlineData("0.0004", "0.0005", "600")]
    [InlineData("0.0002", "0.0005", "299")]
    public void Slices_cross_where_resting_saves_too_little_or_the_window_is_short(string maker, string taker, string seconds)
    {
        var listing = Alpha with { MakerFee = decimal.Parse(maker, null), TakerFee = decimal.Parse(taker, null) };
        var (spec, adjustments) = Fit("TWAP", [listing], ("durationSeconds", seconds));
        spec.Parameters["style"].ShouldBe("TAKER");
        spec.Parameters.ContainsKey("aggression").ShouldBeFalse();
        adjustments.ShouldBeEmpty();
    }

    [Fact]
    public void The_saving_is_between_the_cheapest_crossing_and_the_cheapest_resting_of_all_books_and_pools_do_not_count()
    {
        var other = Alpha with { Venue = new("BETA"), MakerFee = 0m, TakerFee = 0.0010m };
        var pool = Alpha with { Venue = new("POOL"), MakerFee = 0m, TakerFee = 0m, IsPool = true };
        Fit("TWAP", [Cheap, other, pool], ("durationSeconds", "600")).Adjustments.Single().Text.ShouldStartWith("Resting is 5 bps cheaper");
        Fit("TWAP", [pool], ("durationSeconds", "600")).Spec.Parameters["style"].ShouldBe("TAKER");
    }

    [Fact]
    public void What_the_trader_set_stays()
    {
        Fit("TWAP", [Cheap], ("durationSeconds", "600"), ("style", "TAKER")).Spec.Parameters.ContainsKey("aggression").ShouldBeFalse();
        var own = Fit("TWAP", [Cheap], ("durationSeconds", "600"), ("aggression", "7"), ("toleranceBand", "0.4")).Spec.Parameters;
        (own["style"], own["aggression"], own["toleranceBand"], own["scheduleDiscretion"]).ShouldBe(("MIXED", "7", "0.4", "0.1"));
    }

    [Fact]
    public void A_choice_once_made_is_not_made_again()
    {
        var once = Fit("TWAP", [Cheap], ("durationSeconds", "600")).Spec;
        var (again, adjustments) = AlgoCatalog.Find("TWAP")!.Precheck(once, Book(100m), [Alpha with { MakerFee = 0.0005m, TakerFee = 0.0005m }], T0);
        again.Parameters["style"].ShouldBe("MIXED");
        adjustments.ShouldBeEmpty();
    }
}
