using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Client.Contracts;
using Ems.Web.Data;
using Ems.Web.Features.Problems;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;

namespace Ems.Web.Features.Wallets;

/// <summary>
/// Each person's own endpoint for his wallets. Its address carries who he is, sealed, since a wallet sends no cookies; who has it can read
/// the chain, and send what the person's linked wallets have signed.
/// </summary>
public sealed class WalletDoors(IDataProtectionProvider protection)
{
    private const int ProbesMax = 10_000;
    private readonly IDataProtector protector = protection.CreateProtector("Ems.WalletDoor.v1");
    private readonly ConcurrentDictionary<(string User, Address Probe), bool> seen = new();

    /// <summary>The endpoint's secret part.</summary>
    public string TokenOf(string userId) => WebEncoders.Base64UrlEncode(protector.Protect(Encoding.UTF8.GetBytes(userId)));

    /// <summary>Whose endpoint it is, or null for one that is none.</summary>
    public string? UserOf(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(protector.Unprotect(WebEncoders.Base64UrlDecode(token)));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Somebody asked this endpoint for an address's balance.</summary>
    public void Note(string userId, Address probe)
    {
        if (seen.Count >= ProbesMax)
        {
            seen.Clear();
        }
        seen[(userId, probe)] = true;
    }

    /// <summary>Whether a wallet asked for this address's balance by the person's endpoint: the page makes the address up, so nobody else can have.</summary>
    public bool Saw(string userId, Address probe) => seen.ContainsKey((userId, probe));
}

/// <summary>The private way for people's own wallets.</summary>
public static class WalletDoorFeature
{
    /// <summary>Where wallets reach it.</summary>
    public const string Path = "/door";

    private const int BodyBytesMax = 256 * 1024;

    /// <summary>Maps <c>/api/wallets/door</c>.</summary>
    public static RouteGroupBuilder MapWalletDoor(this RouteGroupBuilder api)
    {
        api.MapGet("/wallets/door", Get).WithTags("Wallets").RequireAuthorization().WithName("GetWalletDoor")
            .WithSummary("Your endpoint for your wallets, by which what they sign goes to private relays alone; and whether a probe came by it.");
        return api;
    }

    /// <summary>Maps <c>/door/{token}</c>: JSON-RPC, for wallets, which have no cookies.</summary>
    public static WebApplication MapWalletDoor(this WebApplication app)
    {
        app.MapPost(Path + "/{token}", Serve).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
        return app;
    }

    private static IResult Get(HttpContext http, ClaimsPrincipal me, WalletDoors doors, WalletDoor door, UserManager<EmsUser> people, string? probe = null)
    {
        if (people.GetUserId(me) is not { } user)
        {
            return ApiProblems.NotSignedIn();
        }
        return TypedResults.Ok(new WalletDoorRow(door.RelayName is null ? null : $"{http.Request.Scheme}://{http.Request.Host}{Path}/{doors.TokenOf(user)}", door.RelayName,
            Address.TryParse(probe, out var address) && doors.Saw(user, address)));
    }

    private static async Task<IResult> Serve(string token, HttpContext http, WalletDoors doors, WalletDoor door, LinkedWallets wallets, UserManager<EmsUser> people, CancellationToken ct)
    {
        if (doors.UserOf(token) is not { } id || await people.FindByIdAsync(id) is not { } user || await people.IsLockedOutAsync(user))
        {
            return ApiProblems.Problem(404, "UnknownDoor", "There is no such endpoint.");
        }
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, ct)) > 0;)
        {
            if (body.Length + read > BodyBytesMax)
            {
                return ApiProblems.Problem(413, "TooLarge", $"A message is at most {BodyBytesMax} bytes.");
            }
            body.Write(buffer, 0, read);
        }
        return TypedResults.Json(await door.ServeAsync(body.ToArray(), address => wallets.OwnsAsync(id, address), probe => doors.Note(id, probe), ct));
    }
}
