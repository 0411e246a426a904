using System.Numerics;
using System.Text.Json;
using CsCheck;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Core.Gas;

namespace Ems.Chain.Tests.Gas;

public sealed class GasTests
{
    private static readonly BigInteger Gwei = 1_000_000_000;

    [Fact]
    public void Faster_offers_more_and_nothing_is_above_the_cap() => Gen.Select(Gen.Long[1, 1_000_000_000_000], Gen.Long[0, 50_000_000_000], Gen.Long[1, 3_000_000_000_000]).Sample((baseFee, tip, cap) =>
    {
        var window = new FeeWindow(baseFee, [[tip, tip * 2, tip * 3], [tip, tip * 2, tip * 5]]);
        var offers = Enum.GetValues<FeeSpeed>().Select(s => FeeStrategy.Quote(window, s, cap)).ToArray();
        offers.ShouldAllBe(o => o.MaxFeePerGas <= cap && o.MaxPriorityFeePerGas <= o.MaxFeePerGas && o.MaxPriorityFeePerGas >= 0);
        offers.Select(o => o.MaxFeePerGas).ShouldBeInOrder();
        offers.Select(o => o.MaxPriorityFeePerGas).ShouldBeInOrder();
    }, iter: 5_000);

    [Fact]
    public void An_offer_outlives_the_full_blocks_it_promises()
    {
        foreach (var (speed, blocks) in new[] { (FeeSpeed.Slow, 2), (FeeSpeed.Normal, 6), (FeeSpeed.Fast, 9) })
        {
            var fee = 20 * Gwei;
            var offer = FeeStrategy.Quote(new(fee, []), speed, 1000 * Gwei);
            for (var i = 0; i < blocks; i++)
            {
                fee = BaseFee.Next(fee, 30_000_000, 30_000_000);
            }
            offer.TipAt(fee).Sign.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void A_replacement_raises_both_fees_by_an_eighth_or_is_refused() => Gen.Select(Gen.Long[1, 1_000_000_000_000], Gen.Long[0, 1_000_000_000], Gen.Long[1, 2_000_000_000_000]).Sample((max, tip, cap) =>
    {
        var old = new FeeQuote(max, Math.Min(tip, max));
        if (FeeStrategy.Replace(old, new(1, 0), cap) is { } next)
        {
            (next.MaxFeePerGas * 8 >= old.MaxFeePerGas * 9).ShouldBeTrue();
            (next.MaxPriorityFeePerGas * 8 >= old.MaxPriorityFeePerGas * 9).ShouldBeTrue();
            next.MaxFeePerGas.ShouldBeLessThanOrEqualTo(cap);
        }
        else
        {
            (old.MaxFeePerGas * 9).ShouldBeGreaterThan((cap - 1) * 8);
        }
    }, iter: 5_000);

    [Fact]
    public void The_base_fee_of_recorded_blocks_follows_from_the_block_before()
    {
        // Vectors of EIP-1559's reference tests.
        BaseFee.Next(1_000_000_000, 10_000_000, 20_000_000).ShouldBe(1_000_000_000);
        BaseFee.Next(1_000_000_000, 9_000_000, 20_000_000).ShouldBe(987_500_000);
        BaseFee.Next(1_000_000_000, 11_000_000, 20_000_000).ShouldBe(1_012_500_000);
        BaseFee.Next(1_000_000_000, 20_000_000, 20_000_000).ShouldBe(1_125_000_000);
        BaseFee.Next(7, 20_000_000, 20_000_000).ShouldBe(8);
    }

    [Theory]
    [InlineData("bedrock_empty_tx")]
    [InlineData("regolith_empty_tx")]
    [InlineData("fjord_minimum")]
    [InlineData("fjord_solidity_parity")]
    public void The_data_fee_of_the_OP_stack_is_that_of_its_own_tests(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Places.Shared($"fixtures/optimism/l1-fee-{file}.json")));
        var v = document.RootElement.GetProperty("payload");
        BigInteger Number(string name) => v.TryGetProperty(name, out var n) ? BigInteger.Parse(n.ValueKind == JsonValueKind.String ? n.GetString()! : n.GetRawText()) : 0;
        var upgrade = Enum.Parse<OpStackUpgrade>(v.GetProperty("upgrade").GetString()!, ignoreCase: true);
        var prices = new OpStackPrices(upgrade, Number("l1BaseFee"), Number("blobBaseFee"), Number("baseFeeScalar"), Number("blobBaseFeeScalar"), Number("overhead"), Number("scalar"));
        if (upgrade == OpStackUpgrade.Fjord)
        {
            foreach (var size in v.TryGetProperty("fastLzSizes", out var sizes) ? sizes.EnumerateArray().Select(s => s.GetInt32()) : [v.GetProperty("fastLzSize").GetInt32()])
            {
                RollupDataFee.Fjord(prices, size).ShouldBe(Number("expectedFeeWei"));
                RollupDataFee.FjordGasUsed(size).ShouldBe(Number("expectedGasUsed"));
            }
            return;
        }
        RollupDataFee.Scalar(prices, Number("expectedGasUsed") - Number("overhead")).ShouldBe(Number("expectedFeeWei"));
        // Bedrock counts a signature of 68 bytes on top of the data: thirty bytes of data are the 480 gas of the vector.
        RollupDataFee.OpStack(prices, Enumerable.Repeat((byte)1, 30).ToArray()).ShouldBe(Number("expectedFeeWei"));
    }

