using System.Diagnostics;
using System.Net;
using Ems.EndToEnd.Harness;
using Ems.Execution.Core.Orders;
using Ems.Web.Client.Contracts;

namespace Ems.EndToEnd.CrashCampaign;

/// <summary>Kills the real host with SIGKILL in the middle of its work, again and again, and holds all books against each other.</summary>
public sealed class CrashCampaignTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 50, Seed = 20_261_123, LiveMin = 4;
    /// <summary>A rest worth less than this, USDT, is below every venue's minimum and cannot be sent.</summary>
    private const decimal DustMax = 10m;
    private const string Password = "a long sentence 42";
    private readonly string folder = Directory.CreateTempSubdirectory("ems-crash-").FullName;
    private readonly string log = Repository.Output("crash-campaign-host.log");
    private readonly Random random = new(Seed);
    private readonly HashSet<string> acknowledged = [];
    private readonly int port = HostProcess.FreePort();
    private NewOrderRequest? unanswered;
    private int number;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task Killed_fifty_times_in_the_middle_of_TWAPs_nothing_is_lost_and_nothing_is_sent_twice()
    {
        File.Delete(log);
        var clock = Stopwatch.StartNew();
        ApiSession? session = null;
        var starts = new List<double>();
        var unbooked = 0;
        try
        {
            for (var kill = 1; kill <= Kills; kill++)
            {
                var began = clock.Elapsed;
                await using var host = Launch();
                // One start in eight is itself cut short; recovery must survive that too.
                if (session is not null && random.Next(8) == 0)
                {
                    await Task.Delay(random.Next(200, 2_500), TestContext.Current.CancellationToken);
                }
                else
                {
                    await host.ReadyAsync();
                    starts.Add((clock.Elapsed - began).TotalSeconds);
                    session ??= await ApiSession.RegisterAsync(host.Address, "crash@example.org", Password);
                    await FeedAsync(session);
                    await Task.Delay(random.Next(20, 1_200), TestContext.Current.CancellationToken);
                    if (random.Next(3) == 0)
                    {
                        await SubmitIntoTheKillAsync(session, host);
                    }
                }
                await host.KillAsync();

                var ours = OurBooks.Read(folder, session.Account);
                var theirs = ExchangeRecord.Read(folder, session.Account);
                Comparison.Always(ours, theirs, acknowledged).ShouldBeEmpty($"after kill {kill}");
                ours.State.LiveParents.ShouldNotBeEmpty($"kill {kill} hit nothing that ran");
                unbooked += theirs.Fills.Count - ours.Fills.Count;
            }
            output.WriteLine($"{Kills} kills in {clock.Elapsed.TotalSeconds:0} s; {acknowledged.Count} TWAPs; ready after {starts.Average():0.0} s on average; fills the kills kept from us until later: {unbooked}");
            await FinishAsync(session!);
        }
        finally
        {
            session?.Dispose();
        }
        unbooked.ShouldBeGreaterThan(0, "no kill ever came between a fill and its booking: the campaign is too tame");
        output.WriteLine($"all {acknowledged.Count} ended after {clock.Elapsed.TotalSeconds:0} s");
    }

    private HostProcess Launch() => HostProcess.Launch(folder, port, log, "Paper:Market=fitted", "Chain:Mode=simulator", "Chain:Venues=false", "Engine:AuditIntervalMs=1000", "Logging:LogLevel:Default=Warning");

    /// <summary>Repeats what got no answer, and keeps a few TWAPs running.</summary>
    private async Task FeedAsync(ApiSession session)
    {
        if (unanswered is { } again)
        {
            (await session.SubmitAsync(again)).Status.ShouldBe(HttpStatusCode.Accepted);
            acknowledged.Add(again.ClOrdId!);
            unanswered = null;
        }
        var live = (await session.SnapshotAsync()).Orders.Count(o => o.EndedAt is null);
        for (; live < LiveMin; live++)
        {
            var order = Next();
            var (status, text) = await session.SubmitAsync(order);
            status.ShouldBe(HttpStatusCode.Accepted, text);
            acknowledged.Add(order.ClOrdId!);
        }
    }

    /// <summary>An order on the wire while the process dies: whether it was taken is found out by sending it again.</summary>
    private async Task SubmitIntoTheKillAsync(ApiSession session, HostProcess host)
    {
        var order = Next();
        var call = session.SubmitAsync(order);
        await Task.Delay(random.Next(0, 12), TestContext.Current.CancellationToken);
        await host.KillAsync();
        try
        {
            (await call).Status.ShouldBe(HttpStatusCode.Accepted);
            acknowledged.Add(order.ClOrdId!);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            unanswered = order;
        }
    }

    private NewOrderRequest Next()
    {
        var (instrument, qty) = random.Next(3) switch { 0 => ("BTC-USDT", 0.6m), 1 => ("ETH-USDT", 8m), _ => ("SOL-USDT", 120m) };
        var style = random.Next(3) switch { 0 => "MIXED", _ => "TAKER" };
        return ApiSession.Twap($"crash-{++number}", instrument, random.Next(2) == 0 ? "Buy" : "Sell", qty, 30, 30, ("style", style), ("endAction", "FINISH_AGGRESSIVE"), ("priceTolBps", "500"));
    }

    private async Task FinishAsync(ApiSession session)
    {
        var deadline = DateTimeOffset.UtcNow.AddSeconds(90);
        await using (var host = Launch())
        {
            await host.ReadyAsync();
            await FeedAsync(session);
            AccountSnapshot now;
            do
            {
                await Task.Delay(500, TestContext.Current.CancellationToken);
                now = await session.SnapshotAsync();
                now.Orders.ShouldAllBe(o => o.CumQty + o.WorkingQty + o.UnknownQty + o.UnsentQty == o.OrderQty);
            }
            while (DateTimeOffset.UtcNow < deadline && now.Orders.Any(o => o.EndedAt is null));
            now.Orders.Where(o => o.EndedAt is null).Select(o => $"{o.ClOrdId} {o.OrdStatus} {o.WhyIdle}").ShouldBeEmpty();
            now.Orders.Where(o => o.OrdStatus != OrdStatus.Filled && o.UnsentQty * (o.AvgPx ?? decimal.MaxValue) > DustMax)
                .Select(o => $"{o.ClOrdId} ended {o.OrdStatus} {o.EndCode} {o.EndText} with {o.CumQty} of {o.OrderQty}").ShouldBeEmpty();
            await host.KillAsync();
        }
        var ours = OurBooks.Read(folder, session.Account);
        var theirs = ExchangeRecord.Read(folder, session.Account);
        Comparison.Always(ours, theirs, acknowledged).Concat(Comparison.AtRest(ours, theirs)).ShouldBeEmpty("at the end");
        (await VerbAsync("verify-journal")).ShouldBe(0);
        (await VerbAsync("rebuild-projections")).ShouldBe(0);
        output.WriteLine($"{ours.Records} journal records, {theirs.Orders.Count} children, {theirs.Fills.Count} fills");
    }

    private async Task<int> VerbAsync(string verb)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Repository.HostDll, verb, $"--Data:Path={folder}"]) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true })!;
        output.WriteLine((await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
