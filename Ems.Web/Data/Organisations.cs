using Ems.Execution.Core.Primitives;

namespace Ems.Web.Data;

/// <summary>A firm or desk: it has members and trading accounts.</summary>
public sealed class Organisation
{
    public required string Id { get; init; }
    public required string Name { get; set; }
    /// <summary>The organisation of the instance's first user: its owners and admins also operate the instance (jobs, faults, metrics).</summary>
    public bool OperatesInstance { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public List<Membership> Members { get; } = [];
    public List<TradingAccount> Accounts { get; } = [];
}

/// <summary>What a member may do. Zero is never a role.</summary>
public enum MemberRole
{
    None = 0,
    /// <summary>Sees every account of the organisation.</summary>
    Viewer = 1,
    /// <summary>Sees and trades the accounts granted to him.</summary>
    Trader = 2,
    /// <summary>Trades and administers every account.</summary>
    Admin = 3,
    /// <summary>An admin who cannot be removed by admins.</summary>
    Owner = 4,
}

/// <summary>A person in an organisation.</summary>
public sealed class Membership
{
    public required string OrganisationId { get; init; }
    public required string UserId { get; init; }
    public required MemberRole Role { get; set; }
    public DateTimeOffset JoinedAt { get; init; }
    public Organisation? Organisation { get; init; }
    public EmsUser? User { get; init; }
}

/// <summary>A trading account: its orders, money and limits are the engine's, under the same id.</summary>
public sealed class TradingAccount
{
    public required string Id { get; init; }
    public required string OrganisationId { get; init; }
    public required string Name { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When the engine confirmed that the account is open and funded; null until then, and tried again at start.</summary>
    public DateTimeOffset? OpenedAt { get; set; }
    public Organisation? Organisation { get; init; }
    /// <summary>The id as the engine knows it.</summary>
    public AccountId AccountId => new(Id);
}

/// <summary>That a trader may trade an account of his organisation.</summary>
public sealed class AccountGrant
{
    public required string AccountId { get; init; }
    public required string UserId { get; init; }
    public DateTimeOffset GrantedAt { get; init; }
    public TradingAccount? Account { get; init; }
    public EmsUser? User { get; init; }
}
