using Ems.Web.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Ems.Web.Features.People;

/// <summary>
/// Makes a person, his organisation and its first paper account. The first person of an instance gets the organisation that
/// operates it.
/// </summary>
public sealed partial class Registration(UserManager<EmsUser> people, IDbContextFactory<EmsDbContext> databases, AccountOpening opening, RegistrationGate gate, TimeProvider time, ILogger<Registration> logger)
{
    /// <summary>Registers; errors are for the person to read.</summary>
    public async Task<(EmsUser? User, IReadOnlyList<string> Errors)> RegisterAsync(string email, string password, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var user = new EmsUser { UserName = email, Email = email, RegisteredAt = now };
        await gate.One.WaitAsync(ct);
        TradingAccount account;
        try
        {
            var made = await people.CreateAsync(user, password);
            if (!made.Succeeded)
            {
                return (null, [.. made.Errors.Where(e => e.Code != "DuplicateEmail" || !made.Errors.Any(x => x.Code == "DuplicateUserName")).Select(e => e.Description)]);
            }
            try
            {
                account = await MakeOrganisationAsync(user, now, ct);
            }
            catch
            {
                // A person without an organisation could sign in and do nothing, and could not register again.
                await people.DeleteAsync(user);
                throw;
            }
        }
        finally
        {
            gate.One.Release();
        }
        Registered(logger, user.Id, account.Id);
        await opening.OpenAsync(account, email, ct);
        return (user, []);
    }

    private async Task<TradingAccount> MakeOrganisationAsync(EmsUser user, DateTimeOffset now, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var first = !await db.Organisations.AnyAsync(o => o.OperatesInstance, ct);
        var organisation = new Organisation { Id = Guid.NewGuid().ToString("N"), Name = NameOf(user.Email!), OperatesInstance = first, CreatedAt = now };
        var account = new TradingAccount { Id = "paper-" + Guid.NewGuid().ToString("N")[..10], OrganisationId = organisation.Id, Name = "Paper account", CreatedAt = now };
        organisation.Accounts.Add(account);
        organisation.Members.Add(new Membership { OrganisationId = organisation.Id, UserId = user.Id, Role = MemberRole.Owner, JoinedAt = now });
        db.Add(organisation);
        await db.SaveChangesAsync(ct);
        return account;
    }

    private static string NameOf(string email) => email.Split('@')[0] + "'s desk";

    [LoggerMessage(3401, LogLevel.Information, "Person {UserId} registered with account {Account}")]
    private static partial void Registered(ILogger logger, string userId, string account);
}

/// <summary>One registration at a time, so that exactly one is the first.</summary>
public sealed class RegistrationGate
{
    internal SemaphoreSlim One { get; } = new(1, 1);
}
