using Ems.Execution.Engine.Hosting;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Execution.Venues.Paper;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Ems.Web.Data;

/// <summary>The database of people, and the one folder that everything durable is kept in.</summary>
public static class DataFeature
{
    /// <summary>Registers the database; it is made and migrated by <see cref="DatabaseStart"/>.</summary>
    public static IServiceCollection AddEmsData(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DataOptions>().BindConfiguration("Data").ValidateDataAnnotations().ValidateOnStart();
        // Before these sections are bound, which may still say otherwise.
        services.AddOptions<EngineOptions>().Configure<IOptions<DataOptions>>((engine, data) => engine.DataPath = data.Value.Path);
        services.AddOptions<PaperOptions>().Configure<IOptions<DataOptions>>((paper, data) => paper.DataPath = data.Value.Path);
        services.AddOptions<ChainOptions>().Configure<IOptions<DataOptions>>((chain, data) => chain.DataPath = data.Value.Path);
        services.AddDbContextFactory<EmsDbContext>((s, o) =>
            o.UseSqlite($"Data Source={s.GetRequiredService<IOptions<DataOptions>>().Value.DatabaseFile}"));
        var folder = configuration.GetSection("Data").Get<DataOptions>() ?? new DataOptions();
        services.AddDataProtection().SetApplicationName("Ems").PersistKeysToFileSystem(new DirectoryInfo(folder.KeysFolder));
        return services;
    }
}
