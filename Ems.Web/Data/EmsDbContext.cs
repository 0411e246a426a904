using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Ems.Web.Data;

/// <summary>People, organisations and which accounts exist. Orders and money are not here: they are in the engine's journal.</summary>
public sealed class EmsDbContext(DbContextOptions<EmsDbContext> options) : IdentityUserContext<EmsUser>(options)
{
    public DbSet<Organisation> Organisations => Set<Organisation>();
    public DbSet<Membership> Memberships => Set<Membership>();
    public DbSet<TradingAccount> TradingAccounts => Set<TradingAccount>();
    public DbSet<AccountGrant> AccountGrants => Set<AccountGrant>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<Organisation>(e =>
        {
            e.Property(o => o.Id).HasMaxLength(36);
            e.Property(o => o.Name).HasMaxLength(100);
            // At most one organisation operates the instance, whatever races at sign-up.
            e.HasIndex(o => o.OperatesInstance).IsUnique().HasFilter("\"OperatesInstance\" = 1");
        });
        builder.Entity<Membership>(e =>
        {
            e.HasKey(m => new { m.OrganisationId, m.UserId });
            e.HasIndex(m => m.UserId);
            e.Property(m => m.Role).HasConversion<string>().HasMaxLength(16);
            e.HasOne(m => m.Organisation).WithMany(o => o.Members).HasForeignKey(m => m.OrganisationId);
            e.HasOne(m => m.User).WithMany().HasForeignKey(m => m.UserId);
        });
        builder.Entity<TradingAccount>(e =>
        {
            e.Property(a => a.Id).HasMaxLength(36);
            e.Property(a => a.Name).HasMaxLength(100);
            e.Ignore(a => a.AccountId);
            e.HasOne(a => a.Organisation).WithMany(o => o.Accounts).HasForeignKey(a => a.OrganisationId);
        });
        builder.Entity<AccountGrant>(e =>
        {
            e.HasKey(g => new { g.AccountId, g.UserId });
            e.HasIndex(g => g.UserId);
            e.HasOne(g => g.Account).WithMany().HasForeignKey(g => g.AccountId);
            e.HasOne(g => g.User).WithMany().HasForeignKey(g => g.UserId);
        });
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        // SQLite cannot compare offsets; every time here is UTC, so ticks order as the moments do.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicksConverter>();

    private sealed class UtcTicksConverter() : ValueConverter<DateTimeOffset, long>(t => t.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
}
