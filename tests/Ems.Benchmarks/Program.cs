using Ems.Benchmarks.ExecutionQuality;
using Ems.Execution.Venues.Paper.Market;

namespace Ems.Benchmarks;

/// <summary>Load programs with a floor or a peer measured in the same run: <c>dotnet run -c Release --project tests/Ems.Benchmarks -- all</c>.</summary>
internal static class Program
{
    private static readonly Dictionary<string, Func<string[], Task>> Commands = new(StringComparer.Ordinal)
    {
        ["order-path"] = _ => OrderPath.RunAsync(),
        ["timers"] = a => Timers.RunAsync(a),
        ["fill-to-pixel"] = _ => FillToPixel.RunAsync(),
        ["recovery"] = a => Recovery.RunAsync(a),
        ["routing"] = _ => { RoutingBenchmarks.Run(Console.Out); return Task.CompletedTask; },
        ["volume"] = _ => OnRecordings(root => VolumeReport.Run(root, Path.Combine(RepositoryRoot(), "docs", "execution-quality.md"), Console.Out)),
        ["participation"] = _ => OnRecordings(root => ParticipationRun.Report(root, Path.Combine(RepositoryRoot(), "docs", "participation-quality.md"), Console.Out)),
        ["matching"] = _ => Matching.RunAsync(),
        ["costs"] = _ => CostRecording.RunAsync(),
        ["chain"] = _ => ChainBenchmarks.RunAsync(RepositoryRoot()),
        ["pools"] = _ => PoolRefresh.RunAsync(Path.Combine(RepositoryRoot(), "chain")),
        ["relay"] = _ => RelayLatency.RunAsync(Path.Combine(RepositoryRoot(), "chain")),
        ["sandwich"] = a => SandwichBenchmark.RunAsync(RepositoryRoot(), a),
        ["replay"] = _ => OnRecordings(root => ReplaySpeed.Run(root)),
        ["replay-browser"] = _ => ReplayInBrowser.RunAsync(),
        ["execution-defaults"] = _ => OnRecordings(root => ExecutionQualityReport.Choose(root, Console.Out)),
        ["execution-quality"] = _ => OnRecordings(root => ExecutionQualityReport.Run(root, Path.Combine(RepositoryRoot(), "docs", "execution-quality.md"), Console.Out)),
        ["first-load"] = _ => FirstLoad.RunAsync(),
    };

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ems.Web.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? Environment.CurrentDirectory;
    }

    private static async Task<int> Main(string[] args)
    {
        if (args is ["all"])
        {
            foreach (var command in Commands.Values)
            {
                await command([]);
            }
            return 0;
        }
        if (args.Length == 0 || !Commands.TryGetValue(args[0], out var run))
        {
            Console.Error.WriteLine($"Say one of: {string.Join(", ", Commands.Keys)}, all.");
            return 2;
        }
        await run(args[1..]);
        return 0;
    }

    private static Task OnRecordings(Action<string> run)
    {
        if (RecordingsFolder.Find(AppContext.BaseDirectory) is not { } root)
        {
            Console.Error.WriteLine("Skipped: the recordings (shared/data beside the project) are not there.");
            return Task.CompletedTask;
        }
        run(root);
        return Task.CompletedTask;
    }
}
