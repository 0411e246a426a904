using Bunit;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Features.Wallets;
using Ems.Web.Client.Services;
using Ems.Web.Client.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Ems.Web.Client.Tests;

/// <summary>What stands before every signature, and what keeps the wallet from being asked.</summary>
public sealed class SignScreenTests : PageTest
{
    private const string Mine = "0x00000000000000000000000000000000000000aa", Other = "0x00000000000000000000000000000000000000bb";
    private readonly Wallets wallets;
    private int asked;

    public SignScreenTests()
    {
        Services.AddSingleton<Wallets>();
        wallets = Services.GetRequiredService<Wallets>();
    }

    private static string By(string id) => $"[data-testid='{id}']";

    /// <summary>As if a wallet had been connected: how that happens is the browser's and tried there.</summary>
    private void Connect(string address = Mine, long chain = 31337) =>
        typeof(Wallets).GetProperty(nameof(Wallets.Connected))!.SetValue(wallets, new ConnectedWallet(new("u", "Test Wallet", "org.test", null), address, chain));

    private IRenderedComponent<SignScreen> Screen(params SignRefusalRow[] refusals) => Render<SignScreen>(p => p
        .Add(s => s.Title, "Swap 1.5 WETH for USDT").Add(s => s.Target, "Uniswap V3 router").Add(s => s.Contract, "0x0165878A594ca255338adfa4d48449f69242Eb8F")
        .Add(s => s.Signer, Mine).Add(s => s.ChainId, 31337).Add(s => s.ChainName, "local chain")
        .Add(s => s.Leaves, new TokenAmount("WETH", 1.5m)).Add(s => s.AtLeast, new TokenAmount("USDT", 4_550.25m))
        .Add(s => s.Changes, [new TokenAmount("WETH", -1.5m), new TokenAmount("USDT", 4_573.11m)]).Add(s => s.Gas, 0.00031m)
        .Add(s => s.Refusals, refusals).Add(s => s.OnSign, () => asked++));

    [Fact]
    public void It_says_what_leaves_what_comes_at_least_to_whom_where_and_what_the_simulation_changes()
    {
        Connect();
        var screen = Screen();
        screen.Find(By(TestIds.SignLeaves)).TextContent.ShouldBe("1.5 WETH");
        screen.Find(By(TestIds.SignAtLeast)).TextContent.ShouldBe("4,550.25 USDT");
        var simulated = screen.Find(By(TestIds.SignSimulated)).TextContent;
        simulated.ShouldContain("−1.5 WETH");
        simulated.ShouldContain("+4,573.11 USDT");
        screen.Markup.ShouldContain("0x0165878A594ca255338adfa4d48449f69242Eb8F");
        screen.Markup.ShouldContain("local chain (31337)");
        screen.Find(By(TestIds.SignSubmit)).Click();
        asked.ShouldBe(1);
    }

    [Fact]
    public void An_approval_names_who_may_take_how_much_and_no_more()
    {
        Connect();
        var screen = Render<SignScreen>(p => p.Add(s => s.Title, "Allow").Add(s => s.Target, "USDT").Add(s => s.Contract, "0x1").Add(s => s.Signer, Mine).Add(s => s.ChainId, 31337)
            .Add(s => s.Allows, new ApprovalRow("USDT", 1_000m, "Mandates")));
        var allows = screen.Find(By(TestIds.SignAllows)).TextContent;
        allows.ShouldContain("Mandates");
        allows.ShouldContain("up to 1,000 USDT, and no more");
    }

    [Fact]
    public void A_refusal_is_shown_with_its_code_and_the_wallet_is_not_asked()
    {
        Connect();
        var screen = Screen(new("TARGET_NOT_ALLOWED", "This contract is not on the list."), new("APPROVAL_UNLIMITED", "It would allow everything."));
        screen.FindAll(By(TestIds.SignRefusal)).Select(r => (r.GetAttribute("data-code"), r.TextContent)).ShouldBe([("TARGET_NOT_ALLOWED", "This contract is not on the list."), ("APPROVAL_UNLIMITED", "It would allow everything.")]);
        var button = screen.Find(By(TestIds.SignSubmit));
        (button.HasAttribute("disabled"), button.TextContent).ShouldBe((true, "Not signed: see above"));
    }

    [Fact]
    public void Without_a_wallet_with_another_account_or_on_another_chain_there_is_nothing_to_press()
    {
        Screen().FindAll(By(TestIds.SignSubmit)).ShouldBeEmpty();
        Connect(address: Other);
        var other = Screen();
        other.FindAll(By(TestIds.SignSubmit)).ShouldBeEmpty();
        other.Markup.ShouldContain("the wallet shows another account");
        Connect(chain: 1);
        var elsewhere = Screen();
        elsewhere.FindAll(By(TestIds.SignSubmit)).ShouldBeEmpty();
        elsewhere.Find(By(TestIds.SignWrongChain)).TextContent.ShouldContain("on chain 1; this is for chain 31337");
        Connect(address: Mine.ToUpperInvariant().Replace("0X", "0x", StringComparison.Ordinal));
        Screen().FindAll(By(TestIds.SignSubmit)).Count.ShouldBe(1, "an address's case is only its checksum");
    }

    [Fact]
    public void What_is_done_or_under_way_cannot_be_pressed_again()
    {
        Connect();
        var screen = Screen();
        screen.Render(p => p.Add(s => s.Busy, true));
        screen.Find(By(TestIds.SignSubmit)).HasAttribute("disabled").ShouldBeTrue();
        screen.Render(p => p.Add(s => s.Busy, false).Add(s => s.Done, true));
        (screen.Find(By(TestIds.SignSubmit)).HasAttribute("disabled"), screen.Find(By(TestIds.SignSubmit)).TextContent).ShouldBe((true, "Done"));
        asked.ShouldBe(0);
    }
}
