using Ems.Execution.Venues.Paper.Market;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Ems.Web.Hosting;

/// <summary>Runs what the program does, and turns what stops it at the start into one line on stderr and exit code 1.</summary>
public static class HostRun
{
    /// <summary>Runs the application until it is told to stop.</summary>
    public static async Task<int> RunAsync(WebApplication app)
    {
        await StartupChecks.RunAsync(app);
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
            Console.WriteLine($"Ems is ready: {string.Join(' ', addresses)}");
        });
        try
        {
            await app.RunAsync();
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Something took longer to stop than it was given. Start and recovery are one path, so nothing is lost.
            await Console.Error.WriteLineAsync("Ems.Web stopped before everything had come to rest.");
        }
        return 0;
    }

    /// <summary>Runs <paramref name="program"/>; a known reason not to start is one line, anything else is a bug and thrown on.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> program)
    {
        try
        {
            return await program();
        }
        catch (Exception e) when (Reason(e) is not null)
        {
            await Console.Error.WriteLineAsync($"Ems.Web cannot start: {Reason(e)!.ReplaceLineEndings(" ")}");
            return 1;
        }
    }

    private static string? Reason(Exception e) => e switch
    {
        StartupException or OptionsValidationException or MarketDataFileException => e.Message,
        SqliteException => "a database in the data folder cannot be used: " + e.Message,
        Microsoft.AspNetCore.Connections.AddressInUseException => e.Message,
        _ => e.InnerException is { } inner ? Reason(inner) : null,
    };
}
