using System.Globalization;
using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Core.Routing;
using Ems.Execution.Engine.Storage;
using Ems.Execution.Venues.Paper;
using Microsoft.Data.Sqlite;

namespace Ems.Benchmarks;

/// <summary>Writes the journal of one account in the middle of many TWAPs: every child was sent, acknowledged and filled.</summary>
internal static class LongJournal
{
    private const decimal ChildQty = 0.001m, Px = 93_000m;
    private static readonly AccountId Account = new("bench");
    private static readonly VenueId Venue = new("ALPHA");
    private static readonly InstrumentId Instrument = new("BTC-USDT");

    public static void Write(string file, int parents, int events)
    {
        // Makes the file and its tables.
        new JournalWriter(file).DisposeAsync().AsTask().GetAwaiter().GetResult();
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            using var transaction = connection.BeginTransaction();
            using var insert = connection.CreateCommand();
            insert.Transaction = transaction;
            insert.CommandText = "INSERT INTO journal VALUES (@a,@b,@c,@d,@e,@f,@g)";
            foreach (var name in "abcdefg")
            {
                insert.Parameters.Add(new SqliteParameter { ParameterName = "@" + name });
            }
            var (seq, hash) = (0L, JournalRow.Genesis);
            foreach (var e in Events(parents, events))
            {
                var row = JournalRow.Chain(Account, ++seq, e.Parent, e.Time, AccountJson.Write(e), hash);
                hash = row.Hash;
                object?[] values = [Account.Value, seq, e.Parent?.Value, row.Time.UtcTicks, row.Payload, row.PreviousHash, row.Hash];
                for (var i = 0; i < values.Length; i++)
                {
                    insert.Parameters[i].Value = values[i] ?? DBNull.Value;
                }
                insert.ExecuteNonQuery();
            }
            transaction.Commit();
        }
        var catalog = new InstrumentCatalog(PaperVenueSpec.Instruments, PaperVenueSpec.Defaults.SelectMany(v => v.Listings));
        new ProjectionRebuilder(file, catalog).Run(TextWriter.Null);
    }

    private static IEnumerable<AccountEvent> Events(int parents, int events)
    {
        var now = DateTimeOffset.UtcNow - TimeSpan.FromMinutes(1);
        const string Actor = "benchmark";
        yield return new AccountOpened(Account, "bench", new RiskLimits(1e12m, 1e12m, 1e18m, 5_000m, 1_000_000, 1_000_000, 1_000_000), 1, now, Actor);
        foreach (var v in PaperVenueSpec.Defaults)
        {
            foreach (var asset in new[] { "USDT", "BTC" })
            {
                yield return new Deposited(v.Venue, new Asset(asset), 1_000_000_000m, $"{v.Venue}-{asset}", now, Actor);
            }
        }
        for (var p = 0; p < parents; p++)
        {
            var id = new ClOrdId($"p{p}");
            var spec = new ParentSpec(id, Instrument, Side.Sell, 1_000m, null, "TWAP", new Dictionary<string, string> { ["durationSeconds"] = "7200", ["intervalSeconds"] = "10" });
            yield return new ParentReceived(spec, id.Value, (ulong)p, [], now, Actor);
            yield return new ParentAccepted(id, new Asset("BTC"), 1m, 1_000m * Px, now, Actor);
            yield return new ParentActivated(id, Px, ScheduleMemory.Fresh(MarketView.Empty(Instrument)), now, Actor);
        }
        var left = events - (parents * 3) - 7;
        for (var n = 0; left > 0; n++)
        {
            var parent = new ClOrdId($"p{n % parents}");
            var child = new ClOrdId($"p{n % parents}-{n / parents}");
            var order = new Order(child, parent, n / parents, Venue, Instrument, Side.Sell, OrdType.Limit, ChildQty, Px, TimeInForce.Ioc, false, false, now, "0.001 at ALPHA, least all-in");
            yield return new AlgoDecided(parent, null, [new RoutedSlice(n / parents, ChildQty, "slice", [order], new RoutePlan([], [], 0m, null), [])], [], null, now, Actor);
            yield return new ChildReported(parent, Report(child, ExecType.New, OrdStatus.New, 0m, n, now), now, Actor);
            yield return new ChildReported(parent, Report(child, ExecType.Trade, OrdStatus.Filled, ChildQty, n, now), now, Actor);
            left -= 3;
        }
    }

    private static ExecutionReport Report(ClOrdId child, ExecType type, OrdStatus status, decimal qty, int n, DateTimeOffset now) => new(
        Venue, Account, child, n.ToString(CultureInfo.InvariantCulture), $"{type}-{n}", type, status, ChildQty, qty, ChildQty - qty, qty, qty > 0m ? Px : 0m,
        qty > 0m ? LastLiquidityInd.Removed : LastLiquidityInd.None, qty * Px * 0.001m, new Asset("USDT"), now);
}
