using System.Diagnostics;
using System.Globalization;
using Ems.Execution.Venues.OnChain;
using Ems.Execution.Venues.OnChain.Laboratory;

namespace Ems.Benchmarks;

/// <summary>What a sandwich bot takes from the same swaps by the public pool and by the private relay.</summary>
internal static class SandwichBenchmark
{
    /// <summary>Prints sums and what was lost by tolerance. Without anvil it says so.</summary>
    /// <param name="args">Swaps by each door (120), seed (1).</param>
    public static async Task RunAsync(string root, string[] args)
    {
        var folder = Path.Combine(root, "chain");
        if (SandwichLaboratory.WhyNot(folder) is { } why)
        {
            Console.WriteLine($"sandwich: {why}, nothing measured");
            return;
        }
        var options = new SandwichOptions
        {
            Swaps = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 120, Seed = args.Length > 1 ? ulong.Parse(args[1], CultureInfo.InvariantCulture) : 1,
        };
        var started = Stopwatch.GetTimestamp();
        await using var laboratory = await SandwichLaboratory.OpenAsync(folder, options, TimeProvider.System);
        var openMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var swaps = new List<SandwichSwap>();
        await foreach (var swap in laboratory.RunAsync())
        {
            swaps.Add(swap);
        }
        var t = SandwichTotals.Of(swaps);
        new Table($"Sandwich laboratory: {t.Swaps} swaps by each door, {Money(t.NotionalQuote)} USDC each way, seed {options.Seed}", "door", "attacked", "seen before the block", "lost, USDC", "lost, bp of notional")
            .Row("public pool", t.AttackedPublic.ToString(CultureInfo.InvariantCulture), swaps.Count(s => s.Public.WasSeen).ToString(CultureInfo.InvariantCulture), Money(t.PublicLostQuote), Bps(t.PublicLostBps))
            .Row("private relay", t.AttackedPrivate.ToString(CultureInfo.InvariantCulture), swaps.Count(s => s.Private.WasSeen).ToString(CultureInfo.InvariantCulture), Money(t.PrivateLostQuote), Bps(t.PrivateLostBps)).Print();
        var table = new Table($"Public swaps by tolerance; the bot gained {Money(t.BotQuote)} USDC after gas; opened in {openMs:N0} ms, run in {Stopwatch.GetElapsedTime(started).TotalSeconds:N1} s",
            "pool", "tolerance, bp", "swaps", "attacked", "lost on average, bp", "most, bp");
        foreach (var group in swaps.GroupBy(s => (s.Kind, s.ToleranceBps)).OrderBy(g => g.Key.Kind).ThenBy(g => g.Key.ToleranceBps))
        {
            table.Row(group.Key.Kind == PoolKind.ConstantProduct ? "Uniswap V2" : "Uniswap V3", group.Key.ToleranceBps.ToString(CultureInfo.InvariantCulture), group.Count().ToString(CultureInfo.InvariantCulture),
                group.Count(s => s.Public.WasAttacked).ToString(CultureInfo.InvariantCulture), Bps(group.Average(s => s.Public.LostBps)), Bps(group.Max(s => s.Public.LostBps)));
        }
        table.Print();
    }

    private static string Money(decimal value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Bps(decimal value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
