using System.Text.Json;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Chain.Tests.Ethereum;

/// <summary>Sign-in with Ethereum (EIP-4361) against the standard library's own vectors.</summary>
public sealed class SignInMessageTests
{
    [Fact]
    public void Messages_that_follow_the_standard_are_read_and_written_back_as_they_were()
    {
        var read = 0;
        foreach (var (name, payload) in Vectors("parsing-positive"))
        {
            var text = payload.GetProperty("message").GetString()!;
            var message = SignInMessage.Parse(text);
            message.ToString().ShouldBe(text, name);
            var fields = payload.GetProperty("fields");
            message.Domain.ShouldBe(fields.GetProperty("domain").GetString(), name);
            message.Uri.ShouldBe(fields.GetProperty("uri").GetString(), name);
            message.Nonce.ShouldBe(fields.GetProperty("nonce").GetString(), name);
            message.Statement.ShouldBe(fields.TryGetProperty("statement", out var s) ? s.GetString() : null, name);
            read++;
        }
        read.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Messages_that_break_the_standard_are_refused_with_a_reason()
    {
        var refused = 0;
        foreach (var (name, payload) in Vectors("parsing-negative").Where(v => v.Payload.TryGetProperty("message", out _)))
        {
            Should.Throw<EthereumFormatException>(() => SignInMessage.Parse(payload.GetProperty("message").GetString()!), name);
            refused++;
        }
        refused.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Signatures_of_the_vectors_hold_at_their_time_for_their_site()
    {
        var held = 0;
        foreach (var (name, payload) in Vectors("verification-positive"))
        {
            var (message, signature, at) = Case(payload);
            message.CheckSignature(signature).ShouldBe(SignInRefusal.None, name);
            // Ours also refuses what was issued in the future, which the standard leaves open and one vector does.
            var issuedLater = DateTimeOffset.Parse(message.IssuedAt, System.Globalization.CultureInfo.InvariantCulture) > at;
            message.Check("login.xyz", message.Nonce, [1], at, signature).ShouldBe(issuedLater ? SignInRefusal.NotYetValid : SignInRefusal.None, name);
            held++;
        }
        held.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Vectors_that_must_fail_fail()
    {
        var failed = 0;
        foreach (var (name, payload) in Vectors("verification-negative"))
        {
            var domain = payload.TryGetProperty("domainBinding", out var binding) ? binding.GetString()! : "login.xyz";
            SignInMessage message;
            byte[] signature;
            DateTimeOffset at;
            try
            {
                (message, signature, at) = Case(payload);
                message = SignInMessage.Parse(message.ToString());
            }
            catch (EthereumFormatException)
            {
                // A time that does not exist is refused when it is read.
                failed++;
                continue;
            }
            message.Check(domain, payload.TryGetProperty("matchNonce", out var nonce) ? nonce.GetString()! : message.Nonce, [1], at, signature).ShouldNotBe(SignInRefusal.None, name);
            failed++;
        }
        failed.ShouldBeGreaterThan(4);
    }

    [Fact]
    public void Only_our_site_our_nonce_our_chains_and_the_right_minute_sign_in()
    {
        var key = PrivateKeySigner.Parse("0x" + new string('7', 64));
        var now = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
        var good = new SignInMessage(null, "ems.example", key.Address, "Hello.", "https://ems.example/", 1, "abcdefgh12345678", "2026-11-23T11:59:00Z", "2026-11-23T12:04:00Z");
        Check(good).ShouldBe(SignInRefusal.None);
        Check(good with { Domain = "evil.example" }).ShouldBe(SignInRefusal.WrongDomain);
        Check(good with { Uri = "https://evil.example/" }).ShouldBe(SignInRefusal.WrongDomain);
        Check(good with { Nonce = "abcdefgh87654321" }).ShouldBe(SignInRefusal.WrongNonce);
        Check(good with { ChainId = 5 }).ShouldBe(SignInRefusal.WrongChain);
        Check(good with { ExpirationTime = "2026-11-23T12:00:00Z" }).ShouldBe(SignInRefusal.Expired);
        Check(good with { NotBefore = "2026-11-23T12:00:01Z" }).ShouldBe(SignInRefusal.NotYetValid);
        Check(good with { IssuedAt = "2026-11-23T12:02:00Z" }).ShouldBe(SignInRefusal.NotYetValid);
        good.Check("ems.example", good.Nonce, [1], now, Sign(good with { Statement = "Goodbye." })).ShouldBe(SignInRefusal.BadSignature);
        good.Check("ems.example", good.Nonce, [1], now, new byte[65]).ShouldBe(SignInRefusal.BadSignature);

        SignInRefusal Check(SignInMessage m) => m.Check("ems.example", good.Nonce, [1], now, Sign(m));
        byte[] Sign(SignInMessage m) => key.SignHash(PersonalMessage.Hash(m.ToString())).ToBytes();
    }

    private static (SignInMessage Message, byte[] Signature, DateTimeOffset At) Case(JsonElement p)
    {
        string? Text(string name) => p.TryGetProperty(name, out var v) ? v.GetString() : null;
        var message = new SignInMessage(null, Text("domain")!, Address.Parse(Text("address")), Text("statement"), Text("uri")!, p.GetProperty("chainId").GetInt64(), Text("nonce")!,
            Text("issuedAt")!, Text("expirationTime"), Text("notBefore"));
        // The vectors are about their own clock, which may stand before they were issued.
        var at = Text("time") is { } time ? DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture) : new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return (message, Hex.Decode(Text("signature")), at);
    }

    private static IEnumerable<(string Name, JsonElement Payload)> Vectors(string kind) =>
        Directory.GetFiles(Places.Shared("fixtures/siwe"), kind + "-*.json").Order(StringComparer.Ordinal)
            .Select(f => (Path.GetFileNameWithoutExtension(f), JsonDocument.Parse(File.ReadAllText(f)).RootElement.GetProperty("payload")));
}
