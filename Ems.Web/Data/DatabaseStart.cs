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
            await db.Database.MigrateAsync();
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL");
            // A read-only file opens without a complaint: only a write tells.
            await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable);
            await db.Database.ExecuteSqlRawAsync("CREATE TABLE write_probe (x); DROP TABLE write_probe");
            await transaction.CommitAsync();
        }
        catch (SqliteException e)
        {
            throw new StartupException($"The database {file} cannot be used: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
