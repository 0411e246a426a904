using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;
using Ems.Execution.Venues.Paper;
using Ems.Execution.Venues.Paper.Market;

namespace Ems.Venues.Tests.Market;

public sealed class RecordedMarketFileTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 17, 0, 0, TimeSpan.Zero);
    private static readonly IReadOnlyList<Listing> Listings = [.. PaperVenueSpec.Defaults.SelectMany(s => s.Listings)];
    private static readonly Lazy<RecordedMarket> Shared = new(() => new RecordedMarket(Recordings.Surveyed.Plans, Listings));

    [Theory]
    [InlineData("BTC-USDT")]
    [InlineData("ETH-USDT")]
    [InlineData("SOL-USDT")]
    public void Replayed_venues_agree_within_half_a_basis_point_and_hardly_ever_cross(string instrument)
    {
        _ = Recordings.Root;
        var listings = Listings.Where(l => l.Instrument.Value == instrument).ToList();

        var market = MarketStatistics.Of(Shared.Value, listings, Start, TimeSpan.FromMinutes(12));

        market.CrossedShare.ShouldBeLessThan(0.02);
        market.BasisBps.ShouldBeInRange(0.01, 0.5);
        foreach (var (books, listing) in market.Books.Zip(listings))
        {
            books[0].Time.ShouldBe(Start);
            books.Zip(books.Skip(1)).Max(p => p.Second.Time - p.First.Time).ShouldBeLessThan(TimeSpan.FromSeconds(1));
            foreach (var b in books)
            {
                (b.Bids[0].Px < b.Asks[0].Px).ShouldBeTrue();
                (Steps.IsMultiple(b.Bids[^1].Px, listing.TickSize) && Steps.IsMultiple(b.Asks[^1].Qty, listing.LotSize)).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void The_price_walks_over_the_seam_of_the_anchor_without_a_jump()
    {
        _ = Recordings.Root;
        var listing = Listings.First(l => l.Instrument.Value == "SOL-USDT" && l.Venue.Value == "ALPHA");
        var cycleMs = Recordings.Surveyed.Plans.First(p => p.Venue == listing.Venue && p.Instrument == listing.Instrument).Survey.LengthMs;
        var seam = DateTimeOffset.FromUnixTimeMilliseconds((Start.ToUnixTimeMilliseconds() / cycleMs + 1) * cycleMs);

        var mids = Shared.Value.Events(listing.Venue, listing.Instrument, seam.AddSeconds(-10)).OfType<BookEvent>()
            .TakeWhile(b => b.Time < seam.AddSeconds(10)).Select(MarketStatistics.Mid).ToList();

        mids.Count.ShouldBeGreaterThan(30);
        mids.Zip(mids.Skip(1)).Max(p => Math.Abs(p.Second / p.First - 1) * 1e4).ShouldBeLessThan(3);
    }

    [Fact]
    public void The_chart_is_full_from_the_start()
    {
        _ = Recordings.Root;
        foreach (var listing in Listings)
        {
            var history = Shared.Value.History(listing.Venue, listing.Instrument, Start);

            history.Count.ShouldBe(PathCandles.Minutes);
            history.Count(c => c.High > c.Low).ShouldBeGreaterThan(PathCandles.Minutes / 2);
            history.Count(c => c.Volume > 0).ShouldBeGreaterThan(PathCandles.Minutes / 2);
        }
    }

    [Fact]
    public void A_damaged_recording_stops_the_loading_with_the_name_of_the_file()
    {
        var root = Recordings.EmptyFolder();
        foreach (var folder in new[] { "standx_btc_l2_events", "hyperliquid_l2_20250904", "hyperliquid_l2_20251210", "aster_ethusdt_20251128", "binance_raw_20240808" })
        {
            Directory.CreateDirectory(Path.Combine(root, folder));
            foreach (var file in Directory.GetFiles(Path.Combine(Recordings.Root, folder)))
            {
                var copy = Path.Combine(root, folder, Path.GetFileName(file));
                var bytes = File.ReadAllBytes(file);
                File.WriteAllBytes(copy, copy.EndsWith("book_20260106_00-12.csv.gz", StringComparison.Ordinal) ? bytes[..100_000] : bytes);
            }
        }

        var error = Should.Throw<MarketDataFileException>(() => RecordedMarketLoader.Load(root, Listings));

        error.Message.ShouldContain("book_20260106_00-12.csv.gz, line ");
        error.Message.ShouldContain("corrupt or truncated gzip");
    }
}
