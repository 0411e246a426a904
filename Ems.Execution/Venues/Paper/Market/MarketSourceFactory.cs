using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Simulation.Market;
using Microsoft.Extensions.Logging;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>Picks the market of the paper venues and says which in one log line.</summary>
public static partial class MarketSourceFactory
{
    /// <summary>
    /// The recorded market where recordings are configured or found, else the fitted one. Throws
    /// <see cref="MarketDataFileException"/> when the configured folder or a file in it is missing or damaged: never silently
    /// another market than the one asked for.
    /// </summary>
    public static IMarketSource Create(PaperOptions options, string contentRoot, IReadOnlyCollection<Listing> listings, ILogger logger)
    {
        var path = options.RecordingsPath.Length > 0 ? Path.GetFullPath(options.RecordingsPath, contentRoot) : RecordingsFolder.Find(contentRoot);
        if (options.Market == "recorded" && path is null)
        {
            throw new MarketDataFileException("shared/data", 0, "Paper:Market is 'recorded' but no recordings were found; set Paper:RecordingsPath");
        }
        IMarketSource source = options.Market == "fitted" || path is null
            ? new FittedMarket(FittedMarketFile.LoadShipped(), listings, options.Seed)
            : RecordedMarketLoader.Load(path, listings);
        MarketChosen(logger, source.Name, source.Description, source is RecordedMarket ? path! : "figures shipped with the program");
        return source;
    }

    [LoggerMessage(EventId = 2401, Level = LogLevel.Information, Message = "Paper market: {Name}. {Description} From: {Origin}")]
    private static partial void MarketChosen(ILogger logger, string name, string description, string origin);
}
