using Ems.Execution.Core.Primitives;
using Ems.Web.Data;

namespace Ems.Web.Features.Access;

/// <summary>Everything one person may do, at one moment.</summary>
public sealed record UserAccess(string UserId, IReadOnlyList<OrganisationAccess> Organisations)
{
    /// <summary>His right to an account; None when it is not his to know of.</summary>
    public AccountRight RightTo(AccountId account) =>
        Organisations.SelectMany(o => o.Accounts).Where(a => a.Account == account).Select(a => a.Right).DefaultIfEmpty().Max();

    /// <summary>Whether he is Owner or Admin of the organisation that operates the instance.</summary>
    public bool OperatesInstance => Organisations.Any(o => o.OperatesInstance && o.Role >= MemberRole.Admin);

    /// <summary>Whether he is Owner or Admin anywhere.</summary>
    public bool AdministersOrganisation => Organisations.Any(o => o.Role >= MemberRole.Admin);
}

/// <summary>A membership with the accounts it opens.</summary>
public sealed record OrganisationAccess(string OrganisationId, string Name, bool OperatesInstance, MemberRole Role, IReadOnlyList<AccountAccess> Accounts);

/// <summary>One account and the right to it.</summary>
public sealed record AccountAccess(AccountId Account, string Name, AccountRight Right);
