using Ems.Web.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Ems.Web.Data;

/// <summary>Makes or migrates the database before anything listens.</summary>
public static class DatabaseStart
{
    /// <summary>Applies migrations and proves that the file can be written.</summary>
    /// <exception cref="StartupException">The file is no database, or cannot be written.</exception>
    public static async Task PrepareAsync(IServiceProvider services, string file)
    {
        try
        {
            await using var db = await services.GetRequiredService<IDbContextFactory<EmsDbContext>>().CreateDbContextAsync();
            // A process that was killed while it migrated has left its lock, for which the next one would wait for ever. The data folder
            // is this process's alone, so a lock that is there is nobody's. https://learn.microsoft.com/ef/core/providers/sqlite/limitations
            await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"");
            await db.Database.MigrateAsync();
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL");
            // A read-only file opens without a complaint: only a write tells.
            await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable);
            await db.Database.ExecuteSqlRawAsync("CREATE TABLE write_probe (x); DROP TABLE write_probe");
            await transaction.CommitAsync();
        }
        catch (SqliteException e)
        {
            throw Unusable(file, e);
        }
    }

    /// <summary>Proves that a database of the engine, where there is one already, is one and can be written.</summary>
    /// <exception cref="StartupException">It is not.</exception>
    public static void Probe(string file)
    {
        if (!File.Exists(file))
        {
            return;
        }
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE; PRAGMA schema_version; ROLLBACK";
            command.ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            throw Unusable(file, e);
        }
    }

    private static StartupException Unusable(string file, SqliteException e) =>
        new($"The database {file} cannot be used: {e.Message.ReplaceLineEndings(" ")}", e);
}
