using System.Numerics;
using Ems.Execution.Venues.Cow;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;
using Microsoft.Extensions.Time.Testing;
using static Ems.Chain.Tests.Cow.CowRig;

namespace Ems.Chain.Tests.Cow;

/// <summary>Signed intents: quoted, placed, settled on a real node, cancelled, expired, and everything that must be refused.</summary>
public sealed class CowOrderBookTests
{
    [Theory]
    [InlineData(CowKind.Sell)]
    [InlineData(CowKind.Buy)]
    public async Task An_intent_is_quoted_placed_and_settled_at_the_owner_s_price_or_better(CowKind kind)
    {
        await using var rig = await StartAsync();
        var order = await rig.QuoteAsync((kind == CowKind.Sell ? 10 : 30) * Unit, kind: kind);
        var uid = await rig.PlaceAsync(order);
        (await rig.Client.FindAsync(uid))!.Status.ShouldBe(CowStatus.Open);
        await rig.SolveAsync();
        var state = (await rig.Client.FindAsync(uid))!;
        state.Status.ShouldBe(CowStatus.Fulfilled);
        state.ExecutedBuy.ShouldBe(await rig.BalanceAsync(rig.B, Owner.Address));
        state.ExecutedBuy.ShouldBeGreaterThanOrEqualTo(order.BuyAmount);
        state.ExecutedSell.ShouldBe((100 * Unit) - await rig.BalanceAsync(rig.A, Owner.Address));
        state.ExecutedSell.ShouldBeLessThanOrEqualTo(order.SellAmount);
        (await rig.Client.TradesAsync(uid)).ShouldHaveSingleItem().BuyAmount.ShouldBe(state.ExecutedBuy);
        (await rig.Client.OrdersOfAsync(Owner.Address)).ShouldHaveSingleItem().Uid.ShouldBe(uid);
        foreach (var contract in new[] { rig.Domain.Settlement, rig.Domain.Relayer })
        {
            (await rig.BalanceAsync(rig.A, contract), await rig.BalanceAsync(rig.B, contract)).ShouldBe((BigInteger.Zero, BigInteger.Zero), "nothing is kept");
        }
    }

    [Fact]
    public async Task An_order_that_may_be_filled_in_parts_takes_what_the_price_allows_and_goes_on_later()
    {
        await using var rig = await StartAsync();
        var whole = await rig.QuoteAsync(5 * Unit, toleranceBps: 100, partial: true);
        // The price of five for ninety: the pool is good enough for a part of them only.
        var order = whole with { SellAmount = 90 * Unit, BuyAmount = whole.BuyAmount * 18 };
        var uid = await rig.PlaceAsync(order);
        await rig.SolveAsync();
        var part = (await rig.Client.FindAsync(uid))!;
        part.Status.ShouldBe(CowStatus.Open);
        part.ExecutedSell.ShouldBeInRange(1 * Unit, 60 * Unit);
        (part.ExecutedBuy * order.SellAmount).ShouldBeGreaterThanOrEqualTo(part.ExecutedSell * order.BuyAmount);
        await rig.MoveAsync(900 * Unit);
        await rig.SolveAsync();
        (await rig.Client.FindAsync(uid))!.Status.ShouldBe(CowStatus.Fulfilled);
        (await rig.Client.TradesAsync(uid)).Count.ShouldBe(2);
        (await rig.BalanceAsync(rig.A, Owner.Address)).ShouldBe(10 * Unit);
    }

    [Fact]
    public async Task A_contract_wallet_s_word_places_an_intent_and_cannot_take_it_back_off_chain()
    {
        await using var rig = await StartAsync();
        var owner = await DeployLane.OpenAsync(rig.Chain.Eth, Owner);
        var artifact = rig.Chain.Packages.Own("TestWallet");
        var wallet = owner.Create(artifact, Owner.Address);
        owner.Call(rig.A, Erc20Abi.Transfer, wallet, 20 * Unit);
        owner.Call(wallet, artifact.Abi.Function("run"), rig.A, Erc20Abi.Approve.Encode(rig.Domain.Relayer, 20 * Unit));
        await owner.FlushAsync();
        var desk = new IntentDesk(rig.Client, rig.Domain, rig.Chain.Eth, TimeProvider.System);
        var quoted = await desk.QuoteAsync(new(rig.A, rig.B, wallet, CowKind.Sell, 10 * Unit, 600, false), 100);
        var digest = quoted.Order.Digest(rig.Domain);
        (await Refused(() => desk.PlaceAsync(quoted.Uid, Solver.SignHash(digest).ToString()))).ShouldBe("InvalidSignature");
        (await desk.PlaceAsync(quoted.Uid, Owner.SignHash(digest).ToString())).Status.ShouldBe(CowStatus.Open);
        (await Refused(() => desk.CancelAsync(quoted.Uid, Owner.SignHash(CowOrder.CancellationDigest(rig.Domain, [quoted.Uid])).ToString()))).ShouldBe("CancelOnChain");
        await rig.SolveAsync();
        for (var i = 0; i < 200 && (await desk.FindAsync(quoted.Uid))!.Status != CowStatus.Fulfilled; i++)
        {
            await Task.Delay(50);
            await rig.Book.SolveAsync();
        }
        (await desk.FindAsync(quoted.Uid))!.Status.ShouldBe(CowStatus.Fulfilled);
        (await rig.BalanceAsync(rig.A, wallet)).ShouldBe(10 * Unit);
        (await rig.BalanceAsync(rig.B, wallet)).ShouldBeGreaterThanOrEqualTo(quoted.Order.BuyAmount);
    }

