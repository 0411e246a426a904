using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Chain.Tests.Contracts;

/// <summary>The mandate contract on a real node: what its owner signed is all that can happen.</summary>
public sealed class MandateTests : IAsyncLifetime
{
    private const int Honest = 0, LeavesRest = 1, PaysElsewhere = 2, PaysNothing = 3, PaysOwnerOnly = 4, CallsBack = 5;
    private static readonly BigInteger One = BigInteger.Pow(10, 18);
    private static readonly PrivateKeySigner Owner = DevAccounts.Account(1), Executor = DevAccounts.Account(2), Thief = DevAccounts.Account(3);
    private LocalChain chain = null!;
    private DeployLane deployer = null!, owner = null!, executor = null!;
    private ContractArtifact mandates = null!, token = null!, router = null!;
    private Address book, runner, sell, buy, venue;
    private ulong now;

    public async ValueTask InitializeAsync()
    {
        chain = await LocalChain.StartAsync();
        deployer = await DeployLane.OpenAsync(chain.Eth, DevAccounts.Account(0));
        (owner, executor) = (await DeployLane.OpenAsync(chain.Eth, Owner), await DeployLane.OpenAsync(chain.Eth, Executor));
        (mandates, token, router) = (chain.Packages.Own("Mandates"), chain.Packages.Own("TestToken"), chain.Packages.Own("TestRouter"));
        book = deployer.Create(mandates);
        (sell, buy) = (deployer.Create(token, "Sell", "SELL", 18, 0, false), deployer.Create(token, "Buy", "BUY", 6, 0, true));
        venue = deployer.Create(router);
        deployer.Call(sell, token.Abi.Function("mint"), Owner.Address, 1_000_000);
        await deployer.FlushAsync();
        owner.Call(sell, token.Abi.Function("approve"), book, 1_000_000);
        await owner.FlushAsync();
        runner = (Address)(await AskAsync(book, mandates, "runner"))[0];
        now = (ulong)(await chain.Eth.BlockAsync())!.Timestamp + 100;
    }

    public async ValueTask DisposeAsync()
    {
        if (chain is not null)
        {
            await chain.DisposeAsync();
        }
    }

    [Fact]
    public async Task Each_bound_of_the_mandate_is_a_refusal_of_its_own()
    {
        var m = Mandate();
        await RefusedAsync("NotExecutor", m, from: Thief.Address);
        await RefusedAsync("BadSignature", m, by: Thief);
        await RefusedAsync("BadSignature", m with { SellTotal = 2_000 }, signed: m);
        await RefusedAsync("RouterNotAllowed", m, through: sell);
        await RefusedAsync("EmptySlice", m, qty: 0);
        await RefusedAsync("SliceTooLarge", m, qty: 301);
        await RefusedAsync("TotalExceeded", m with { SellTotal = 99 }, qty: 100);
        await RefusedAsync("MandateExpired", m with { Expiry = now - 200 });
        await RefusedAsync("BoughtTooLittle", m, pay: 199);
        await RefusedAsync("BoughtTooLittle", m, pay: 210, minBought: 211);
        await RefusedAsync("BoughtTooLittle", m, mode: PaysNothing);
        await RefusedAsync("BoughtTooLittle", m, mode: PaysElsewhere, other: Thief.Address);
        // What reaches the owner by another way was not bought by this slice.
        await RefusedAsync("BoughtTooLittle", m, mode: PaysOwnerOnly, other: Owner.Address);
        // Nothing sold is no slice: it would only take the pause.
        await RefusedAsync("EmptySlice", m, qty: 1, pay: 5, mode: LeavesRest);
        await RefusedAsync("BoughtTooLittle", m, pay: 197, mode: LeavesRest);
        await RefusedAsync("Reentered", m, mode: CallsBack, other: book, data: Fill(m, m.Sign(Owner, book), venue, Trade(100, 200), 100, 0));
        await RefusedAsync("SameToken", m with { BuyToken = sell });
        (await FillAsync(m, 100, 200)).ShouldBeTrue();
        await RefusedAsync("TooSoon", m);
    }

