using Ems.Web.Client.Services;

namespace Ems.Web.Client.Tests;

public sealed class WalletRequestTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly WalletRequest Asked = WalletRequest.Ask("Sell 1 WETH", Now);

    [Theory]
    [InlineData(4001, WalletState.Rejected)]
    [InlineData(-32002, WalletState.Failed)]
    [InlineData(4900, WalletState.Failed)]
    [InlineData(-32603, WalletState.Failed)]
    public void A_wallets_refusal_ends_it_and_says_why(int code, WalletState end)
    {
        var over = Asked.Refuse(code, "the wallet's words");
        (over.State, over.IsOver).ShouldBe((end, true));
        over.Text.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void Nothing_waits_for_ever()
    {
        Asked.At(Now.AddMinutes(2)).State.ShouldBe(WalletState.Asked);
        Asked.At(Now.AddMinutes(3)).State.ShouldBe(WalletState.TimedOut);
        var sent = Asked.Send("0xabc", Now.AddMinutes(1));
        sent.At(Now.AddMinutes(30)).State.ShouldBe(WalletState.Sent);
        sent.At(Now.AddMinutes(31)).State.ShouldBe(WalletState.TimedOut);
    }

    [Fact]
    public void An_answer_after_the_end_changes_nothing_but_a_block_may_still_confirm_what_was_sent()
    {
        var late = Asked.At(Now.AddHours(1));
        late.Sign().ShouldBe(late);
        late.Send("0xabc", Now).ShouldBe(late);
        late.Refuse(4001, "").ShouldBe(late);
        late.Confirm().ShouldBe(late);
        Asked.Send("0xabc", Now).At(Now.AddHours(1)).Confirm().State.ShouldBe(WalletState.Confirmed);
        Asked.Refuse(4001, "").Sign().State.ShouldBe(WalletState.Rejected);
        Asked.Send("0xabc", Now).Replace("0xdef").Confirm().State.ShouldBe(WalletState.Replaced);
    }

    [Fact]
    public void A_wallet_that_changes_in_the_middle_ends_what_it_was_asked_but_not_what_it_sent()
    {
        Asked.Abandon("The wallet changed its account.").State.ShouldBe(WalletState.Failed);
        Asked.Send("0xabc", Now).Abandon("The wallet changed its account.").State.ShouldBe(WalletState.Sent);
    }
}
