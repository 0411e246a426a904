using System.Diagnostics;
using Ems.Chain.Tests.Harness;

namespace Ems.Chain.Tests.Contracts;

/// <summary>The bounds of a mandate, proved for every sequence of calls by solc's model checker and z3.</summary>
public sealed class ProofTests
{
    [Fact]
    public async Task Never_more_than_the_total_nor_the_slice_nothing_too_soon_or_after_the_end_is_proved()
    {
        var (code, output) = await ProveAsync();
        code.ShouldBe(0, output);
        output.ShouldContain("\"refuted\":0,\"unproved\":0");
    }

    [Theory]
    [InlineData("total")]
    [InlineData("slice")]
    [InlineData("unsold")]
    [InlineData("expiry")]
    [InlineData("interval")]
    public async Task A_rule_that_is_broken_is_found(string rule)
    {
        var (code, output) = await ProveAsync("--mutate", rule);
        code.ShouldBe(0, output);
        output.ShouldContain("happens here");
    }

    private static async Task<(int Code, string Output)> ProveAsync(params string[] arguments)
    {
        _ = await LocalChain.PackagesAsync();
        using var process = Process.Start(new ProcessStartInfo("node", ["prove.mjs", .. arguments])
        {
            WorkingDirectory = Path.Combine(Places.Root, "chain"), RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        Assert.SkipWhen(process.ExitCode == 3, "needs z3");
        return (process.ExitCode, output);
    }
}
