using Microsoft.AspNetCore.Identity;

namespace Ems.Web.Data;

/// <summary>A person who can sign in. The user name is the e-mail address.</summary>
public sealed class EmsUser : IdentityUser
{
    /// <summary>When the account was registered.</summary>
    public DateTimeOffset RegisteredAt { get; set; }
}
