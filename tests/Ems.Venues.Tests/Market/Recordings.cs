using System.IO.Compression;
using System.Text;
using Ems.Execution.Venues.Paper.Market;

namespace Ems.Venues.Tests.Market;

/// <summary>The shared recordings, where they are; tests that need them are skipped by name where they are not.</summary>
internal static class Recordings
{
    private static readonly string? Folder = Find();
    private static readonly Lazy<SurveyedRecordings> Survey = new(() => RecordedMarketLoader.Survey(Folder!));

    public static string Root
    {
        get
        {
            Assert.SkipWhen(Folder is null, "needs the recordings in a folder shared/data above the test binary");
            return Folder!;
        }
    }

    /// <summary>Every recording read once, for all tests.</summary>
    public static SurveyedRecordings Surveyed
    {
        get
        {
            _ = Root;
            return Survey.Value;
        }
    }

    /// <summary>A new folder that is gone after the test run.</summary>
    public static string EmptyFolder()
    {
        var folder = Directory.CreateTempSubdirectory("ems-market-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }

    /// <summary>A gzip file of the given text, less its last bytes, in a folder of its own.</summary>
    public static string Gzip(string text, int cutBytes = 0)
    {
        var path = Path.Combine(EmptyFolder(), "file.csv.gz");
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }
        File.WriteAllBytes(path, memory.ToArray()[..^cutBytes]);
        return path;
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (RecordingsFolder.Find(folder.FullName) is { } found)
            {
                return found;
            }
        }
        return null;
    }
}
