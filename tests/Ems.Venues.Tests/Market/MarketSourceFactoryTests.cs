using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Simulation.Market;
using Ems.Execution.Venues.Paper;
using Ems.Execution.Venues.Paper.Market;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ems.Venues.Tests.Market;

public sealed class MarketSourceFactoryTests
{
    private static readonly IReadOnlyList<Listing> Listings = [.. PaperVenueSpec.Defaults.SelectMany(s => s.Listings)];
    private readonly LineLogger log = new();
    private readonly string emptyRoot = Recordings.EmptyFolder();

    [Fact]
    public void A_clone_without_recordings_runs_on_the_fitted_market_and_says_so_in_one_line()
    {
        var source = MarketSourceFactory.Create(new PaperOptions(), emptyRoot, Listings, log);

        source.ShouldBeOfType<FittedMarket>();
        log.Lines.ShouldHaveSingleItem().ShouldContain("fitted");
    }

    [Fact]
    public void Recordings_beside_the_content_root_are_found_by_themselves()
    {
        var contentRoot = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Recordings.Root))!, "main");

        var source = MarketSourceFactory.Create(new PaperOptions(), contentRoot, Listings, log);

        source.ShouldBeOfType<RecordedMarket>();
        log.Lines.ShouldHaveSingleItem().ShouldContain(Recordings.Root);
    }

    [Fact]
    public void A_configured_folder_that_is_missing_stops_with_one_line()
    {
        var error = Should.Throw<MarketDataFileException>(() =>
            MarketSourceFactory.Create(new PaperOptions { RecordingsPath = "nowhere" }, emptyRoot, Listings, log));

        error.Message.ShouldBe($"{Path.Combine(emptyRoot, "nowhere")}: the folder of recordings is not there (Paper:RecordingsPath)");
    }

    [Fact]
    public void A_configured_folder_without_a_file_names_the_file() =>
        Should.Throw<MarketDataFileException>(() => MarketSourceFactory.Create(new PaperOptions { RecordingsPath = emptyRoot }, emptyRoot, Listings, log))
            .Message.ShouldEndWith(".csv.gz: not found");

    [Fact]
    public void Who_asks_for_recordings_never_gets_a_simulation() =>
        Should.Throw<MarketDataFileException>(() => MarketSourceFactory.Create(new PaperOptions { Market = "recorded" }, emptyRoot, Listings, log));

    [Fact]
    public void Registration_gives_one_source_chosen_by_configuration()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Paper:Market"] = "fitted", ["Paper:Seed"] = "5" }).Build();
        using var provider = new ServiceCollection().AddLogging().AddSingleton<IHostEnvironment>(new Root(emptyRoot)).AddPaperMarket(configuration).BuildServiceProvider();

        var source = provider.GetRequiredService<IMarketSource>();

        source.Description.ShouldContain("seed 5");
        provider.GetRequiredService<IMarketSource>().ShouldBeSameAs(source);
    }

    private sealed class Root(string path) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Test";
        public string ApplicationName { get; set; } = "Test";
        public string ContentRootPath { get; set; } = path;
        public Microsoft.Extensions.FileProviders.IFileProvider ContentRootFileProvider { get; set; } = new Microsoft.Extensions.FileProviders.NullFileProvider();
    }

    private sealed class LineLogger : ILogger
    {
        public List<string> Lines { get; } = [];
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
