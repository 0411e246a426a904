using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Data;
using Ems.Web.Features.Access;
using Ems.Web.Tests;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(EmsHost))]

namespace Ems.Web.Tests;

/// <summary>The production program on a folder of its own with the simulated market; one for all tests of the assembly.</summary>
public sealed class EmsHost : WebApplicationFactory<Program>, IAsyncLifetime
{
    public const string Password = "correct horse staple";
    private readonly string folder = Directory.CreateTempSubdirectory("ems-web-tests-").FullName;

    /// <summary>The first person of the instance.</summary>
    public Person Owner { get; private set; } = null!;

    /// <summary>The owner's paper account.</summary>
    public string Account { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Owner = await Person.RegisterAsync(this, "owner@example.com");
        Account = (await Owner.MeAsync()).Accounts.Single().Id;
        await MarketIsOpenAsync();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSolutionRelativeContentRoot(".", "Ems.Web.sln");
        builder.UseEnvironment("Production");
        builder.UseSetting("Data:Path", folder);
        builder.UseSetting("Paper:Market", "fitted");
        builder.UseSetting("Paper:Latency", "false");
        builder.UseSetting("Chain:Mode", "simulator");
        // What the tests count is counted over the paper venues.
        builder.UseSetting("Chain:Venues", "false");
        builder.UseSetting("RateLimits:SignInsPerMinute", "10000");
        builder.UseSetting("Push:AccountIntervalMs", "20");
        builder.UseSetting("Push:MarketIntervalMs", "20");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
    }

    /// <summary>Somebody with a role in the owner's organisation; a trader may trade only what is granted.</summary>
    public async Task<Person> MemberAsync(string email, MemberRole role, params string[] granted)
    {
        using var scope = Services.CreateScope();
        var user = new EmsUser { UserName = email, Email = email };
        (await scope.ServiceProvider.GetRequiredService<UserManager<EmsUser>>().CreateAsync(user, Password)).Succeeded.ShouldBeTrue();
        await using var db = await Services.GetRequiredService<IDbContextFactory<EmsDbContext>>().CreateDbContextAsync();
        var organisation = await db.Organisations.SingleAsync(o => o.OperatesInstance);
        db.Memberships.Add(new Membership { OrganisationId = organisation.Id, UserId = user.Id, Role = role });
        db.AccountGrants.AddRange(granted.Select(a => new AccountGrant { AccountId = a, UserId = user.Id }));
        await db.SaveChangesAsync();
        Services.GetRequiredService<AccessDirectory>().Forget(user.Id);
        return await Person.SignInAsync(this, email);
    }

    private async Task MarketIsOpenAsync()
    {
        var market = Services.GetRequiredService<MarketDataHub>();
        for (var i = 0; i < 200 && market.FreshBooks(new InstrumentId("BTC-USDT")).Count < 3; i++)
        {
            await Task.Delay(50);
        }
        market.FreshBooks(new InstrumentId("BTC-USDT")).Count.ShouldBe(3);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