    [Fact]
    public async Task A_whole_order_waits_for_its_price()
    {
        await using var rig = await StartAsync();
        var order = await rig.QuoteAsync(10 * Unit, toleranceBps: -500);
        var uid = await rig.PlaceAsync(order);
        await rig.SolveAsync();
        (await rig.Client.FindAsync(uid))!.ExecutedSell.ShouldBe(BigInteger.Zero);
        await rig.MoveAsync(300 * Unit);
        await rig.SolveAsync();
        (await rig.Client.FindAsync(uid))!.Status.ShouldBe(CowStatus.Fulfilled);
    }

    [Fact]
    public async Task A_cancelled_order_is_not_filled_and_only_its_owner_cancels_it()
    {
        await using var rig = await StartAsync();
        rig.Book.Faults.NobodySolves = true;
        var uid = await rig.PlaceAsync(await rig.QuoteAsync(10 * Unit));
        (await Refused(() => rig.CancelAsync(uid, Solver))).ShouldBe("WrongOwner");
        await rig.CancelAsync(uid);
        (await Refused(() => rig.CancelAsync(uid))).ShouldBe("AlreadyCancelled");
        rig.Book.Faults.NobodySolves = false;
        await rig.SolveAsync();
        ((await rig.Client.FindAsync(uid))!.Status, await rig.BalanceAsync(rig.A, Owner.Address)).ShouldBe((CowStatus.Cancelled, 100 * Unit));
        (await Refused(() => rig.CancelAsync(uid with { ValidTo = 1 }))).ShouldBe("OrderNotFound");
    }

