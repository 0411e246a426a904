using System.Numerics;
using CsCheck;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Amm;
using Ems.Execution.Venues.OnChain.Laboratory;

namespace Ems.Chain.Tests.PrivateFlow;

/// <summary>The sandwich laboratory: what a real bot takes from public swaps, and that it gets nothing of private ones.</summary>
public sealed class SandwichTests
{
    [Fact]
    public async Task The_bot_takes_the_tolerance_of_public_swaps_and_nothing_of_private_ones()
    {
        var packages = await LocalChain.PackagesAsync();
        var folder = Path.GetDirectoryName(packages.PackagesFolder)!;
        Assert.SkipWhen(SandwichLaboratory.WhyNot(folder) is not null, "needs anvil");
        await using var laboratory = await SandwichLaboratory.OpenAsync(folder, new() { Swaps = 8, BlockMs = 20 }, TimeProvider.System);
        var swaps = new List<SandwichSwap>();
        await foreach (var swap in laboratory.RunAsync())
        {
            swaps.Add(swap);
        }
        swaps.Count.ShouldBe(8);
        foreach (var s in swaps)
        {
            (s.Private.WasSeen, s.Private.WasAttacked, s.Private.LostBps, s.Private.BotQuote).ShouldBe((false, false, 0m, 0m), s.ToString());
            s.Public.LostBps.ShouldBeInRange(0m, s.ToleranceBps + 0.001m, s.ToString());
        }
        var attacked = swaps.Where(s => s.Public.WasAttacked).ToArray();
        attacked.Length.ShouldBeGreaterThan(4);
        attacked.ShouldAllBe(s => s.Public.LostBps > s.ToleranceBps * 0.9m);
        var totals = SandwichTotals.Of(swaps);
        (totals.PrivateLostBps, totals.AttackedPrivate, totals.Swaps).ShouldBe((0m, 0, 8));
        totals.BotQuote.ShouldBeGreaterThan(0m);
        laboratory.BotSeen.ShouldBe(8, "private swaps are never seen");
    }

    [Fact]
    public void The_largest_front_run_leaves_the_victim_his_minimum_and_a_larger_one_does_not() =>
        Gen.Select(Gen.Long[1_000_000, 1_000_000_000_000], Gen.Long[1_000_000, 1_000_000_000_000], Gen.Int[1, 2_000], Gen.Int[0, 500], Gen.Bool).Sample((reserve0, reserve1, size, tolerance, zeroForOne) =>
        {
            var pool = new ConstantProductPool(reserve0, reserve1);
            var amount = BigInteger.Max(1, (zeroForOne ? reserve0 : reserve1) * (BigInteger)size / 10_000);
            var minOut = pool.SwapIn(zeroForOne, amount).AmountOut * (10_000 - tolerance) / 10_000;
            var funds = BigInteger.Pow(10, 14);
            if (SandwichSearch.Largest(pool, zeroForOne, amount, minOut, funds) is not { } found)
            {
                return;
            }
            pool.SwapIn(zeroForOne, found.Front).After.SwapIn(zeroForOne, amount).AmountOut.ShouldBeGreaterThanOrEqualTo(minOut);
            var larger = found.Front + BigInteger.Max(2, found.Front >> 11);
            (larger > funds || pool.SwapIn(zeroForOne, larger).After.SwapIn(zeroForOne, amount).AmountOut < minOut).ShouldBeTrue();
        });
}
