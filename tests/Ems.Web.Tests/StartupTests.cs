using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Ems.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Web.Tests;

/// <summary>The program itself, as a process: what keeps it from starting is one line on stderr and exit code 1.</summary>
public sealed class StartupTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ems-startup-tests-").FullName;

    [Fact]
    public async Task A_port_in_use_is_one_line_and_touches_no_data()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await FailsAsync("is in use", $"--Urls=http://127.0.0.1:{port}", $"--Data:Path={folder}/data");
        Directory.Exists($"{folder}/data").ShouldBeFalse();
    }

    [Theory]
    [InlineData("ems.db")]
    [InlineData("journal.db")]
    [InlineData("paper-exchange.db")]
    public async Task A_corrupt_database_is_one_line(string file)
    {
        await File.WriteAllBytesAsync(Path.Combine(folder, file), [.. Enumerable.Range(0, 9000).Select(i => (byte)(i * 7))]);
        await FailsAsync(file, "--Urls=http://127.0.0.1:0", $"--Data:Path={folder}");
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made_is_one_line()
    {
        await File.WriteAllTextAsync($"{folder}/file", "");
        await FailsAsync("cannot be made", "--Urls=http://127.0.0.1:0", $"--Data:Path={folder}/file");
    }

    [Fact]
    public async Task A_data_folder_in_use_by_another_instance_is_one_line_for_the_server_and_for_the_verbs()
    {
        using var held = new FileStream($"{folder}/instance.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        await FailsAsync("in use by another instance", "--Urls=http://127.0.0.1:0", $"--Data:Path={folder}");
        await File.WriteAllTextAsync($"{folder}/journal.db", "");
        await FailsAsync("in use by another instance", "verify-journal", $"--Data:Path={folder}");
    }

    [Fact]
    public async Task Recordings_that_are_not_there_are_one_line() =>
        await FailsAsync("nowhere", "--Urls=http://127.0.0.1:0", $"--Data:Path={folder}", $"--Paper:RecordingsPath={folder}/nowhere");

    [Fact]
    public async Task An_option_outside_its_bounds_is_one_line() =>
        await FailsAsync("MarketIntervalMs", "--Urls=http://127.0.0.1:0", $"--Data:Path={folder}", "--Push:MarketIntervalMs=-1");

    [Fact]
    public async Task An_address_that_is_none_is_one_line() => await FailsAsync("no address", "--Urls=nonsense", $"--Data:Path={folder}");

    [Fact]
    public async Task A_process_killed_while_it_migrated_keeps_no_later_one_from_starting()
    {
        var file = $"{folder}/ems.db";
        await using var services = new ServiceCollection().AddDbContextFactory<EmsDbContext>(o => o.UseSqlite($"Data Source={file};Pooling=False")).BuildServiceProvider();
        await DatabaseStart.PrepareAsync(services, file);
        await using (var db = await services.GetRequiredService<IDbContextFactory<EmsDbContext>>().CreateDbContextAsync())
        {
            // What EF Core holds while it migrates, left behind by kill -9.
            await db.Database.ExecuteSqlRawAsync("CREATE TABLE IF NOT EXISTS \"__EFMigrationsLock\" (\"Id\" INTEGER NOT NULL PRIMARY KEY, \"Timestamp\" TEXT NOT NULL)");
            await db.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsLock\" VALUES (1, '2026-01-01')");
        }
        await DatabaseStart.PrepareAsync(services, file).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Verbs_say_what_they_did()
    {
        var help = await RunAsync("help");
        help.Code.ShouldBe(0);
        help.Out.ShouldContain("verify-journal");
        (await RunAsync("no-such-verb")).Code.ShouldBe(2);
        (await RunAsync("fit-market")).Code.ShouldBe(2);
        var nothing = await RunAsync("verify-journal", $"--Data:Path={folder}");
        nothing.Code.ShouldBe(0);
        nothing.Out.ShouldContain("no journal");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static async Task FailsAsync(string words, params string[] args)
    {
        var (code, output, errors) = await RunAsync(args);
        code.ShouldBe(1, output + errors);
        var line = errors.Trim().Split('\n').ShouldHaveSingleItem();
        line.ShouldStartWith("Ems.Web cannot start: ");
        line.ShouldContain(words);
        output.ShouldNotContain("   at ");
    }

    private static async Task<(int Code, string Out, string Errors)> RunAsync(params string[] args)
    {
        // In the repository's root, where the settings are.
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Ems.Web.sln")))
        {
            root = root.Parent!;
        }
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. args]) { WorkingDirectory = root.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
        return (process.ExitCode, await output, await errors);
    }
}
