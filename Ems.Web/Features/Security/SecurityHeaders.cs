using System.Security.Cryptography;
using Ems.Web.Features.Wallets;
using Microsoft.Extensions.Options;

namespace Ems.Web.Features.Security;

/// <summary>
/// What every answer forbids the browser. Scripts come from this host only, WebAssembly may be compiled; the one inline script
/// (the import map) and the API reference's starter carry this request's nonce. Styles may be inline: the component library sets
/// positions and its theme that way.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next, IOptions<WalletOptions> wallets)
{
    // A relay that wallets are reached by, where one is set; nothing else elsewhere.
    private readonly string connect = $"'self' {wallets.Value.WalletConnect.ConnectSource}".TrimEnd();

    private const string NonceItem = "csp-nonce";

    /// <summary>The request's nonce.</summary>
    public static string Nonce(HttpContext context) => (string)(context.Items[NonceItem]
        ?? throw new InvalidOperationException("There is no nonce: UseSecurityHeaders must run first."));

    public Task InvokeAsync(HttpContext context)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        context.Items[NonceItem] = nonce;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            $"default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
            $"connect-src {connect}; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            headers.CacheControl = "no-store";
        }
        return next(context);
    }
}
