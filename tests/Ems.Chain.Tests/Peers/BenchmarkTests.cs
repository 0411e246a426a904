using Ems.Benchmarks;
using Ems.Chain.Tests.Harness;

namespace Ems.Chain.Tests.Peers;

public sealed class BenchmarkTests
{
    [Fact]
    public async Task The_benchmark_of_the_chain_runs_and_finds_no_quote_that_differs()
    {
        await Node.RestoreAsync(Path.Combine(Places.Root, "tests", "Ems.Chain.Tests", "npm"));
        _ = await LocalChain.PackagesAsync();
        (await ChainBenchmarks.RunAsync(Places.Root, rounds: 20)).ShouldBe(0);
    }
}
