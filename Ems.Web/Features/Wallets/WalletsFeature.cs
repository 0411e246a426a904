using System.Security.Claims;
using Ems.Web.Client.Contracts;
using Ems.Web.Data;
using Ems.Web.Features.Problems;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Ems.Web.Features.Wallets;

/// <summary>Addresses people have proved to be theirs, as proof of ownership and as a second way in.</summary>
public static partial class WalletsFeature
{
    private const string Provider = LinkedWallets.Provider;
    private const int WalletsMax = 20;

    /// <summary>Registers proofs and nonces.</summary>
    public static IServiceCollection AddWallets(this IServiceCollection services)
    {
        services.AddOptions<WalletOptions>().BindConfiguration("Wallets").ValidateDataAnnotations()
            .Validate(o => o.WalletConnect.IsValid, "Wallets:WalletConnect: ProjectId is letters, digits and hyphens, at most 64; RelayUrl is wss://…, or ws:// on this machine.").ValidateOnStart();
        services.AddSingleton<SignInNonces>();
        services.AddSingleton<WalletProofs>();
        services.AddScoped<LinkedWallets>();
        services.AddSingleton<WalletDoors>();
        return services;
    }

    /// <summary>Maps <c>/api/wallets</c>.</summary>
    public static RouteGroupBuilder MapWallets(this RouteGroupBuilder api)
    {
        var wallets = api.MapGroup("/wallets").WithTags("Wallets");
        wallets.MapPost("/challenge", Ask).AllowAnonymous().WithName("AskToSign").WithSummary("A text to sign that proves an address (EIP-4361); good once, in this browser, for five minutes.");
        wallets.MapPost("/sign-in", SignIn).AllowAnonymous().WithName("SignInWithWallet").WithSummary("Signs in the person who has linked this address.");
        wallets.MapGet("", List).RequireAuthorization().WithName("GetWallets").WithSummary("The addresses you have linked.");
        wallets.MapGet("/connect", Remote).RequireAuthorization().WithName("GetWalletConnect").WithSummary("What the page needs for WalletConnect; off without a project id.");
        wallets.MapPost("", Link).RequireAuthorization().WithName("LinkWallet").WithSummary("Links an address to you; it may sign you in from then on.");
        wallets.MapDelete("/{address}", Unlink).RequireAuthorization().WithName("UnlinkWallet").WithSummary("Takes a linked address away.");
        return api;
    }

    private static IResult Remote(IOptions<WalletOptions> options) => TypedResults.Ok(options.Value is { WalletConnect: { IsOn: true } on } all
        ? new WalletConnectSettings(on.ProjectId, on.RelayUrl, all.Chains) : new WalletConnectSettings(null, null, []));

    private static IResult Ask(HttpContext http, Body<WalletChallengeRequest> body, WalletProofs proofs)
    {
        var (challenge, refusal) = proofs.Ask(http, body.Value);
        return refusal ?? TypedResults.Ok(challenge);
    }

    private static async Task<IResult> SignIn(HttpContext http, Body<WalletProof> body, WalletProofs proofs, SignInManager<EmsUser> signIn, UserManager<EmsUser> people, ILogger<WalletProofs> logger)
    {
        var (address, refusal) = proofs.Check(http, body.Value);
        if (refusal is not null)
        {
            return refusal;
        }
        var user = await people.FindByLoginAsync(Provider, address!.Value.ToString());
        if (user is null)
        {
            return ApiProblems.Problem(401, "WalletUnknown", "Nobody has linked this address. Sign in with your e-mail and link it on the page Wallets.");
        }
        if (!await signIn.CanSignInAsync(user) || await people.IsLockedOutAsync(user))
        {
            return ApiProblems.Problem(401, "LockedOut", "This account is locked for now.");
        }
        await signIn.SignInAsync(user, isPersistent: false, Provider);
        SignedIn(logger, user.Id, address.Value.ToString());
        return TypedResults.NoContent();
    }

    private static async Task<IResult> List(ClaimsPrincipal me, UserManager<EmsUser> people) =>
        await people.GetUserAsync(me) is { } user ? TypedResults.Ok(await RowsAsync(people, user)) : ApiProblems.NotSignedIn();

    private static async Task<IResult> Link(HttpContext http, Body<WalletProof> body, WalletProofs proofs, ClaimsPrincipal me, UserManager<EmsUser> people, ILogger<WalletProofs> logger)
    {
        if (await people.GetUserAsync(me) is not { } user)
        {
            return ApiProblems.NotSignedIn();
        }
        var (address, refusal) = proofs.Check(http, body.Value);
        if (refusal is not null)
        {
            return refusal;
        }
        var key = address!.Value.ToString();
        if (await people.FindByLoginAsync(Provider, key) is { } owner)
        {
            return owner.Id == user.Id ? TypedResults.Ok(await RowsAsync(people, user)) : ApiProblems.Problem(409, "WalletTaken", "Somebody else has linked this address.");
        }
        if ((await RowsAsync(people, user)).Count >= WalletsMax)
        {
            return ApiProblems.Problem(409, "TooManyWallets", $"At most {WalletsMax} addresses can be linked.");
        }
        if (!(await people.AddLoginAsync(user, new UserLoginInfo(Provider, key, key))).Succeeded)
        {
            return ApiProblems.Problem(409, "WalletTaken", "Somebody else has linked this address.");
        }
        Linked(logger, user.Id, key);
        return TypedResults.Ok(await RowsAsync(people, user));
    }

    private static async Task<IResult> Unlink(string address, ClaimsPrincipal me, UserManager<EmsUser> people, ILogger<WalletProofs> logger)
    {
        if (await people.GetUserAsync(me) is not { } user)
        {
            return ApiProblems.NotSignedIn();
        }
        if ((await RowsAsync(people, user)).FirstOrDefault(w => w.Address.Equals(address, StringComparison.OrdinalIgnoreCase)) is not { } row)
        {
            return ApiProblems.Problem(404, "UnknownWallet", "You have not linked this address.");
        }
        await people.RemoveLoginAsync(user, Provider, row.Address);
        Unlinked(logger, user.Id, row.Address);
        return TypedResults.Ok(await RowsAsync(people, user));
    }

    private static async Task<IReadOnlyList<WalletRow>> RowsAsync(UserManager<EmsUser> people, EmsUser user) =>
        [.. (await people.GetLoginsAsync(user)).Where(l => l.LoginProvider == Provider).Select(l => new WalletRow(l.ProviderKey)).OrderBy(w => w.Address, StringComparer.Ordinal)];

    [LoggerMessage(3411, LogLevel.Information, "{User} signed in with {Address}")]
    private static partial void SignedIn(ILogger logger, string user, string address);

    [LoggerMessage(3412, LogLevel.Information, "{User} linked {Address}")]
    private static partial void Linked(ILogger logger, string user, string address);

    [LoggerMessage(3413, LogLevel.Information, "{User} took {Address} away")]
    private static partial void Unlinked(ILogger logger, string user, string address);
}
