using System.ComponentModel.DataAnnotations;
using Ems.Web.Features.Access;
using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.InMemory;

namespace Ems.Web.Features.Jobs;

/// <summary>Section <c>Jobs</c>.</summary>
public sealed class JobsOptions
{
    /// <summary>Jobs run at once.</summary>
    [Range(1, 200)] public int Workers { get; set; } = 8;
    /// <summary>How often the schedule is looked at.</summary>
    [Range(100, 60_000)] public int SchedulePollingMs { get; set; } = 500;
    /// <summary>How long a finished job stays in the dashboard.</summary>
    [Range(1, 10_080)] public int FinishedKeptMinutes { get; set; } = 120;
}

/// <summary>
/// Hangfire starts and closes every parent. Its storage is in memory: the schedule is made again from the journal at start, so
/// nothing is lost with it.
/// </summary>
public static class JobsFeature
{
    /// <summary>Registers client, server and storage.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<JobsOptions>().BindConfiguration("Jobs").ValidateDataAnnotations().ValidateOnStart();
        var options = configuration.GetSection("Jobs").Get<JobsOptions>() ?? new JobsOptions();
        // The host's own: Hangfire's defaults are statics, which the last host of a process would take from the others.
        services.AddSingleton<JobStorage>(_ => new InMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromMinutes(options.FinishedKeptMinutes) }));
        services.AddSingleton<JobActivator>(s => new AspNetCoreJobActivator(s.GetRequiredService<IServiceScopeFactory>()));
        services.AddHangfire(c => c.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings());
        services.AddHangfireServer(s =>
        {
            s.WorkerCount = options.Workers;
            s.SchedulePollingInterval = TimeSpan.FromMilliseconds(options.SchedulePollingMs);
        });
        return services;
    }

    /// <summary>Maps the dashboard, which shows jobs of every organisation: for operators only.</summary>
    public static WebApplication MapJobs(this WebApplication app)
    {
        app.MapHangfireDashboardWithAuthorizationPolicy(Policies.OperateInstance, "/hangfire", new DashboardOptions { DashboardTitle = "Ems jobs", AppPath = "/", DisplayStorageConnectionString = false });
        return app;
    }
}
