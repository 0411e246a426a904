using System.Text.Json;
using Ems.Execution.Core.Simulation.Market;

namespace Ems.Execution.Venues.Paper.Market;

/// <summary>The file of fitted figures: JSON, kept in the program as a resource.</summary>
internal static class FittedMarketFile
{
    private const string Resource = "fitted-market.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, AllowDuplicateProperties = false, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>The figures shipped with the program.</summary>
    public static FittedParameters LoadShipped()
    {
        using var stream = typeof(FittedMarketFile).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing from the program.");
        return Load(stream, Resource);
    }

    /// <summary>Reads and checks figures; <paramref name="name"/> stands in messages.</summary>
    public static FittedParameters Load(Stream stream, string name)
    {
        try
        {
            var figures = JsonSerializer.Deserialize<FittedParameters>(stream, Json) ?? throw new JsonException("empty");
            foreach (var s in figures.Streams)
            {
                Check(s.SpreadBps.Count >= 2 && s.SpreadBps.All(x => x > 0), name, $"{s.Venue} {s.Instrument} spreadBps");
                Check(s.BookIntervalMs.Count >= 2 && s.BookIntervalMs[^1] >= 1 && s.BookIntervalMs.All(x => x >= 0), name, $"{s.Venue} {s.Instrument} bookIntervalMs");
                Check(s.Levels.Count > 0 && s.LevelGapBps > 0, name, $"{s.Venue} {s.Instrument} levels");
                Check(s.SpreadLifeSeconds > 0 && s.TouchLifeSeconds > 0 && s.LevelLifeSeconds > 0 && s.DeviationSeconds > 0, name, $"{s.Venue} {s.Instrument} lives");
                Check(s.Tape is { OrdersPerSecond: >= 0, SideRepeats: > 0 and < 1, SideFollowsPrice: > 0 and < 1, Burst: { Branching: >= 0, DecayPerSecond: > 0 }, Wave: { Branching: >= 0, DecayPerSecond: > 0 } }
                    && s.Tape.Burst.Branching + s.Tape.Wave.Branching < 1, name, $"{s.Venue} {s.Instrument} tape");
            }
            foreach (var i in figures.Instruments)
            {
                Check(i is { Px: > 0, VolBpsPerSqrtSecond: > 0, VolSpellSeconds: > 0, LogVolSd: >= 0, MoveShare: > 0 and <= 1 }, name, i.Instrument.Value);
            }
            return figures;
        }
        catch (JsonException e)
        {
            throw new MarketDataFileException(name, (e.LineNumber ?? -1) + 1, "no file of fitted figures", e);
        }
    }

    /// <summary>Writes figures.</summary>
    public static async Task SaveAsync(FittedParameters figures, string path, CancellationToken ct)
    {
        var temporary = path + ".tmp";
        await File.WriteAllTextAsync(temporary, JsonSerializer.Serialize(figures, Json) + "\n", ct);
        File.Move(temporary, path, overwrite: true);
    }

    private static void Check(bool good, string name, string what)
    {
        if (!good)
        {
            throw new MarketDataFileException(name, 0, $"impossible figures: {what}");
        }
    }
}
