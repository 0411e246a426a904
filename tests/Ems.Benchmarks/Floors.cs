using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Ems.Benchmarks;

/// <summary>What this machine can do at best, measured in the same run as what is compared with it.</summary>
internal static class Floors
{
    private const int Commits = 400, Requests = 4_000, PayloadBytes = 1_000;

    /// <summary>One row of 1 kB, one transaction, WAL, synchronous=FULL.</summary>
    public static Sample SqliteCommit()
    {
        var folder = Directory.CreateTempSubdirectory("ems-floor-");
        try
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(folder.FullName, "floor.db")};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, payload BLOB)";
            command.ExecuteNonQuery();
            command.CommandText = "INSERT INTO t (payload) VALUES (@p)";
            command.Parameters.AddWithValue("@p", new byte[PayloadBytes]);
            var sample = new Sample();
            for (var i = 0; i < Commits; i++)
            {
                var start = Stopwatch.GetTimestamp();
                using (var transaction = connection.BeginTransaction())
                {
                    command.Transaction = transaction;
                    command.ExecuteNonQuery();
                    transaction.Commit();
                }
                sample.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            return sample;
        }
        finally
        {
            folder.Delete(true);
        }
    }

    /// <summary>One request to an empty Kestrel endpoint over a kept connection.</summary>
    public static async Task<Sample> LoopbackHttpAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.MapPost("/", () => "ok");
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var sample = new Sample();
        for (var i = 0; i < Requests; i++)
        {
            var start = Stopwatch.GetTimestamp();
            using var answer = await http.PostAsync("/", null);
            if (i >= Requests / 4)
            {
                sample.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }
        await app.StopAsync();
        return sample;
    }
}
