using Ems.Execution.Core.Orders;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Problems;
using Microsoft.Extensions.Options;

namespace Ems.Web.Features.Wallets;

/// <summary>
/// Proof that somebody at this browser holds an address's key, by sign-in with Ethereum (EIP-4361). The text is made here; its nonce
/// is good once, and only in the browser that asked for it.
/// </summary>
public sealed class WalletProofs(SignInNonces nonces, IOptions<WalletOptions> options, TimeProvider time)
{
    private const string Cookie = "ems-wallet";
    private const string Statement = "Prove to Ems that this address is yours. This sends nothing and costs nothing.";

    /// <summary>The text to sign, or why there is none.</summary>
    public (WalletChallenge? Challenge, IResult? Refusal) Ask(HttpContext http, WalletChallengeRequest request)
    {
        var errors = new List<FieldError>();
        if (!Address.TryParse(request.Address, out var address))
        {
            errors.Add(new("address", "address", request.Address, "address must be 0x and 40 digits, its checksum right where it has one (EIP-55)."));
        }
        if (request.ChainId is not { } chain || !options.Value.Chains.Contains(chain))
        {
            errors.Add(new("chainId", "served", request.ChainId?.ToString(System.Globalization.CultureInfo.InvariantCulture), $"chainId must be one of {string.Join(", ", options.Value.Chains)}."));
        }
        if (errors.Count > 0)
        {
            return (null, ApiProblems.Fields(errors));
        }
        if (nonces.Give() is not { } nonce)
        {
            return (null, ApiProblems.RateLimited());
        }
        var now = time.GetUtcNow();
        var message = new SignInMessage(null, http.Request.Host.Value!, address, Statement, $"{http.Request.Scheme}://{http.Request.Host.Value}/", request.ChainId!.Value, nonce,
            Text(now), Text(now + SignInNonces.Life));
        http.Response.Cookies.Append(Cookie, nonce, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = "/api/wallets", MaxAge = SignInNonces.Life });
        return (new(message.ToString(), now + SignInNonces.Life), null);
    }

    /// <summary>The address that was proved, or why none was. The nonce is used up either way.</summary>
    public (Address? Address, IResult? Refusal) Check(HttpContext http, WalletProof proof)
    {
        SignInMessage message;
        byte[] signature;
        try
        {
            message = SignInMessage.Parse(proof.Message ?? "");
        }
        catch (EthereumFormatException e)
        {
            return (null, ApiProblems.Fields([new("message", "eip4361", null, e.Message)]));
        }
        try
        {
            signature = Hex.Decode(proof.Signature ?? "");
            _ = EthSignature.Parse(signature);
        }
        catch (EthereumFormatException e)
        {
            return (null, ApiProblems.Fields([new("signature", "signature", null, e.Message)]));
        }
        var asked = http.Request.Cookies[Cookie] ?? "";
        http.Response.Cookies.Delete(Cookie, new CookieOptions { Path = "/api/wallets" });
        if (asked != message.Nonce || !nonces.Take(message.Nonce))
        {
            return (null, Refused(SignInRefusal.WrongNonce));
        }
        var refusal = message.Check(http.Request.Host.Value!, asked, options.Value.Chains, time.GetUtcNow(), signature);
        return refusal == SignInRefusal.None ? (message.Address, null) : (null, Refused(refusal));
    }

    private static IResult Refused(SignInRefusal why) => ApiProblems.Problem(401, "Wallet" + why, why switch
    {
        SignInRefusal.WrongDomain => "The message was signed for another site.",
        SignInRefusal.WrongNonce => "The message was used already, is too old, or was asked for in another browser. Try again.",
        SignInRefusal.WrongChain => "The message names a chain that is not served here.",
        SignInRefusal.NotYetValid => "The message is not valid yet.",
        SignInRefusal.Expired => "The message's time is over. Try again.",
        _ => "The signature is not this address's.",
    });

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture);
}
