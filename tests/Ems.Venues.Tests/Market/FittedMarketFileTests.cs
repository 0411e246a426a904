using System.Text;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Simulation.Market;
using Ems.Execution.Venues.Paper;
using Ems.Execution.Venues.Paper.Market;

namespace Ems.Venues.Tests.Market;

public sealed class FittedMarketFileTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 17, 0, 0, TimeSpan.Zero);
    private static readonly IReadOnlyList<Listing> Listings = [.. PaperVenueSpec.Defaults.SelectMany(s => s.Listings)];
    private static readonly FittedParameters Figures = FittedMarketFile.LoadShipped();
    private static readonly FittedMarket Market = new(Figures, Listings, 3);

    public static TheoryData<string, string> Streams => new(Listings.Select(l => (l.Venue.Value, l.Instrument.Value)));

    [Theory]
    [MemberData(nameof(Streams))]
    public void The_simulated_market_has_the_figures_of_its_file(string venue, string instrument)
    {
        var listing = Listings.First(l => l.Venue.Value == venue && l.Instrument.Value == instrument);
        var figures = Figures.Streams.First(s => s.Venue == listing.Venue && s.Instrument == listing.Instrument);
        var span = TimeSpan.FromMinutes(40);
        var events = Market.Events(listing.Venue, listing.Instrument, Start).TakeWhile(e => e.Time < Start + span).ToList();
        var books = events.OfType<BookEvent>().ToList();
        var trades = events.OfType<TradeEvent>().ToList();

        // A spread below the listing's tick shows as one tick, one above it rounds to whole ticks.
        var tickBps = (double)listing.TickSize / MarketStatistics.Mid(books[0]) * 1e4;
        var expected = figures.SpreadBps.Average(s => Math.Max(1, Math.Round(s / tickBps)) * tickBps);
        TimeWeighted(books, Start + span, b => (double)(b.Asks[0].Px - b.Bids[0].Px) / MarketStatistics.Mid(b) * 1e4).ShouldBe(expected, expected * 0.25);

        var levels = Math.Min(figures.Levels.Count, books[0].Bids.Count);
        var depth = figures.Levels.Take(levels).Sum(l => Math.Exp(l.LogMean + l.LogSd * l.LogSd / 2));
        TimeWeighted(books, Start + span, b => (double)(b.Bids.Sum(l => l.Qty) + b.Asks.Sum(l => l.Qty)) / 2).ShouldBe(depth, depth * 0.25);

        (trades.Count / span.TotalSeconds).ShouldBe(figures.Tape.OrdersPerSecond, figures.Tape.OrdersPerSecond * 0.2);
        (books.Count / span.TotalSeconds).ShouldBeGreaterThan(2);
    }

    [Theory]
    [InlineData("BTC-USDT")]
    [InlineData("ETH-USDT")]
    [InlineData("SOL-USDT")]
    public void Simulated_venues_agree_and_hardly_ever_cross(string instrument)
    {
        var market = MarketStatistics.Of(Market, Listings.Where(l => l.Instrument.Value == instrument), Start, TimeSpan.FromMinutes(20));

        market.CrossedShare.ShouldBeLessThan(0.03);
        market.BasisBps.ShouldBeInRange(0.01, 0.5);
    }

    [Fact]
    public void The_shipped_figures_are_what_the_fit_tool_measures_on_the_recording()
    {
        var shipped = Figures.Streams.First(s => s.Venue.Value == "BRAVO" && s.Instrument.Value == "ETH-USDT");
        var recording = RecordingSets.AsterEthA(Recordings.Root);
        var survey = RecordingSurvey.Of(recording);

        var fitted = FittedMarketFitter.FitStream(new(shipped.Venue, shipped.Instrument, recording, survey, new PricePath([survey.Mids]), 0, 1, 0));

        fitted.SpreadBps.ShouldBe(shipped.SpreadBps);
        fitted.Levels.ShouldBe(shipped.Levels);
        fitted.Tape.ShouldBe(shipped.Tape);
        (fitted.TouchLifeSeconds, fitted.LevelGapBps, fitted.DeviationBps).ShouldBe((shipped.TouchLifeSeconds, shipped.LevelGapBps, shipped.DeviationBps));
    }

    [Fact]
    public void The_fit_finds_no_excitation_in_independent_arrivals_and_finds_it_where_it_is()
    {
        var random = new Random(7);
        var plain = new List<double>();
        var bursts = new List<double>();
        for (double t = 0, i = 0; i < 1_500; i++)
        {
            plain.Add(t += -8 * Math.Log(1 - random.NextDouble()));
            // Each arrival of the second sample brings children seconds later with probability one half, and so on.
            for (var child = t; ; child += -2 * Math.Log(1 - random.NextDouble()))
            {
                bursts.Add(child);
                if (random.NextDouble() < 0.5)
                {
                    break;
                }
            }
        }
        bursts.Sort();

        var (burst, wave) = HawkesFit.Fit(plain);
        (burst.Branching + wave.Branching).ShouldBeLessThanOrEqualTo(0.1);
        var (_, found) = HawkesFit.Fit(bursts);
        found.Branching.ShouldBe(0.5, 0.11);
        found.DecayPerSecond.ShouldBe(0.5);
    }

    [Fact]
    public async Task The_tool_ends_with_one_line_and_code_one_when_a_file_is_missing()
    {
        var report = new StringWriter();
        var output = Path.Combine(Recordings.EmptyFolder(), "figures.json");

        (await FittedMarketFitter.RunAsync("nowhere", output, report)).ShouldBe(1);

        report.ToString().Trim().ShouldBe("fit-market: nowhere: the folder of recordings is not there (Paper:RecordingsPath)");
        File.Exists(output).ShouldBeFalse();
    }

    [Theory]
    [InlineData("{}", "no file of fitted figures")]
    [InlineData("[", "no file of fitted figures")]
    [InlineData("""{"instruments":[{"instrument":"X","fittedTo":"","px":-1,"volBpsPerSqrtSecond":1,"logVolSd":1,"volSpellSeconds":1,"moveShare":1}],"streams":[]}""", "impossible figures: X")]
    public void A_file_that_holds_no_possible_figures_is_refused(string json, string reason) =>
        Should.Throw<MarketDataFileException>(() => FittedMarketFile.Load(new MemoryStream(Encoding.UTF8.GetBytes(json)), "f.json")).Message.ShouldContain(reason);

    private static double TimeWeighted(List<BookEvent> books, DateTimeOffset end, Func<BookEvent, double> value) =>
        books.Select((b, i) => value(b) * ((i + 1 < books.Count ? books[i + 1].Time : end) - b.Time).TotalSeconds).Sum() / (end - books[0].Time).TotalSeconds;
}
