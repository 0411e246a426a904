using Ems.Web.Features.Wallets;

namespace Ems.Web.Tests;

public sealed class WalletConnectSettingsTests
{
    [Theory]
    [InlineData(null, "wss://relay.example.org", true, "")]
    [InlineData("abc-1", "wss://relay.example.org/path", true, "wss://relay.example.org")]
    [InlineData("abc-1", "ws://127.0.0.1:9", true, "ws://127.0.0.1:9")]
    [InlineData("abc-1", "ws://relay.example.org", false, null)]
    [InlineData("abc-1", "https://relay.example.org", false, null)]
    [InlineData("abc-1", "relay", false, null)]
    [InlineData("a b;script-src *", "wss://relay.example.org", false, null)]
    public void A_relay_is_encrypted_or_on_this_machine_and_the_policy_opens_to_it_alone(string? id, string relay, bool valid, string? source)
    {
        var options = new WalletConnectOptions { ProjectId = id, RelayUrl = relay };
        options.IsValid.ShouldBe(valid);
        if (valid)
        {
            options.ConnectSource.ShouldBe(source);
        }
    }
}
