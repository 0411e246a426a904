using System.Numerics;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Local;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;
using Ems.Execution.Venues.Ethereum.Uniswap;
using Ems.Execution.Venues.OnChain;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Execution.Venues.OnChain.Signing;

namespace Ems.Chain.Tests.OnChain.Signing;

/// <summary>What a wallet is asked to sign is what the ticket says, or it is not asked: on Uniswap's contracts and hostile tokens.</summary>
public sealed class InspectorTests
{
    private static readonly BigInteger Unit = BigInteger.Pow(10, 18);

    [Fact]
    public async Task A_planned_swap_is_approved_exactly_simulates_to_its_own_quote_and_does_that_when_it_is_signed()
    {
        await using var rig = await Rig.StartAsync();
        var plan = (await rig.PlanAsync(rig.A, rig.B, 3 * Unit))!;
        plan.Offers.Count.ShouldBe(2);
        plan.Steps.Count.ShouldBe(2);
        var first = await rig.Inspector.InspectAsync(plan.Steps[0], plan.Promise, []);
        first.Problems.ShouldBeEmpty();
        first.Meaning!.Approves!.Amount.ShouldBe(3 * Unit);
        first.Changes.ShouldBeEmpty();
        var second = await rig.Inspector.InspectAsync(plan.Steps[1], plan.Promise, [plan.Steps[0]]);
        second.Problems.ShouldBeEmpty();
        second.Changes.ShouldBe([new(rig.A.Address, -3 * Unit), new(rig.B.Address, plan.AmountOut)], ignoreOrder: true);
        second.GasUsed.ShouldBeGreaterThan(50_000UL);
        // Without the approval the swap would revert, and that is said.
        (await rig.Inspector.InspectAsync(plan.Steps[1], plan.Promise, [])).Problems.Select(p => p.Code).ShouldBe([SignRefusal.SimulationReverted]);

        foreach (var step in plan.Steps)
        {
            await rig.SendAsync(step);
        }
        (await rig.BalanceAsync(rig.B)).ShouldBe(plan.AmountOut);
        // The approval is used up: the next swap asks again.
        (await rig.PlanAsync(rig.A, rig.B, Unit))!.Steps.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Approvals_without_end_above_the_ticket_or_for_strangers_and_calls_nobody_can_read_are_refused()
    {
        await using var rig = await Rig.StartAsync();
        var promise = new SignPromise(rig.A.Address, Unit, rig.B.Address, 1);
        var stranger = DevAccounts.Account(7).Address;
        (await Codes(Erc20Abi.Approve.Encode(rig.Uniswap.V2Router, Hex.MaxUInt256))).ShouldBe([SignRefusal.ApprovalUnlimited]);
        (await Codes(Erc20Abi.Approve.Encode(rig.Uniswap.V2Router, Unit + 1))).ShouldBe([SignRefusal.ApprovalAboveTicket]);
        (await Codes(Erc20Abi.Approve.Encode(stranger, Unit))).ShouldBe([SignRefusal.SpenderNotAllowed]);
        (await Codes(Erc20Abi.Approve.Encode(rig.Uniswap.V2Router, 0))).ShouldBeEmpty("taking an approval back is always allowed");
        (await Codes(Erc20Abi.Transfer.Encode(stranger, Unit))).ShouldBe([SignRefusal.TargetNotAllowed]);
        (await Codes([1, 2])).ShouldBe([SignRefusal.TargetNotAllowed]);
        (await Codes(Erc20Abi.Approve.Encode(rig.Uniswap.V2Router, Unit), to: stranger)).ShouldBe([SignRefusal.TargetNotAllowed]);
        (await Codes([.. Erc20Abi.Approve.Selector, 1, 2, 3])).ShouldBe([SignRefusal.TargetNotAllowed]);

        async Task<IEnumerable<SignRefusal>> Codes(byte[] data, Address? to = null) =>
            (await rig.Inspector.InspectAsync(new(rig.Owner.Address, to ?? rig.A.Address, data, 0), promise, [])).Problems.Select(p => p.Code);
    }

    [Fact]
    public async Task A_swap_for_somebody_else_of_another_amount_or_of_a_token_that_keeps_a_tax_is_refused()
    {
        await using var rig = await Rig.StartAsync();
        var plan = (await rig.PlanAsync(rig.A, rig.B, Unit))!;
        var elsewhere = await SwapPlanner.PlanAsync(plan.Wanted with { Owner = DevAccounts.Account(7).Address }, rig.Contracts, rig.Pool, rig.Chain.Eth);
        (await Codes(elsewhere!.Steps[^1] with { From = rig.Owner.Address }, plan.Promise, plan.Steps[0])).ShouldContain(SignRefusal.RecipientDiffers);
        (await Codes(plan.Steps[1], plan.Promise with { MostOut = Unit - 1 }, plan.Steps[0])).ShouldBe([SignRefusal.SimulationDiffers]);
        (await Codes(plan.Steps[1], plan.Promise with { LeastIn = plan.AmountOut + 1 }, plan.Steps[0])).ShouldBe([SignRefusal.SimulationDiffers]);

        // Bought, the taxed token brings less than any quote knows.
        var taxed = (await rig.PlanAsync(rig.A, rig.Taxed, Unit))!;
        (await Codes(taxed.Steps[1], taxed.Promise, taxed.Steps[0])).ShouldBe([SignRefusal.SimulationDiffers]);
        // Somebody empties the pool between the quote and the signature.
        await rig.SomebodyBuysAsync(rig.B);
        (await Codes(plan.Steps[1], plan.Promise, plan.Steps[0])).ShouldBe([SignRefusal.SimulationReverted]);

        async Task<IEnumerable<SignRefusal>> Codes(UnsignedCall call, SignPromise promise, UnsignedCall before) => (await rig.Inspector.InspectAsync(call, promise, [before])).Problems.Select(p => p.Code);
    }

    [Fact]
    public async Task A_transaction_is_followed_to_its_end_or_to_the_one_that_took_its_place()
    {
        await using var rig = await Rig.StartAsync();
        await rig.Chain.TellAsync("evm_setAutomine", false);
        var plan = (await rig.PlanAsync(rig.A, rig.B, Unit))!;
        var first = await rig.SignAsync(plan.Steps[0], maxFee: 3_000_000_000);
        (await Look(first.Hash, null)).State.ShouldBe(TrackedState.Unknown);
        await rig.Chain.Eth.SendRawAsync(first);
        var pending = await Look(first.Hash, null);
        (pending.State, pending.Nonce).ShouldBe((TrackedState.Pending, 0UL));
        var second = await rig.SignAsync(plan.Steps[0], maxFee: 9_000_000_000);
        await rig.Chain.Eth.SendRawAsync(second);
        await rig.Chain.TellAsync("evm_mine");
        (await Look(first.Hash, pending.Nonce)).State.ShouldBe(TrackedState.Replaced);
        (await Look(second.Hash, 0)).State.ShouldBe(TrackedState.Included);
        await rig.Chain.TellAsync("evm_mine");
        (await Look(second.Hash, 0)).ShouldSatisfyAllConditions(x => x.State.ShouldBe(TrackedState.Final), x => x.Confirmations.ShouldBe(2));
        var reverting = await rig.SignAsync(plan.Steps[1] with { Data = [.. plan.Steps[1].Data[..4], .. new byte[256]] }, maxFee: 9_000_000_000);
        await rig.Chain.Eth.SendRawAsync(reverting);
        await rig.Chain.TellAsync("anvil_mine", "0x2");
        (await Look(reverting.Hash, 1)).State.ShouldBe(TrackedState.Reverted);

        Task<TrackedTransaction> Look(string hash, ulong? nonce) => TransactionTracker.LookAsync(rig.Chain.Eth, rig.Owner.Address, hash, nonce, confirmations: 2);
    }

    private sealed record Rig(LocalChain Chain, UniswapDeployment Uniswap, PrivateKeySigner Owner, ChainToken A, ChainToken B, ChainToken Taxed, ChainContracts Contracts, PoolMirror Mirror) : IAsyncDisposable
    {
        public TransactionInspector Inspector => new(Chain.Eth, Contracts);

        public static async Task<Rig> StartAsync()
        {
            var chain = await LocalChain.StartAsync();
            var owner = DevAccounts.Account(5);
            var u = await UniswapDeployment.DeployAsync(chain.Eth, chain.Packages, DevAccounts.Account(0));
            ChainToken a = new("WETH", 18, u.Token("A", "A", 18)), b = new("USDT", 18, u.Token("B", "B", 18)), taxed = new("TAX", 18, u.Token("T", "T", 18, taxBps: 500));
            foreach (var token in new[] { a, b, taxed })
            {
                u.Fund(token.Address, BigInteger.Pow(10, 30));
            }
            u.Lane.Call(a.Address, UniswapDeployment.Mint, owner.Address, 100 * Unit);
            var pools = new List<OnChainPool>
            {
                new(u.V2Pool(a.Address, 1_000 * Unit, b.Address, 3_000 * Unit), PoolKind.ConstantProduct, Lower(a, b), Upper(a, b), 3000),
                new(u.V3Pool(Lower(a, b), Upper(a, b), 3000, TickMath.SqrtAt(Lower(a, b) == a.Address ? 10_986 : -10_986), new PoolPosition(-60_000, 60_000, 2_000 * Unit)), PoolKind.Concentrated, Lower(a, b), Upper(a, b), 3000),
                new(u.V2Pool(a.Address, 1_000 * Unit, taxed.Address, 3_000 * Unit), PoolKind.ConstantProduct, Lower(a, taxed), Upper(a, taxed), 3000),
            };
            await u.Lane.FlushAsync();
            var mirror = await PoolMirror.StartAsync(chain.Eth, pools.ToDictionary(p => p.Address, p => p.Kind == PoolKind.Concentrated));
            return new(chain, u, owner, a, b, taxed, new([a, b, taxed], pools, u.V2Router, u.V3Router, u.V3Quoter, null, null), mirror);
        }

        public IAmmPool? Pool(Address address) => Mirror.Newest.Pools.GetValueOrDefault(address);

        public async Task<SwapPlan?> PlanAsync(ChainToken sells, ChainToken buys, BigInteger amount)
        {
            await Mirror.RefreshAsync();
            return await SwapPlanner.PlanAsync(new(Owner.Address, sells, buys, amount, 50m, DateTimeOffset.UtcNow.AddHours(1)), Contracts, Pool, Chain.Eth);
        }

        public async Task<BigInteger> BalanceAsync(ChainToken token) => (BigInteger)Erc20Abi.BalanceOf.DecodeOutput(await Chain.Eth.CallAsync(new(null, token.Address, Erc20Abi.BalanceOf.Encode(Owner.Address))))[0];

        public async Task<SignedTransaction> SignAsync(UnsignedCall call, BigInteger maxFee) => await Owner.SignAsync(new Eip1559Transaction
        {
            ChainId = LocalChain.ChainId, Nonce = await Chain.Eth.TransactionCountAsync(Owner.Address), GasLimit = 400_000, To = call.To, Data = call.Data, MaxFeePerGas = maxFee, MaxPriorityFeePerGas = maxFee,
        });

        public async Task SendAsync(UnsignedCall call)
        {
            var hash = await Chain.Eth.SendRawAsync(await SignAsync(call, 5_000_000_000));
            while (await Chain.Eth.ReceiptAsync(hash) is null)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
        }

        public async Task SomebodyBuysAsync(ChainToken token)
        {
            foreach (var pool in Contracts.Pools.Where(p => p.Token0 == token.Address || p.Token1 == token.Address))
            {
                var from = pool.Token0 == token.Address ? pool.Token1 : pool.Token0;
                Uniswap.Lane.Call(from, Erc20Abi.Approve, Contracts.RouterOf(pool.Kind), Hex.MaxUInt256);
                var plan = await SwapPlanner.PlanAsync(new(Uniswap.Lane.Account, new("X", 18, from), token, 500 * Unit, 500m, DateTimeOffset.UtcNow.AddHours(1)), Contracts with { Pools = [pool] }, Pool, Chain.Eth);
                Uniswap.Lane.Call(plan!.Steps[^1].To, Raw(plan.Steps[^1].Data), RawValues(plan.Steps[^1].Data));
            }
            await Uniswap.Lane.FlushAsync();
        }


        private static AbiFunction Raw(byte[] data) => data.AsSpan().StartsWith(RouterAbi.V2Swap.Selector) ? RouterAbi.V2Swap : RouterAbi.V3Swap;

        private static object[] RawValues(byte[] data) => Raw(data).DecodeInput(data);

        private static Address Lower(ChainToken a, ChainToken b) => a.Address.CompareTo(b.Address) < 0 ? a.Address : b.Address;

        private static Address Upper(ChainToken a, ChainToken b) => a.Address.CompareTo(b.Address) < 0 ? b.Address : a.Address;

        public ValueTask DisposeAsync() => Chain.DisposeAsync();
    }
}
