using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ems.Execution.Venues.Ethereum.Signing;

/// <summary>Why a sign-in was refused.</summary>
public enum SignInRefusal
{
    /// <summary>It was not.</summary>
    None,
    /// <summary>It was signed for another site.</summary>
    WrongDomain,
    /// <summary>It does not carry the nonce that was given out.</summary>
    WrongNonce,
    /// <summary>It names a chain that is not served here.</summary>
    WrongChain,
    /// <summary>It was issued in the future, or is not valid yet.</summary>
    NotYetValid,
    /// <summary>Its time is over.</summary>
    Expired,
    /// <summary>Another key signed it, or nobody.</summary>
    BadSignature,
}

/// <summary>
/// A sign-in with Ethereum (EIP-4361), as text that a person reads in his wallet. Read strictly by the standard's grammar, in its
/// order: what another reader could understand differently is refused. Times keep their text, so that writing gives what was read.
/// </summary>
/// <param name="Domain">Authority (RFC 3986) of the site that asks.</param>
/// <param name="ExpirationTime">RFC 3339, or null.</param>
/// <param name="NotBefore">RFC 3339, or null.</param>
public sealed partial record SignInMessage(
    string? Scheme, string Domain, Address Address, string? Statement, string Uri, long ChainId, string Nonce, string IssuedAt,
    string? ExpirationTime = null, string? NotBefore = null, string? RequestId = null, IReadOnlyList<string>? Resources = null)
{
    private const string Wants = " wants you to sign in with your Ethereum account:";
    private const int LengthMax = 8_192;
    /// <summary>How far the wallet's clock may be ahead of ours.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>Reads a message.</summary>
    /// <exception cref="EthereumFormatException">It does not follow the standard; the text says where.</exception>
    public static SignInMessage Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > LengthMax)
        {
            throw Bad($"it has more than {LengthMax} characters");
        }
        var lines = new Lines(text.Split('\n'));
        var first = lines.Next("the domain");
        if (!first.EndsWith(Wants, StringComparison.Ordinal))
        {
            throw Bad("its first line does not ask to sign in");
        }
        var asks = first[..^Wants.Length];
        var scheme = asks.IndexOf("://", StringComparison.Ordinal) is var at and > 0 ? asks[..at] : null;
        var domain = Matching(scheme is null ? asks : asks[(scheme.Length + 3)..], Authority(), "the domain is no authority");
        var address = lines.Next("the address");
        if (!Address.TryParse(address, out var account) || account.ToString() != address)
        {
            throw Bad("the address is none, or not in its checksum form (EIP-55)");
        }
        lines.Empty("the address");
        string? statement = null;
        if (lines.Peek() is not "")
        {
            statement = Matching(lines.Next("the statement"), Printable(), "the statement has signs that may not stand there");
        }
        lines.Empty("the statement");
        var uri = AnUri(lines.Field("URI: "));
        if (lines.Field("Version: ") != "1")
        {
            throw Bad("its version is not 1");
        }
        if (!long.TryParse(lines.Field("Chain ID: "), NumberStyles.None, CultureInfo.InvariantCulture, out var chain))
        {
            throw Bad("the chain id is no number");
        }
        var nonce = Matching(lines.Field("Nonce: "), NonceForm(), "the nonce has fewer than 8 signs, or others than letters and digits");
        var issued = ATime(lines.Field("Issued At: "));
        var expires = lines.Optional("Expiration Time: ") is { } e ? ATime(e) : null;
        var notBefore = lines.Optional("Not Before: ") is { } n ? ATime(n) : null;
        var request = lines.Optional("Request ID: ");
        List<string>? resources = null;
        if (lines.Peek() == "Resources:")
        {
            lines.Next("the resources");
            resources = [];
            while (lines.Optional("- ") is { } resource)
            {
                resources.Add(AnUri(resource));
            }
        }
        lines.End();
        return new(scheme, domain, account, statement, uri, chain, nonce, issued, expires, notBefore, request, resources);
    }

    /// <summary>Whether this may sign somebody in here and now.</summary>
    /// <param name="domain">Our own authority, as the browser shows it.</param>
    /// <param name="nonce">The nonce that was given out for this and is used up by it.</param>
    /// <param name="signature65">By the key of <see cref="Address"/>, EIP-191.</param>
    public SignInRefusal Check(string domain, string nonce, IReadOnlyCollection<long> chains, DateTimeOffset now, ReadOnlySpan<byte> signature65)
    {
        // The authority of its URI too: a wallet that shows only one of them must not be fooled.
        var authority = System.Uri.TryCreate(Uri, UriKind.Absolute, out var uri) ? uri.Authority : "";
        return !string.Equals(Domain, domain, StringComparison.OrdinalIgnoreCase) || !string.Equals(authority, domain, StringComparison.OrdinalIgnoreCase) ? SignInRefusal.WrongDomain
            : Nonce != nonce ? SignInRefusal.WrongNonce
            : !chains.Contains(ChainId) ? SignInRefusal.WrongChain
            : CheckTime(now) is var early && early != SignInRefusal.None ? early
            : CheckSignature(signature65);
    }

    /// <summary>Whether it is valid at this time.</summary>
    public SignInRefusal CheckTime(DateTimeOffset now) =>
        ExpirationTime is { } e && now >= Time(e) ? SignInRefusal.Expired
        : now < Time(IssuedAt) - ClockSkew || (NotBefore is { } n && now < Time(n)) ? SignInRefusal.NotYetValid
        : SignInRefusal.None;

    /// <summary>Whether the address's key signed it.</summary>
    public SignInRefusal CheckSignature(ReadOnlySpan<byte> signature65) =>
        EthRecover.IsSignedBy(Address, PersonalMessage.Hash(ToString()), signature65) ? SignInRefusal.None : SignInRefusal.BadSignature;

    /// <summary>The text that is signed.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(Scheme is null ? "" : Scheme + "://").Append(Domain).Append(Wants).Append('\n').Append(Address).Append("\n\n");
        if (Statement is not null)
        {
            text.Append(Statement).Append('\n');
        }
        text.Append("\nURI: ").Append(Uri).Append("\nVersion: 1\nChain ID: ").Append(ChainId.ToString(CultureInfo.InvariantCulture))
            .Append("\nNonce: ").Append(Nonce).Append("\nIssued At: ").Append(IssuedAt);
        Line("Expiration Time: ", ExpirationTime);
        Line("Not Before: ", NotBefore);
        Line("Request ID: ", RequestId);
        if (Resources is not null)
        {
            text.Append("\nResources:");
            foreach (var resource in Resources)
            {
                text.Append("\n- ").Append(resource);
            }
        }
        return text.ToString();

        void Line(string name, string? value)
        {
            if (value is not null)
            {
                text.Append('\n').Append(name).Append(value);
            }
        }
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string ATime(string text) =>
        Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? text : throw Bad($"{text} is no time (RFC 3339)");

    private static string AnUri(string text) =>
        UriForm().IsMatch(text) && System.Uri.TryCreate(text, UriKind.Absolute, out _) ? text : throw Bad($"{text} is no URI (RFC 3986)");

    private static string Matching(string text, Regex form, string otherwise) => form.IsMatch(text) ? text : throw Bad(otherwise);

    private static EthereumFormatException Bad(string why) => new($"This is no sign-in message (EIP-4361): {why}.");

    [GeneratedRegex(@"^(?:[A-Za-z0-9\-._~!$&'()*+,;=:%]*@)?(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+,;=%]+)(?::[0-9]*)?\z")]
    private static partial Regex Authority();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.\-]*:[^\s]+\z")]
    private static partial Regex UriForm();

    [GeneratedRegex(@"^[A-Za-z0-9]{8,}\z")]
    private static partial Regex NonceForm();

    [GeneratedRegex(@"^[^\p{C}]*\z")]
    private static partial Regex Printable();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+\-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Rfc3339();

    /// <summary>Walks the lines in the standard's order.</summary>
    private sealed class Lines(string[] lines)
    {
        private int at;

        public string? Peek() => at < lines.Length ? lines[at] : null;

        public string Next(string what) => at < lines.Length ? lines[at++] : throw Bad($"it ends before {what}");

        public void Empty(string after)
        {
            if (Next("its fields") != "")
            {
                throw Bad($"an empty line is missing after {after}");
            }
        }

        public string Field(string name) => Optional(name) ?? throw Bad($"{name.TrimEnd(' ', ':')} is missing or not in its place");

        public string? Optional(string name)
        {
            if (Peek() is not { } line || !line.StartsWith(name, StringComparison.Ordinal))
            {
                return null;
            }
            at++;
            return line[name.Length..];
        }

        public void End()
        {
            if (at < lines.Length)
            {
                throw Bad($"line {at + 1} is not in its place");
            }
        }
    }
}
