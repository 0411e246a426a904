using System.Security.Claims;
using Ems.Execution.Venues.Ethereum;
using Ems.Web.Data;
using Microsoft.AspNetCore.Identity;

namespace Ems.Web.Features.Wallets;

/// <summary>Which addresses a person has proved to be his.</summary>
public sealed class LinkedWallets(UserManager<EmsUser> people)
{
    /// <summary>Name of the login provider in Identity's own table of external logins; the key is the address in its checksum form.</summary>
    public const string Provider = "Ethereum";

    /// <summary>The addresses that the signed-in person has linked.</summary>
    public async Task<IReadOnlyList<Address>> OfAsync(ClaimsPrincipal me) => await people.GetUserAsync(me) is not { } user ? []
        : [.. (await people.GetLoginsAsync(user)).Where(l => l.LoginProvider == Provider).Select(l => Address.Parse(l.ProviderKey))];

    /// <summary>Whether the signed-in person has linked the address.</summary>
    public Task<bool> OwnsAsync(ClaimsPrincipal me, Address address) => OwnsAsync(people.GetUserId(me), address);

    /// <summary>Whether this person has linked the address.</summary>
    public async Task<bool> OwnsAsync(string? userId, Address address) => await people.FindByLoginAsync(Provider, address.ToString()) is { } owner && owner.Id == userId;
}
