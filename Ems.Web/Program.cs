using Ems.Web.Features.Bridge;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Venues.Cow;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Execution.Venues.Paper;
using Ems.Execution.Venues.Paper.Market;
using Ems.Web.Components;
using Ems.Web.Data;
using Ems.Web.Features;
using Ems.Web.Features.Access;
using Ems.Web.Features.Jobs;
using Ems.Web.Features.Laboratory;
using Ems.Web.Features.Mandates;
using Ems.Web.Features.People;
using Ems.Web.Features.Problems;
using Ems.Web.Features.Push;
using Ems.Web.Features.Reference;
using Ems.Web.Features.Replays;
using Ems.Web.Features.Security;
using Ems.Web.Features.Wallets;
using Ems.Web.Features.Watching;
using Ems.Web.Hosting;

return await HostRun.GuardAsync(() => Verbs.Of(args) is { } verb ? Verbs.RunAsync(verb, args, Console.Out, Console.Error) : ServeAsync(args));

static async Task<int> ServeAsync(string[] args)
{
    var builder = WebApplication.CreateBuilder(args);
    // Also outside Development, when run from the sources; a published application has no such manifest.
    builder.WebHost.UseStaticWebAssets();
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddSingleton<InstanceLock>();
    builder.Services.AddEmsData(builder.Configuration);
    builder.Services.AddProblems();
    builder.Services.AddSecurity();
    builder.Services.AddPeople();
    builder.Services.AddWallets();
    builder.Services.AddMandates();
    builder.Services.AddReplays();
    builder.Services.AddAccess();
    builder.Services.AddPaperMarket(builder.Configuration);
    builder.Services.AddPaperVenues();
    builder.Services.AddChain();
    builder.Services.AddIntents();
    builder.Services.AddLaboratory();
    if (builder.Configuration.GetValue("Chain:Venues", true))
    {
        builder.Services.AddPoolVenues();
    }
    if ((builder.Configuration.GetSection("Chain").Get<ChainOptions>() ?? new()).HasLayerTwo)
    {
        builder.Services.AddLayerTwo().AddBridge();
    }
    builder.Services.AddJobs(builder.Configuration);
    builder.AddEmsExecution();
    builder.Services.AddPush();
    builder.Services.AddApi();
    builder.Services.AddReference();
    builder.Services.AddWatching(builder.Configuration);
    builder.Services.AddPages();

    await using var app = builder.Build();
    app.UseSecurityHeaders();
    app.UseProblems();
    app.UseAuthentication();
    app.UseRequestGuards();
    app.UseAuthorization();
    app.UseAntiforgery();

    app.MapApi();
    app.MapPush();
    app.MapJobs();
    app.MapReference();
    app.MapWatching();
    app.MapPages();
    return await HostRun.RunAsync(app);
}