    [Fact]
    public async Task An_order_whose_time_is_over_is_not_filled()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var rig = await StartAsync(time: time);
        rig.Book.Faults.NobodySolves = true;
        var uid = await rig.PlaceAsync(await rig.QuoteAsync(10 * Unit, seconds: 60));
        time.Advance(TimeSpan.FromSeconds(61));
        rig.Book.Faults.NobodySolves = false;
        await rig.SolveAsync();
        ((await rig.Client.FindAsync(uid))!.Status, await rig.BalanceAsync(rig.A, Owner.Address)).ShouldBe((CowStatus.Expired, 100 * Unit));
        (await Refused(() => rig.CancelAsync(uid))).ShouldBe("OrderExpired");
    }

    [Fact]
    public async Task What_the_protocol_would_refuse_is_refused_by_its_names()
    {
        await using var rig = await StartAsync(allowed: 20 * Unit);
        var good = await rig.QuoteAsync(10 * Unit);
        (await Refused(() => rig.PlaceAsync(good, Solver))).ShouldBe("WrongOwner");
        (await Refused(() => rig.PlaceAsync(good with { SellAmount = 21 * Unit }))).ShouldBe("InsufficientAllowance");
        (await Refused(() => rig.PlaceAsync(good with { SellAmount = 101 * Unit }))).ShouldBe("InsufficientBalance");
        (await Refused(() => rig.PlaceAsync(good with { BuyToken = rig.A }))).ShouldBe("SameBuyAndSellToken");
        (await Refused(() => rig.PlaceAsync(good with { BuyToken = Solver.Address }))).ShouldBe("UnsupportedToken");
        (await Refused(() => rig.PlaceAsync(good with { BuyAmount = 0 }))).ShouldBe("ZeroAmount");
        (await Refused(() => rig.PlaceAsync(good with { FeeAmount = 1 }))).ShouldBe("NonZeroFee");
        (await Refused(() => rig.PlaceAsync(good with { ValidTo = 1_600_000_000 }))).ShouldBe("InsufficientValidTo");
        (await Refused(() => rig.PlaceAsync(good with { ValidTo = uint.MaxValue }))).ShouldBe("ExcessiveValidTo");
        (await Refused(() => rig.Client.PlaceAsync(rig.Domain, good, Owner.Address, "0x1234"))).ShouldBe("InvalidSignature");
        (await Refused(() => rig.QuoteAsync(0))).ShouldBe("ZeroAmount");
        await rig.PlaceAsync(good);
        (await Refused(() => rig.PlaceAsync(good))).ShouldBe("DuplicatedOrder", "a replay");
    }

    [Fact]
    public async Task An_order_whose_answer_was_lost_is_found_by_its_name_and_placed_once()
    {
        await using var rig = await StartAsync();
        var order = await rig.QuoteAsync(10 * Unit);
        rig.Book.Faults.LoseAnswers = true;
        await Should.ThrowAsync<RpcTransportException>(() => rig.PlaceAsync(order));
        rig.Book.Faults.LoseAnswers = false;
        (await rig.Client.FindAsync(order.Uid(rig.Domain, Owner.Address)))!.Status.ShouldBe(CowStatus.Open);
        (await Refused(() => rig.PlaceAsync(order))).ShouldBe("DuplicatedOrder");
        await rig.SolveAsync();
        (await rig.BalanceAsync(rig.A, Owner.Address)).ShouldBe(90 * Unit);
    }

    [Fact]
    public async Task The_contract_keeps_every_bound_of_the_signature_whoever_settles()
    {
        await using var rig = await StartAsync();
        var order = await rig.QuoteAsync(10 * Unit);
        var digest = order.Digest(rig.Domain);
        var signature = Owner.SignHash(digest).ToBytes();
        var swap = AbiFunction.Parse("swapExactTokensForTokens(uint256,uint256,address[],address,uint256)");
        byte[] Trade(BigInteger amount, Address to) => swap.Encode(amount, 1, new object[] { rig.A, rig.B }, to, Hex.MaxUInt256);
        var pays = Trade(10 * Unit, rig.Domain.Settlement);

        (await TryAsync(order, signature, 10 * Unit, pays)).ShouldBeNull();
        (await TryAsync(order, signature, 10 * Unit, pays, sender: DevAccounts.Account(8))).ShouldStartWith("NotSolver");
        (await TryAsync(order, signature, 5 * Unit, Trade(5 * Unit, rig.Domain.Settlement))).ShouldStartWith("NotWhole");
        (await TryAsync(order with { PartiallyFillable = true }, signature, 10 * Unit, pays)).ShouldStartWith("BadSignature");
        (await TryAsync(order, Solver.SignHash(digest).ToBytes(), 10 * Unit, pays)).ShouldStartWith("BadSignature");
        (await TryAsync(order, signature, 10 * Unit, Trade(10 * Unit, Solver.Address))).ShouldStartWith("BoughtTooLittle", Case.Sensitive, "what goes elsewhere was not bought");
        (await TryAsync(order, signature, 10 * Unit, Trade(9 * Unit, rig.Domain.Settlement))).ShouldStartWith("NotSpent");
        (await TryAsync(order, signature, 10 * Unit, [], router: rig.Domain.Relayer)).ShouldStartWith("RouterNotAllowed");
        var greedy = order with { BuyAmount = order.BuyAmount * 2 };
        (await TryAsync(greedy, Owner.SignHash(greedy.Digest(rig.Domain)).ToBytes(), 10 * Unit, pays)).ShouldStartWith("BoughtTooLittle");
        var old = order with { ValidTo = 1_600_000_000 };
        (await TryAsync(old, Owner.SignHash(old.Digest(rig.Domain)).ToBytes(), 10 * Unit, pays)).ShouldStartWith("Expired");

        var uid = await rig.PlaceAsync(order);
        await rig.SolveAsync();
        (await TryAsync(order, signature, 10 * Unit, pays)).ShouldStartWith("Overfilled", Case.Sensitive, "a replay");
        (await rig.Client.FindAsync(uid))!.Status.ShouldBe(CowStatus.Fulfilled);

        // The owner can end one on chain, whatever any order book does.
        var other = await rig.QuoteAsync(7 * Unit);
        var owner = await DeployLane.OpenAsync(rig.Chain.Eth, Owner);
        owner.Call(rig.Domain.Settlement, rig.Abi.Function("invalidate"), Hex.Decode(other.Uid(rig.Domain, Owner.Address).ToString()));
        await owner.FlushAsync();
        (await TryAsync(other, Owner.SignHash(other.Digest(rig.Domain)).ToBytes(), 7 * Unit, Trade(7 * Unit, rig.Domain.Settlement))).ShouldStartWith("Overfilled");

        async Task<string?> TryAsync(CowOrder o, byte[] by, BigInteger qty, byte[] data, PrivateKeySigner? sender = null, Address? router = null)
        {
            object[] intent = [o.SellToken, o.BuyToken, o.Receiver, o.SellAmount, o.BuyAmount, (BigInteger)o.ValidTo, Hex.Decode(o.AppData), o.FeeAmount, Keccak.Hash(o.KindText), o.PartiallyFillable, Keccak.Hash("erc20"), Keccak.Hash("erc20")];
            try
            {
                await rig.Chain.Eth.CallAsync(new((sender ?? Solver).Address, rig.Domain.Settlement, rig.Abi.Function("fill").Encode(intent, Owner.Address, 0, by, qty, qty, router ?? rig.Uniswap.V2Router, data)));
                return null;
            }
            catch (RpcRefusedException e)
            {
                return RevertReason.InWords(e.Error.RevertData() ?? [], rig.Abi.Errors);
            }
        }
    }

    private static async Task<string> Refused(Func<Task> act) => (await Should.ThrowAsync<CowRefusedException>(act)).Code;
}
