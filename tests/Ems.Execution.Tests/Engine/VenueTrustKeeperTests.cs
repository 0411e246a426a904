using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Engine.MarketData;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Ems.Execution.Tests.Engine;

public sealed class VenueTrustKeeperTests
{
    private static readonly VenueId Alpha = new("ALPHA");

    [Fact]
    public async Task What_a_venue_did_before_a_restart_is_held_against_it_after_and_fades_as_if_nothing_had_happened()
    {
        var folder = Directory.CreateTempSubdirectory("trust-");
        try
        {
            var clock = new FakeTimeProvider(new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero));
            var before = new VenueRecords(clock);
            for (var n = 0; n < 40; n++)
            {
                before.WasSilent(Alpha, 800);
                clock.Advance(TimeSpan.FromSeconds(1));
            }
            await RunAsync(before, folder.FullName, clock);

            clock.Advance(TimeSpan.FromSeconds(60));
            var after = new VenueRecords(clock);
            await RunAsync(after, folder.FullName, clock);
            after.Of(Alpha).ShouldBe(before.Of(Alpha));
            var (bps, because) = after.Of(Alpha).Penalty(60m, clock.GetUtcNow());
            bps.ShouldBeGreaterThan(2m);
            because!.ShouldContain("refused");
            after.Of(new("BRAVO")).ShouldBe(VenueTrust.Unknown);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            folder.Delete(true);
        }
    }

    private static async Task RunAsync(VenueRecords records, string folder, TimeProvider clock)
    {
        using var keeper = new VenueTrustKeeper(records, Options.Create(new EngineOptions { DataPath = folder }), clock);
        await keeper.StartAsync(TestContext.Current.CancellationToken);
        await keeper.StopAsync(TestContext.Current.CancellationToken);
    }
}