    [Fact]
    public void Ecotone_weighs_the_base_fee_and_the_blob_fee()
    {
        // Specification: gas * (16 * baseScalar * baseFee + blobScalar * blobFee) / 16e6, here with 480 gas of data.
        var prices = new OpStackPrices(OpStackUpgrade.Ecotone, 1_000_000_000, 10_000_000, 2, 3);
        RollupDataFee.OpStack(prices, Enumerable.Repeat((byte)1, 30).ToArray()).ShouldBe(960_900);
        RollupDataFee.CalldataGas([0, 0, 1]).ShouldBe(24);
    }

    [Fact]
    public void FastLZ_lengths_are_those_of_the_published_tests()
    {
        FastLz.CompressedLength([]).ShouldBe(0);
        FastLz.CompressedLength(new byte[1000]).ShouldBe(21);
        FastLz.CompressedLength(Enumerable.Repeat((byte)1, 1000).ToArray()).ShouldBe(21);
    }

    [Fact]
    public void FastLZ_never_fails_and_never_grows_by_more_than_one_byte_in_32() =>
        Gen.OneOf(Gen.Byte, Gen.Byte[0, 3]).Array[0, 600].Sample(data => FastLz.CompressedLength(data).ShouldBeInRange(0, data.Length + ((data.Length + 31) / 32)), iter: 5_000);

    [Fact]
    public void A_rollup_s_cost_has_its_parts_and_is_told_in_the_traded_asset()
    {
        var raw = Enumerable.Range(0, 200).Select(i => (byte)(i * 37)).ToArray();
        var offer = new FeeQuote(30 * Gwei, Gwei);
        var main = GasCost.Of(new(1, "Ethereum", GasModelKind.Eip1559, 12_000, 3), new(20 * Gwei, offer), 150_000, raw);
        main.ShouldBe(new GasCost(150_000 * 21 * Gwei, 0));
        main.InAsset(3_000m).ShouldBe(9.45m);
        var op = GasCost.Of(new(10, "OP Mainnet", GasModelKind.OpStack, 2_000, 10), new(Gwei / 1000, new(Gwei, Gwei / 1000), new(OpStackUpgrade.Fjord, 20 * Gwei, 1, 5227, 1014213)), 150_000, raw);
        op.Execution.ShouldBe(150_000 * 2 * (Gwei / 1000));
        op.Data.ShouldBe(RollupDataFee.Fjord(new(OpStackUpgrade.Fjord, 20 * Gwei, 1, 5227, 1014213), FastLz.CompressedLength(raw)));
        var arbitrum = GasCost.Of(new(42161, "Arbitrum One", GasModelKind.Arbitrum, 250, 20), new(Gwei / 100, new(Gwei, 0), null, 20 * Gwei), 150_000, raw);
        arbitrum.Data.ShouldBeInRange(16 * 200 * 20 * Gwei, 16 * 210 * 20 * Gwei);
        new ChainProfile(1, "Ethereum", GasModelKind.Eip1559, 12_000, 3).FinalityMs.ShouldBe(18_000 + 24_000);
    }
}
