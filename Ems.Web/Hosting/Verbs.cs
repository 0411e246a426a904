using Ems.Execution.Core.Instruments;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Engine.Storage;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.Paper;
using Ems.Execution.Venues.Paper.Market;
using Ems.Web.Data;
using Ems.Web.Features.Backtests;
using Microsoft.Extensions.Options;

namespace Ems.Web.Hosting;

/// <summary>What the program can do besides serving: <c>dotnet run --project Ems.Web -- &lt;verb&gt;</c>.</summary>
public static class Verbs
{
    private const string Help = """
        Ems.Web                        serves the application
        Ems.Web verify-journal         reads every journal: sequence, hash chain, state, ledger; exit code 1 when anything is wrong
        Ems.Web rebuild-projections    makes the read models again from the journals and says what differed
        Ems.Web fit-market <recordings folder> <output file>
                                       fits the simulated market to recordings
        Ems.Web backtest --orders <orders.json> --data <recordings folder> --out <report.json> [--source hyperliquid] [--day 2025-09-04] [--instrument BTC-USD]
                                       replays a list of orders on a recorded day and writes what they cost; --list says which days there are
        Ems.Web help                   this

        Settings: appsettings.json, environment variables (Data__Path=…), or arguments (--Data:Path=…, --Urls=http://127.0.0.1:5080).
        """;

    /// <summary>The verb in the arguments, or null when the program is to serve.</summary>
    public static string? Of(string[] args) => args.Length > 0 && !args[0].StartsWith('-') && !args[0].Contains('=') ? args[0]
        : args is ["--help" or "-h" or "-?", ..] ? "help" : null;

    /// <summary>Does it; the exit code is 0 when all is well, 1 when something is wrong, 2 for a verb that does not exist.</summary>
    public static async Task<int> RunAsync(string verb, string[] args, TextWriter output, TextWriter errors)
    {
        switch (verb)
        {
            case "help":
                await output.WriteLineAsync(Help);
                return 0;
            case "verify-journal":
                return OnJournal(args, output, s => s.GetRequiredService<JournalVerifier>().Run(output));
            case "rebuild-projections":
                return OnJournal(args, output, s => s.GetRequiredService<ProjectionRebuilder>().Run(output));
            case "fit-market" when args.Length == 3:
                return await FittedMarketFitter.RunAsync(args[1], args[2], output);
            case "fit-market":
                await errors.WriteLineAsync("fit-market needs two arguments: the folder of the recordings and the file to write.");
                return 2;
            case "backtest":
                return await BacktestVerb.RunAsync(args[1..], output, errors);
            default:
                await errors.WriteLineAsync($"There is no verb {verb}.");
                await errors.WriteLineAsync(Help);
                return 2;
        }
    }

    /// <summary>With the storage alone: no venue opens, nothing listens, and no instance may run on the folder.</summary>
    private static int OnJournal(string[] args, TextWriter output, Func<IServiceProvider, int> run)
    {
        var builder = Host.CreateApplicationBuilder(args[1..]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddEmsData(builder.Configuration);
        builder.Services.AddEmsEngineStorage();
        builder.Services.AddSingleton(new InstrumentCatalog(PaperVenueSpec.Instruments, [.. PaperVenueSpec.Defaults.SelectMany(v => v.Listings), .. PoolVenueSpec.Defaults.Append(PoolVenueSpec.Mandate).SelectMany(v => v.Listings)]));
        using var host = builder.Build();
        var data = host.Services.GetRequiredService<IOptions<DataOptions>>().Value;
        var engine = host.Services.GetRequiredService<IOptions<EngineOptions>>().Value;
        if (!File.Exists(engine.JournalFile))
        {
            output.WriteLine($"There is no journal at {engine.JournalFile}: nothing to do.");
            return 0;
        }
        using var held = new InstanceLock();
        held.Take(data.Path, data.LockFile);
        return run(host.Services);
    }
}
