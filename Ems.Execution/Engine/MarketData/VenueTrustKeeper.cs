using System.Globalization;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Engine.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Ems.Execution.Engine.MarketData;

/// <summary>
/// Keeps how venues behaved over a restart, in a table of <c>analytics.db</c>: read before anybody trades, written every few seconds and at
/// the end. Each row is the whole record of a venue, so a lost write costs seconds of memory, and what is old has faded by itself.
/// </summary>
public sealed class VenueTrustKeeper(VenueRecords records, IOptions<EngineOptions> options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT venue, ack_ms, reject_share, stale_share, orders_weight, looks_weight, order_at, look_at FROM venue_trust";
        using var reader = command.ExecuteReader();
        var now = time.GetUtcNow();
        while (reader.Read())
        {
            var trust = new VenueTrust(reader.GetDouble(1), reader.GetDouble(2), reader.GetDouble(3), reader.GetDouble(4), reader.GetDouble(5), At(reader, 6), At(reader, 7));
            // A clock that was set back must not make a record last for ever.
            records.Restore(new(reader.GetString(0)), trust with { OrderAt = trust.OrderAt > now ? now : trust.OrderAt, LookAt = trust.LookAt > now ? now : trust.LookAt });
        }
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Write();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Write();
            }
        }
        catch (OperationCanceledException)
        {
            // The last word is written when it stops.
        }
    }

    private void Write()
    {
        using var connection = Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var (venue, t) in records.All())
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "INSERT OR REPLACE INTO venue_trust VALUES (@a,@b,@c,@d,@e,@f,@g,@h)";
            object[] values = [venue.Value, t.AckMs, t.RejectShare, t.StaleShare, t.OrdersWeight, t.LooksWeight, Text(t.OrderAt), Text(t.LookAt)];
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters.AddWithValue("@" + (char)('a' + i), values[i]);
            }
            command.ExecuteNonQuery();
        }
        transaction.Commit();
    }

    private SqliteConnection Open()
    {
        Directory.CreateDirectory(options.Value.DataPath);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = options.Value.AnalyticsFile }.ToString());
        connection.Open();
        JournalSchema.Execute(connection, "CREATE TABLE IF NOT EXISTS venue_trust (venue TEXT PRIMARY KEY, ack_ms REAL NOT NULL, reject_share REAL NOT NULL, stale_share REAL NOT NULL, "
            + "orders_weight REAL NOT NULL, looks_weight REAL NOT NULL, order_at TEXT NOT NULL, look_at TEXT NOT NULL) STRICT");
        return connection;
    }

    private static string Text(DateTimeOffset at) => at.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset At(SqliteDataReader reader, int column) => DateTimeOffset.Parse(reader.GetString(column), CultureInfo.InvariantCulture);
}
