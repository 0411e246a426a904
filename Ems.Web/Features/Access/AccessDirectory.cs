using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using Ems.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Ems.Web.Features.Access;

/// <summary>Section <c>Access</c>.</summary>
public sealed class AccessOptions
{
    /// <summary>How long a person's rights may be remembered; a change made elsewhere is seen after this at the latest.</summary>
    [Range(0, 300)] public int RightsCachedSeconds { get; set; } = 5;
    /// <summary>People whose rights are remembered at once.</summary>
    [Range(1, 1_000_000)] public int PeopleCachedMax { get; set; } = 10_000;
}

/// <summary>The one place that knows who may do what.</summary>
public sealed class AccessDirectory(IDbContextFactory<EmsDbContext> databases, TimeProvider time, IOptions<AccessOptions> options)
{
    private readonly ConcurrentDictionary<string, (UserAccess Access, long Taken)> cache = new(StringComparer.Ordinal);

    /// <summary>What the person may do.</summary>
    public async ValueTask<UserAccess> OfAsync(string userId, CancellationToken ct)
    {
        if (cache.TryGetValue(userId, out var known) && time.GetElapsedTime(known.Taken).TotalSeconds < options.Value.RightsCachedSeconds)
        {
            return known.Access;
        }
        var taken = time.GetTimestamp();
        var access = await ReadAsync(userId, ct);
        if (cache.Count >= options.Value.PeopleCachedMax)
        {
            cache.Clear();
        }
        cache[userId] = (access, taken);
        return access;
    }

    /// <summary>Forgets what is remembered, after somebody's rights were changed.</summary>
    public void Forget(string userId) => cache.TryRemove(userId, out _);

    private async Task<UserAccess> ReadAsync(string userId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var memberships = await db.Memberships.AsNoTracking().Where(m => m.UserId == userId)
            .Include(m => m.Organisation!).ThenInclude(o => o.Accounts).OrderBy(m => m.JoinedAt).ToListAsync(ct);
        var granted = await db.AccountGrants.AsNoTracking().Where(g => g.UserId == userId).Select(g => g.AccountId).ToHashSetAsync(ct);
        return new(userId, [.. memberships.Select(m => new OrganisationAccess(m.OrganisationId, m.Organisation!.Name, m.Organisation.OperatesInstance, m.Role,
            [.. m.Organisation.Accounts.OrderBy(a => a.CreatedAt).Select(a => new AccountAccess(a.AccountId, a.Name, RightOf(m.Role, granted.Contains(a.Id))))
                .Where(a => a.Right > AccountRight.None)]))]);
    }

    /// <summary>The whole rule of roles.</summary>
    internal static AccountRight RightOf(MemberRole role, bool granted) => role switch
    {
        MemberRole.Owner or MemberRole.Admin => AccountRight.Administer,
        MemberRole.Trader => granted ? AccountRight.Trade : AccountRight.None,
        MemberRole.Viewer => AccountRight.View,
        MemberRole.None or _ => AccountRight.None,
    };
}
