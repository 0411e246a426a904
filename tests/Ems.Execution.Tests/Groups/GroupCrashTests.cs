using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Groups;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.Storage;
using Ems.Execution.Tests.Engine;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using static Ems.Execution.Tests.Groups.GroupTickets;

namespace Ems.Execution.Tests.Groups;

/// <summary>
/// The account dies at a chosen record of the journal, with everything in memory that was not written: the write is refused, as by a
/// power cut, and a new owner folds what is there while the exchange goes on. Nothing may be lost and nothing sent twice.
/// </summary>
public sealed class GroupCrashTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ems-group-crash-").FullName;
    private int died;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task A_bracket_that_dies_at_every_record_of_its_journal_is_opened_once_and_closed_once()
    {
        await using var host = await OpenAsync();
        var records = await RecordsOfAsync(host, "dry", Bracket);
        for (var at = 1; at <= records; at++)
        {
            var id = $"b{at}";
            await DieAndGoOnAsync(host, Bracket(id), at);
            var end = await host.EndAsync(id, 30);
            (end.Group.EndCode, end.Residual).ShouldBe(("Closed", 0m), $"died at record {at}");
            (await host.LegAsync($"{id}-entry")).CumQty.ShouldBe(0.05m, $"died at record {at}");
        }
        await AgreesAsync(host);
        host.Fold("A1").Positions.At(Btc).Qty.ShouldBe(0m);

        static GroupSpec Bracket(string id) => GroupTickets.Bracket(id, Market(Side.Buy, 0.05m), ("takeProfitPx", "61500"), ("stopPx", "55000"), ("timeLimitSeconds", "1"));
    }

    [Fact]
    public async Task An_OCO_that_dies_at_every_record_of_its_journal_still_cancels_the_other_order()
    {
        await using var host = await OpenAsync();
        var records = await RecordsOfAsync(host, "dry", Oco);
        for (var at = 1; at <= records; at++)
        {
            var id = $"o{at}";
            await DieAndGoOnAsync(host, Oco(id), at);
            var end = await host.EndAsync(id, 30);
            end.Group.OrdStatus.ShouldBe(OrdStatus.Filled, $"died at record {at}");
            ((await host.LegAsync($"{id}-a")).CumQty, (await host.LegAsync($"{id}-b")).CumQty, end.Residual).ShouldBe((0.05m, 0m, 0m), $"died at record {at}");
        }
        await AgreesAsync(host);
        host.Fold("A1").Positions.At(Btc).Qty.ShouldBe(-0.05m * (records + 1));

        // The first is within the market and fills at once, the second rests until it is canceled.
        static GroupSpec Oco(string id) => GroupTickets.Oco(id, Limit(Side.Sell, 0.05m, 59_500m), Limit(Side.Sell, 0.05m, 61_500m));
    }

    [Fact]
    public async Task A_pair_that_dies_at_every_record_of_its_journal_is_hedged_once()
    {
        await using var host = await OpenAsync();
        var records = await RecordsOfAsync(host, "dry", Pair);
        for (var at = 1; at <= records; at++)
        {
            var id = $"p{at}";
            await DieAndGoOnAsync(host, Pair(id), at);
            (await host.EndAsync(id, 30)).Group.OrdStatus.ShouldBe(OrdStatus.Filled, $"died at record {at}");
        }
        await AgreesAsync(host);
        var state = host.Fold("A1");
        state.Positions.At(Btc).Qty.ShouldBe(0.05m * (records + 1));
        state.Positions.At(Eth).Qty.ShouldBe(-0.1m * (records + 1));

        static GroupSpec Pair(string id) => Pairs(id, Market(Side.Buy, 0.05m), Market(Side.Sell, 0.1m, Eth), ("ratio", "2"), ("maxLegImbalance", "0.05"));
    }

    [Fact]
    public async Task A_way_over_a_third_asset_that_dies_at_every_record_of_its_journal_spends_what_came_in_once()
    {
        await using var host = await OpenAsync();
        var records = await RecordsOfAsync(host, "dry", Hop);
        for (var at = 1; at <= records; at++)
        {
            var id = $"h{at}";
            await DieAndGoOnAsync(host, Hop(id), at);
            (await host.EndAsync(id, 30)).Group.OrdStatus.ShouldBe(OrdStatus.Filled, $"died at record {at}");
            var first = await host.LegAsync($"{id}-first");
            var second = (await host.Account("A1").ViewAsync()).Parents.Select(p => p.Order).Where(p => p.Group is { Role: "second" } g && g.Group.Value == id).ToList();
            var (came, spent) = (first.CumNotional - first.Commission, second.Sum(p => p.CumNotional + p.Commission));
            first.CumQty.ShouldBe(0.05m);
            spent.ShouldBeInRange(came * 0.99m, came, $"died at record {at}");
        }
        await AgreesAsync(host);
        host.Fold("A1").Positions.At(Btc).Qty.ShouldBe(-0.05m * (records + 1));

        static GroupSpec Hop(string id) => Group(id, Core.Groups.HopGroup.Name, [("first", Market(Side.Sell, 0.05m)), ("second", Market(Side.Buy, 1m, Eth))]);
    }

    private async Task<EngineHost> OpenAsync()
    {
        var host = await EngineHost.StartAsync(folder, settings: new() { ["Engine:AckTimeoutMs"] = "300" });
        await host.OpenAsync("A1");
        return host;
    }

    /// <summary>Runs one to its end undisturbed: how many records it has.</summary>
    private static async Task<int> RecordsOfAsync(EngineHost host, string id, Func<string, GroupSpec> make)
    {
        var before = Count(host);
        await host.AcceptedAsync(make(id));
        await host.EndAsync(id, 30);
        return Count(host) - before;
    }

    private async Task DieAndGoOnAsync(EngineHost host, GroupSpec spec, int at)
    {
        await QuietAsync(host);
        // The at-th record from here on does not reach the disk, nor does what shares its commit.
        Sql($"CREATE TRIGGER power_cut BEFORE INSERT ON journal WHEN NEW.seq >= {Count(host) + at} BEGIN SELECT RAISE(FAIL, 'power cut'); END");
        try
        {
            await host.SubmitAsync(spec);
            for (var i = 0; i < 100; i++)
            {
                await host.Account("A1").GroupsAsync();
                if ((await host.Account("A1").GroupsAsync()).First(g => g.Group.Spec.ClOrdId == spec.ClOrdId).Group.OrdStatus.IsTerminal())
                {
                    break;
                }
                await Task.Delay(30);
            }
        }
        catch (Exception)
        {
            // It died before it answered: the sender does not know, and asks again under the same name.
            died++;
        }
        Sql("DROP TRIGGER power_cut");
        for (var i = 0; ; i++)
        {
            try
            {
                var again = await host.SubmitAsync(spec);
                again.Denial.ShouldBeNull();
                again.Errors.ShouldBeEmpty();
                return;
            }
            catch (Exception) when (i < 20)
            {
                // The old owner is still going away.
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Waits for the close jobs of what ended before: their records would be counted as the next one's.</summary>
    private static async Task QuietAsync(EngineHost host)
    {
        for (var (i, last) = (0, -1); i < 100 && Count(host) != last; i++)
        {
            last = Count(host);
            await Task.Delay(80);
        }
    }

    /// <summary>Every child's fills are what the exchange's own record says, and no name was sent twice.</summary>
    private async Task AgreesAsync(EngineHost host)
    {
        await QuietAsync(host);
        // The last records of a life are its comparison with the venues, after its end: dying there is nobody's question here.
        died.ShouldBeGreaterThan(10);
        var state = host.Fold("A1");
        using var c = new SqliteConnection($"Data Source={Path.Combine(folder, "paper-exchange.db")};Mode=ReadOnly;Pooling=False");
        c.Open();
        using var q = c.CreateCommand();
        q.CommandText = "SELECT clordid, qty FROM fills";
        using var r = q.ExecuteReader();
        var theirs = new Dictionary<string, decimal>();
        while (r.Read())
        {
            theirs[r.GetString(0)] = theirs.GetValueOrDefault(r.GetString(0)) + decimal.Parse(r.GetString(1), System.Globalization.CultureInfo.InvariantCulture);
        }
        state.Children.Values.Where(o => o.CumQty > 0m).ToDictionary(o => o.ClOrdId.Value, o => o.CumQty).ShouldBe(theirs, ignoreOrder: true);
        state.LiveChildren.ShouldBeEmpty();
        state.LiveGroups.ShouldBeEmpty();
    }

    private static int Count(EngineHost host) => host.Services.GetRequiredService<JournalReader>().Rows(new("A1")).Count();

    private void Sql(string text)
    {
        using var c = new SqliteConnection($"Data Source={Path.Combine(folder, "journal.db")};Pooling=False;Default Timeout=20");
        c.Open();
        using var q = c.CreateCommand();
        q.CommandText = text;
        q.ExecuteNonQuery();
    }
}
