using System.Runtime.ExceptionServices;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>
/// Which recording feeds which paper listing. BTC plays three different recordings, priced by StandX's day; ETH plays
/// Hyperliquid's and Aster's, priced by Aster's hour; SOL has one recording, played by the three venues at different places
/// and sizes.
/// </summary>
internal static class RecordedMarketLoader
{
    private static readonly VenueId Alpha = new("ALPHA"), Bravo = new("BRAVO"), Charlie = new("CHARLIE");
    private static readonly InstrumentId Btc = new("BTC-USDT"), Eth = new("ETH-USDT"), Sol = new("SOL-USDT");

    /// <summary>How late a venue follows the reference, milliseconds.</summary>
    private const long BravoLagMs = 10, CharlieLagMs = 20;

    /// <summary>Reads every recording once and builds the market. Throws <see cref="MarketDataFileException"/> for a missing or damaged file.</summary>
    public static RecordedMarket Load(string root, IReadOnlyCollection<Listing> listings) => new(Survey(root).Plans, listings);

    /// <summary>Reads every recording once: the plan of every listing they can feed, and the paths that set the prices.</summary>
    public static SurveyedRecordings Survey(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new MarketDataFileException(root, 0, "the folder of recordings is not there (Paper:RecordingsPath)");
        }
        IRecording[] recordings =
        [
            RecordingSets.StandXBtc(root), RecordingSets.HyperliquidBtc(root), RecordingSets.BinanceSpotBtc(root),
            RecordingSets.HyperliquidEth(root), RecordingSets.AsterEthA(root), RecordingSets.AsterEthC(root), RecordingSets.HyperliquidSol(root),
        ];
        var surveys = SurveyAll(recordings);
        (IRecording Recording, RecordingSurvey Survey) standX = (recordings[0], surveys[0]), hyperBtc = (recordings[1], surveys[1]),
            binance = (recordings[2], surveys[2]), hyperEth = (recordings[3], surveys[3]), asterA = (recordings[4], surveys[4]),
            hyperSol = (recordings[6], surveys[6]);

        ReferencePath[] references =
        [
            new(Btc, standX.Recording.Name, [standX.Survey.Mids]),
            new(Eth, $"{asterA.Recording.Name} and C", [asterA.Survey.Mids, surveys[5].Mids]),
            new(Sol, hyperSol.Recording.Name, [hyperSol.Survey.Mids]),
        ];
        var (btc, eth, sol) = (new PricePath(references[0].Segments), new PricePath(references[1].Segments), new PricePath(references[2].Segments));
        return new SurveyedRecordings(references,
        [
            Plan(Alpha, Btc, binance, btc, 0, 1.0, 0),
            Plan(Bravo, Btc, hyperBtc, btc, 0, 1.0, BravoLagMs),
            Plan(Charlie, Btc, standX, btc, 0, 1.0, CharlieLagMs),
            Plan(Alpha, Eth, hyperEth, eth, 0, 1.0, 0),
            Plan(Bravo, Eth, asterA, eth, 0, 1.0, BravoLagMs),
            Plan(Charlie, Eth, asterA, eth, 11 * 60_000, 0.35, CharlieLagMs),
            Plan(Alpha, Sol, hyperSol, sol, 0, 1.0, 0),
            Plan(Bravo, Sol, hyperSol, sol, 12 * 60_000, 0.6, BravoLagMs),
            Plan(Charlie, Sol, hyperSol, sol, 23 * 60_000, 0.25, CharlieLagMs),
        ]);
    }

    private static RecordedStreamPlan Plan(VenueId venue, InstrumentId instrument, (IRecording Recording, RecordingSurvey Survey) played,
        PricePath reference, long offsetMs, double sizeScale, long lagMs) =>
        new(venue, instrument, played.Recording, played.Survey, reference, offsetMs, sizeScale, lagMs);

    private static RecordingSurvey[] SurveyAll(IRecording[] recordings)
    {
        try
        {
            return [.. recordings.AsParallel().AsOrdered().Select(Survey)];
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<MarketDataFileException>().FirstOrDefault() is { } first)
        {
            // Several files may be bad; one line names one of them.
            ExceptionDispatchInfo.Throw(first);
            throw;
        }
    }

    private static RecordingSurvey Survey(IRecording recording)
    {
        try
        {
            return RecordingSurvey.Of(recording);
        }
        catch (InvalidOperationException e)
        {
            throw new MarketDataFileException(recording.Name, 0, e.Message, e);
        }
    }
}

/// <summary>Smoothed mids, one list per recording, that set an instrument's price.</summary>
internal sealed record ReferencePath(InstrumentId Instrument, string Name, IReadOnlyList<IReadOnlyList<double>> Segments);

/// <summary>Everything one reading of the recordings gives.</summary>
internal sealed record SurveyedRecordings(IReadOnlyList<ReferencePath> References, IReadOnlyList<RecordedStreamPlan> Plans);
