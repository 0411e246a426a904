using System.Net;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Tests;

/// <summary>Addresses as proof and as a second way in.</summary>
public sealed class WalletTests(EmsHost host)
{
    [Fact]
    public async Task A_linked_address_signs_its_owner_in_and_one_that_is_not_linked_nobody()
    {
        var key = Key(1);
        var owner = await Person.RegisterAsync(host, "wallet-owner@example.com");
        (await LinkAsync(owner, key)).ShouldBe(HttpStatusCode.OK);
        (await owner.GetAsync<List<WalletRow>>("/api/wallets")).ShouldHaveSingleItem().Address.ShouldBe(key.Address.ToString());

        var elsewhere = Person.Stranger(host);
        (await SignInAsync(elsewhere, key)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await elsewhere.MeAsync()).UserName.ShouldBe("wallet-owner@example.com");

        var stranger = Person.Stranger(host);
        var answer = await SignInAsync(stranger, Key(2));
        (answer.StatusCode, await answer.ProblemCodeAsync()).ShouldBe((HttpStatusCode.Unauthorized, "WalletUnknown"));
    }

    [Fact]
    public async Task A_message_is_good_once_and_only_in_the_browser_that_asked()
    {
        var key = Key(3);
        var owner = await Person.RegisterAsync(host, "wallet-once@example.com");
        await LinkAsync(owner, key);
        var thief = Person.Stranger(host);
        var victim = Person.Stranger(host);
        var proof = await ProofAsync(victim, key);
        (await (await thief.PostAsync("/api/wallets/sign-in", proof)).ProblemCodeAsync()).ShouldBe("WalletWrongNonce");
        // The thief's try did not use it up.
        (await victim.PostAsync("/api/wallets/sign-in", proof)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await (await victim.PostAsync("/api/wallets/sign-in", proof)).ProblemCodeAsync()).ShouldBe("WalletWrongNonce");
    }

    [Fact]
    public async Task Another_keys_signature_and_a_changed_text_prove_nothing()
    {
        var owner = await Person.RegisterAsync(host, "wallet-forger@example.com");
        var challenge = await AskAsync(owner, Key(4));
        var forged = Proof(challenge, Key(5).SignHash(PersonalMessage.Hash(challenge)).ToString());
        (await (await owner.PostAsync("/api/wallets", forged)).ProblemCodeAsync()).ShouldBe("WalletBadSignature");
        challenge = (await AskAsync(owner, Key(4))).Replace("costs nothing", "costs little");
        var changed = Proof(challenge, Key(4).SignHash(PersonalMessage.Hash(challenge.Replace("costs little", "costs nothing"))).ToString());
        (await (await owner.PostAsync("/api/wallets", changed)).ProblemCodeAsync()).ShouldBe("WalletBadSignature");
        (await owner.GetAsync<List<WalletRow>>("/api/wallets")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_address_has_one_owner_until_he_takes_it_away()
    {
        var key = Key(6);
        var first = await Person.RegisterAsync(host, "wallet-first@example.com");
        var second = await Person.RegisterAsync(host, "wallet-second@example.com");
        (await LinkAsync(first, key)).ShouldBe(HttpStatusCode.OK);
        (await LinkAsync(second, key)).ShouldBe(HttpStatusCode.Conflict);
        (await second.Api.DeleteAsync($"/api/wallets/{key.Address}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await first.Api.DeleteAsync($"/api/wallets/{key.Address}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SignInAsync(Person.Stranger(host), key)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await LinkAsync(second, key)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("{\"address\":\"0x12\",\"chainId\":1}", "address")]
    [InlineData("{\"address\":\"0x90F79bf6EB2c4f870365E785982E1f101E93b907\",\"chainId\":1}", "address")]
    [InlineData("{\"address\":\"0x90f79bf6eb2c4f870365e785982e1f101e93b906\",\"chainId\":999}", "chainId")]
    [InlineData("{\"address\":\"0x90f79bf6eb2c4f870365e785982e1f101e93b906\"}", "chainId")]
    public async Task A_challenge_outside_its_rules_names_the_field(string body, string field)
    {
        var refusal = await (await Person.Stranger(host).PostAsync("/api/wallets/challenge", body)).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Errors.ShouldHaveSingleItem().Field.ShouldBe(field);
    }

    [Theory]
    [InlineData("nonsense", "0x00", "message")]
    [InlineData(null, null, "message")]
    public async Task A_proof_that_is_none_names_the_field(string? message, string? signature, string field)
    {
        var refusal = await (await Person.Stranger(host).PostAsync("/api/wallets/sign-in", Proof(message!, signature!))).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Errors.ShouldHaveSingleItem().Field.ShouldBe(field);
    }

    private static PrivateKeySigner Key(int n) => new([.. Enumerable.Repeat((byte)(n + 40), 32)]);

    private static string Proof(string message, string signature) => JsonSerializer.Serialize(new { message, signature });

    private static async Task<string> AskAsync(Person person, PrivateKeySigner key) =>
        (await (await person.PostAsync("/api/wallets/challenge", $"{{\"address\":\"{key.Address}\",\"chainId\":31337}}")).ReadAsync<WalletChallenge>(HttpStatusCode.OK)).Message;

    private static async Task<string> ProofAsync(Person person, PrivateKeySigner key)
    {
        var message = await AskAsync(person, key);
        return Proof(message, key.SignHash(PersonalMessage.Hash(message)).ToString());
    }

    private static async Task<HttpStatusCode> LinkAsync(Person person, PrivateKeySigner key) =>
        (await person.PostAsync("/api/wallets", await ProofAsync(person, key))).StatusCode;

    private static async Task<HttpResponseMessage> SignInAsync(Person person, PrivateKeySigner key) =>
        await person.PostAsync("/api/wallets/sign-in", await ProofAsync(person, key));
}
