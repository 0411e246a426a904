using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Venues.Paper;

namespace Ems.Execution.Tests.Engine;

/// <summary>A position is the account's, a reduce-only rule the venue's own: flattening must not run into the wrong one.</summary>
public sealed class FlattenAcrossVenuesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ems-flatten-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [InlineData("ALPHA")]
    [InlineData("BRAVO")]
    [InlineData("CHARLIE")]
    public async Task What_was_bought_on_one_venue_is_flat_within_the_drill(string venue)
    {
        await using var host = await EngineHost.StartAsync(folder);
        await host.OpenAsync("A1");
        var order = EngineHost.Order("b1", "MARKET", Side.Buy, 1m);
        await host.Account("A1").SubmitAsync(order with { Spec = order.Spec with { Venues = [new VenueId(venue)] } });
        await host.UntilAsync("A1", "b1", p => p.OrdStatus.IsTerminal());
        var bought = host.Fold("A1").Positions.At(new("BTC-USDT")).Qty;
        bought.ShouldBeGreaterThan(0.5m);
        var report = await host.Account("A1").KillAsync(KillLevel.CancelAndFlatten, null, "test", "drill");
        report.Proven.ShouldBeTrue(report.Text);
        host.Fold("A1").Positions.At(new("BTC-USDT")).Qty.ShouldBe(0m);
        host.Fold("A1").Children.Values.ShouldAllBe(c => c.RejectCode == null);
    }
}