    [Fact]
    public async Task The_owner_ends_it_by_one_transaction_or_by_a_signature_that_anybody_brings()
    {
        var m = Mandate();
        (await FillAsync(m, 100, 200)).ShouldBeTrue();
        await Should.ThrowAsync<InvalidOperationException>(() => SendAsync(executor, mandates.Abi.Function("revoke"), [m.Tuple]), "only its owner");
        await SendAsync(owner, mandates.Abi.Function("revoke"), [m.Tuple]);
        now += 60;
        (await FillAsync(m, 100, 200)).ShouldBeFalse();
        var next = m with { Nonce = 1 };
        now += 60;
        (await FillAsync(next, 100, 200)).ShouldBeTrue("another mandate of his lives on");

        var raise = Owner.SignHash(TypedData.Parse($$$"""
            {"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
             "RaiseNonce":[{"name":"owner","type":"address"},{"name":"nonce","type":"uint256"}]},"primaryType":"RaiseNonce",
             "domain":{"name":"EMS Mandates","version":"1","chainId":{{{LocalChain.ChainId}}},"verifyingContract":"{{{book}}}"},"message":{"owner":"{{{Owner.Address}}}","nonce":"2"}}
            """).Hash()).ToBytes();
        await Should.ThrowAsync<InvalidOperationException>(() => SendAsync(executor, mandates.Abi.Function("raiseNonceBySignature"), [Owner.Address, 3, raise]));
        await SendAsync(executor, mandates.Abi.Function("raiseNonceBySignature"), [Owner.Address, 2, raise]);
        await Should.ThrowAsync<InvalidOperationException>(() => SendAsync(executor, mandates.Abi.Function("raiseNonceBySignature"), [Owner.Address, 2, raise]), "once");
        now += 60;
        (await FillAsync(next, 100, 200)).ShouldBeFalse();
        (await FillAsync(next with { Nonce = 2 }, 100, 200)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_contract_wallet_signs_mandates_and_dust_sent_to_the_runner_holds_nothing_up()
    {
        var wallet = deployer.Create(chain.Packages.Own("TestWallet"), Owner.Address);
        deployer.Call(sell, token.Abi.Function("mint"), runner, 7);
        deployer.Call(buy, token.Abi.Function("mint"), runner, 9);
        await deployer.FlushAsync();
        (await FillAsync(Mandate(), 100, 200)).ShouldBeTrue();
        (await BalanceAsync(buy, Owner.Address)).ShouldBe(200);
        (await BalanceAsync(sell, runner)).ShouldBe(7);
        var m = Mandate() with { Owner = wallet };
        // The wallet's signature is taken; it has nothing to sell, and says so.
        await RefusedAsync("TokenFailed", m);
        await RefusedAsync("BadSignature", m, by: Thief);
    }

    [Fact]
    public async Task Whatever_executor_and_router_try_the_owner_loses_no_more_than_he_signed()
    {
        const ulong seed = 20_261_123;
        var (sold, bought, nonce, filled, refused) = (BigInteger.Zero, BigInteger.Zero, 0, 0, 0);
        var (mandate, taken, last, dead) = (Mandate(), BigInteger.Zero, 0UL, false);
        for (var n = 0L; n < 150; n++)
        {
            long Draw(uint stream, long below) => (long)(SeededRandom.Draw(seed, stream, n) % (ulong)below);
            now += (ulong)Draw(1, 70);
            if (taken >= 950 || now > mandate.Expiry + 100 || (dead && Draw(2, 3) == 0))
            {
                (mandate, taken, last, dead) = (Mandate() with { Nonce = ++nonce }, 0, 0, false);
            }
            if (!dead && Draw(3, 40) == 0)
            {
                await SendAsync(owner, mandates.Abi.Function("revoke"), [mandate.Tuple]);
                dead = true;
            }
            var (qty, mode) = (Draw(4, 340), Draw(5, 3) > 0 ? Honest : (int)Draw(6, 5));
            var pay = Math.Max(0, qty * 2 + Draw(7, 9) - 2);
            var signer = Draw(8, 15) == 0 ? Thief : Owner;
            now++;
            // What the trade leaves comes back and counts for nothing, but all of it must be within the bounds when it is taken.
            var spent = mode == LeavesRest ? qty - 1 : qty;
            var expected = !dead && now <= mandate.Expiry && (last == 0 || now - last >= 30) && qty is > 0 and <= 300 && spent > 0 && taken + qty <= 1_000 && signer == Owner
                && mode is Honest or LeavesRest && pay >= spent * 2;
            (await FillAsync(mandate, qty, pay, mode, signer, qty == 0 ? 0 : 1)).ShouldBe(expected, $"step {n}: qty {qty}, pay {pay}, mode {mode}, taken {taken}, dead {dead}");
            if (expected)
            {
                (taken, last, sold, bought, filled) = (taken + spent, now, sold + spent, bought + pay, filled + 1);
            }
            else
            {
                refused++;
            }
            (await BalanceAsync(sell, Owner.Address)).ShouldBe(1_000_000 - sold);
            (await BalanceAsync(buy, Owner.Address)).ShouldBe(bought);
            bought.ShouldBeGreaterThanOrEqualTo(sold * 2);
            foreach (var (t, holder) in new[] { (sell, book), (buy, book), (sell, runner), (buy, runner) })
            {
                (await BalanceAsync(t, holder)).ShouldBe(BigInteger.Zero, "no funds are kept");
            }
            ((BigInteger)(await AskAsync(sell, token, "allowance", runner, venue))[0]).ShouldBe(BigInteger.Zero);
        }
        filled.ShouldBeGreaterThan(15);
        refused.ShouldBeGreaterThan(40);
    }

    [Fact]
    public async Task What_a_purchase_does_not_need_is_the_owners_again_and_counts_as_unsold()
    {
        var m = Mandate() with { SellTotal = 300 };
        // 299 of 300 are sold, for 598; the one that is left may still be.
        (await FillAsync(m, 300, 598, mode: LeavesRest)).ShouldBeTrue();
        (await BalanceAsync(sell, Owner.Address)).ShouldBe(1_000_000 - 299);
        (await BalanceAsync(sell, runner)).ShouldBe(BigInteger.Zero);
        now += 31;
        (await FillAsync(m, 2, 4)).ShouldBeFalse("more than is left");
        now += 31;
        (await FillAsync(m, 1, 2)).ShouldBeTrue();
        (await BalanceAsync(sell, Owner.Address)).ShouldBe(1_000_000 - 300);
    }

    [Fact]
    public async Task A_slice_goes_through_the_real_Uniswap_router()
    {
        var uniswap = await UniswapDeployment.DeployAsync(chain.Eth, chain.Packages, DevAccounts.Account(4));
        uniswap.Fund(uniswap.Weth, 1_010 * One);
        uniswap.Fund(uniswap.Usdc, 3_000_000 * BigInteger.Pow(10, 6));
        uniswap.V2Pool(uniswap.Weth, 1_000 * One, uniswap.Usdc, 3_000_000 * BigInteger.Pow(10, 6));
        uniswap.Lane.Call(uniswap.Weth, token.Abi.Function("transfer"), Owner.Address, 10 * One);
        await uniswap.Lane.FlushAsync();
        owner.Call(uniswap.Weth, token.Abi.Function("approve"), book, 10 * One);
        await owner.FlushAsync();
        now = (ulong)(await chain.Eth.BlockAsync())!.Timestamp + 1;
        // At worst 2,900 USDC a WETH: 2,900e6 base units for 1e18, times 1e18.
        var m = new SignedMandate(Owner.Address, uniswap.Weth, uniswap.Usdc, 10 * One, One, 30, 2_900 * BigInteger.Pow(10, 6), now + 3_600, [uniswap.V2Router], Executor.Address, 0);
        var swap = chain.Packages.UniswapV2("v2-periphery", "UniswapV2Router02").Abi.Function("swapExactTokensForTokens");
        for (var slice = 0; slice < 3; slice++)
        {
            now += 31;
            (await FillAsync(m, Owner, uniswap.V2Router, swap.Encode(One, BigInteger.Zero, new object[] { uniswap.Weth, uniswap.Usdc }, runner, (BigInteger)(now + 100)), One, 0)).ShouldBeTrue();
        }
        (await BalanceAsync(uniswap.Weth, Owner.Address)).ShouldBe(7 * One);
        (await BalanceAsync(uniswap.Usdc, Owner.Address)).ShouldBeGreaterThan(3 * 2_950 * BigInteger.Pow(10, 6));
        (await BalanceAsync(uniswap.Usdc, runner)).ShouldBe(BigInteger.Zero);
    }

    /// <summary>1,000 in slices of at most 300, 30 s apart, at no less than 2 for 1.</summary>
    private SignedMandate Mandate() => new(Owner.Address, sell, buy, 1_000, 300, 30, 2 * One, now + 2_000, [venue], Executor.Address, 0);

    private byte[] Trade(BigInteger qty, BigInteger pay, int mode = Honest, Address? other = null, byte[]? data = null) =>
        router.Abi.Function("trade").Encode(sell, qty, buy, pay, mode, other ?? Owner.Address, data ?? []);

    private byte[] Fill(SignedMandate m, byte[] signature, Address through, byte[] data, BigInteger qty, BigInteger minBought) =>
        mandates.Abi.Function("fill").Encode(m.Tuple, signature, through, data, qty, minBought);

    private Task<bool> FillAsync(SignedMandate m, BigInteger qty, BigInteger pay, int mode = Honest, PrivateKeySigner? by = null, BigInteger minBought = default) =>
        FillAsync(m, by ?? Owner, venue, Trade(qty, pay, mode), qty, minBought);

    /// <summary>Fills in a block of the time <see cref="now"/>; whether it went through.</summary>
    private async Task<bool> FillAsync(SignedMandate m, PrivateKeySigner by, Address through, byte[] data, BigInteger qty, BigInteger minBought)
    {
        try
        {
            await SendAsync(executor, mandates.Abi.Function("fill"), [m.Tuple, m.Sign(by, book), through, data, qty, minBought]);
            return true;
        }
        catch (InvalidOperationException e) when (e.Message.Contains("reverted", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private async Task SendAsync(DeployLane lane, AbiFunction function, object[] values)
    {
        await chain.TellAsync("evm_setNextBlockTimestamp", ++now);
        lane.Call(book, function, values);
        await lane.FlushAsync();
    }

    private async Task RefusedAsync(string error, SignedMandate m, BigInteger? qty = null, BigInteger? pay = null, int mode = Honest, Address? other = null, byte[]? data = null,
        PrivateKeySigner? by = null, Address? from = null, Address? through = null, SignedMandate? signed = null, BigInteger minBought = default)
    {
        var amount = qty ?? 100;
        var call = Fill(m, (signed ?? m).Sign(by ?? Owner, book), through ?? venue, Trade(amount, pay ?? amount * 2, mode, other, data), amount, minBought);
        var refused = await Should.ThrowAsync<RpcRefused>(async () =>
        {
            try
            {
                await chain.Eth.CallAsync(new(from ?? Executor.Address, book, call));
            }
            catch (Execution.Venues.Ethereum.Rpc.RpcRefusedException e)
            {
                throw new RpcRefused(InWords(e.Error.RevertData() ?? []));
            }
        });
        refused.Message.ShouldContain(error);
    }

    /// <summary>The reason, also of what the router's failure carries inside.</summary>
    private string InWords(byte[] data)
    {
        var errors = mandates.Abi.Errors.Concat(chain.Packages.Own("Runner").Abi.Errors).ToArray();
        if (errors.FirstOrDefault(e => e.Name == "RouterFailed") is { } failed && data.AsSpan(0, Math.Min(4, data.Length)).SequenceEqual(failed.Selector))
        {
            return "RouterFailed: " + InWords((byte[])failed.Decode(data)[1]);
        }
        return RevertReason.InWords(data, errors);
    }

    private async Task<BigInteger> BalanceAsync(Address of, Address holder) => (BigInteger)(await AskAsync(of, token, "balanceOf", holder))[0];

    private Task<object[]> AskAsync(Address contract, ContractArtifact artifact, string function, params IReadOnlyList<object> values) =>
        new Web3(chain.Eth.Client).GetContract(artifact.Abi, contract).GetFunction(function).CallAsync(default, values);

    private sealed class RpcRefused(string reason) : Exception(reason);
}
