using System.Numerics;
using CsCheck;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Chain.Tests.Ethereum;

/// <summary>Bytes of strangers: whatever they are, the answer is a value or one clear error, at once.</summary>
public sealed class HostileInputTests
{
    private static readonly AbiType[] Types =
    [
        AbiType.Parse("(address,uint24,string)[][]"), AbiType.Parse("bytes[]"), AbiType.Parse("uint256[3][]"), AbiType.Parse("string"), AbiType.Parse("(int8,bool,bytes4)[2]"),
    ];

    [Fact]
    public void Mutated_ABI_data_give_values_or_a_format_error()
    {
        var good = AbiEncoder.Encode(Types,
            new object[] { new object[] { new object[] { Address.Zero, 3, "eins" } }, Array.Empty<object>() },
            new object[] { new byte[40], Array.Empty<byte>() }, new object[] { new object[] { 1, 2, 3 } }, "zwei", new object[] { new object[] { -1, true, new byte[4] }, new object[] { 5, false, new byte[4] } });
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, b, at2, b2, length) =>
        {
            var bad = good[..length];
            if (at < length)
            {
                bad[at] = b;
            }
            if (at2 < length)
            {
                bad[at2] ^= b2;
            }
            Calm(() => AbiDecoder.Decode(Types, bad));
        }, iter: 60_000);
    }

    [Fact]
    public void Arrays_that_share_their_offsets_do_not_explode()
    {
        // Twelve levels of arrays with sixteen elements each, all pointing at the same place: 16^12 values if one believed it.
        var type = AbiType.Parse("uint256" + string.Concat(Enumerable.Repeat("[]", 12)));
        var words = new List<BigInteger> { 32 };
        for (var level = 0; level < 12; level++)
        {
            words.Add(16);
            words.AddRange(Enumerable.Repeat((BigInteger)(16 * 32), 16));
        }
        words.AddRange(Enumerable.Repeat(BigInteger.One, 16));
        Should.Throw<EthereumFormatException>(() => AbiDecoder.Decode([type], [.. words.SelectMany(Hex.Word)]));
    }

    [Fact]
    public void A_count_of_billions_costs_nothing()
    {
        byte[] data = [.. Hex.Word(32), .. Hex.Word(int.MaxValue)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<EthereumFormatException>(() => AbiDecoder.Decode([AbiType.Parse("uint256[]")], data));
        Should.Throw<EthereumFormatException>(() => AbiDecoder.Decode([AbiType.Parse("uint256[0][]")], data));
        Should.Throw<EthereumFormatException>(() => AbiDecoder.Decode([AbiType.Parse("bytes")], data));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [Theory]
    [InlineData("uint7")]
    [InlineData("uint264")]
    [InlineData("bytes33")]
    [InlineData("bytes0")]
    [InlineData("uint08")]
    [InlineData("fixed128x18")]
    [InlineData("(uint256")]
    [InlineData("uint256[")]
    [InlineData("uint256[-1]")]
    [InlineData("uint256[99999999]")]
    [InlineData("uint256] ")]
    [InlineData("uint256[1000000][1000000]")]
    public void Text_that_is_no_type_is_refused(string text)
    {
        Should.Throw<EthereumFormatException>(() => AbiType.Parse(text));
    }

    [Fact]
    public void Types_nested_too_deep_are_refused_and_do_not_overflow_the_stack()
    {
        Should.Throw<EthereumFormatException>(() => AbiType.Parse(new string('(', 100_000)));
        Should.Throw<EthereumFormatException>(() => AbiType.Parse("uint256" + string.Concat(Enumerable.Repeat("[]", 100_000))));
    }

    [Fact]
    public void Random_text_as_a_signature_gives_a_function_or_a_format_error() =>
        Gen.String[Gen.Char["()[],uint256 bytes3address tuple returns"], 0, 60].Sample(text => Calm(() => AbiFunction.Parse(text)), iter: 20_000);

    [Fact]
    public void Random_bytes_as_RLP_give_an_item_that_encodes_to_the_same_bytes_or_a_format_error() =>
        Gen.OneOf(Gen.Byte, Gen.Byte[0x78, 0xff]).Array[0, 80].Sample(bytes => Calm(() => Rlp.Encode(Rlp.Decode(bytes)).ShouldBe(bytes)), iter: 60_000);

    [Theory]
    [InlineData("0x", "nothing")]
    [InlineData("0x8100", "a byte below 128 behind a prefix")]
    [InlineData("0xb800", "a short string in the long form")]
    [InlineData("0xb90001ff", "a length with a leading zero")]
    [InlineData("0x83ffff", "a string cut off")]
    [InlineData("0xc0c0", "something behind the item")]
    [InlineData("0xbfffffffffffffffff", "a length of 64 bits")]
    [InlineData("0xf800", "a short list in the long form")]
    public void Only_the_canonical_form_of_RLP_is_read(string hex, string wrong)
    {
        Should.Throw<EthereumFormatException>(() => Rlp.Decode(Hex.Decode(hex)), wrong);
        Rlp.Decode(Hex.Decode("0xc180")).Items.Count.ShouldBe(1);
    }

    [Fact]
    public void Lists_nested_a_hundred_thousand_deep_are_refused_and_do_not_overflow_the_stack()
    {
        var bytes = Enumerable.Repeat((byte)0xc1, 100_000).Append((byte)0xc0).ToArray();
        Should.Throw<EthereumFormatException>(() => Rlp.Decode(bytes));
    }

    [Fact]
    public void A_mutated_transaction_is_another_one_or_a_format_error()
    {
        var signer = new PrivateKeySigner(Keccak.Hash("mutation"));
        var tx = new Eip1559Transaction
        {
            ChainId = 1, Nonce = 7, GasLimit = 21_000, To = signer.Address, Value = 5, MaxFeePerGas = 9, MaxPriorityFeePerGas = 1,
            AccessList = [new(signer.Address, [new byte[32]])],
        };
        var raw = tx.Sign(signer.SignHash(tx.SigningHash())).Raw;
        Gen.Select(Gen.Int[0, raw.Length - 1], Gen.Byte[1, 255]).Sample((at, flip) =>
        {
            var bad = raw.ToArray();
            bad[at] ^= flip;
            Calm(() => SignedTransaction.Decode(bad).HashBytes.ShouldNotBe(Keccak.Hash(raw)));
        }, iter: 2_000);
    }

    [Fact]
    public void Mutated_typed_data_give_a_hash_or_a_format_error()
    {
        const string Good = """{"types":{"A":[{"name":"b","type":"B[]"},{"name":"n","type":"uint8"}],"B":[{"name":"s","type":"string"},{"name":"w","type":"address"}]},"primaryType":"A","domain":{"name":"x","chainId":1},"message":{"b":[{"s":"t","w":"0x2c7536E3605D9C16a7a3D7b1898e529396a65c23"}],"n":255}}""";
        _ = TypedData.Parse(Good).Hash();
        Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Char["{}[]\":,0x-.eAB9 "]).Sample((at, c) =>
            Calm(() => TypedData.Parse(Good[..at] + c + Good[(at + 1)..]).Hash()), iter: 20_000);
    }

    [Fact]
    public void A_type_that_contains_itself_ends_with_its_message()
    {
        const string Loop = """{"types":{"A":[{"name":"next","type":"A[]"}]},"primaryType":"A","domain":{},"message":{"next":[{"next":[]},{"next":[{"next":[]}]}]}}""";
        TypedData.Parse(Loop).Hash().Length.ShouldBe(32);
    }

    [Fact]
    public void Numbers_of_typed_data_are_exact_and_fit_their_type()
    {
        static string With(string type, string value) => $$"""{"types":{"A":[{"name":"n","type":"{{type}}"}]},"primaryType":"A","domain":{},"message":{"n":{{value}} } }""";
        TypedData.Parse(With("uint256", "9007199254740993")).Hash().ShouldBe(TypedData.Parse(With("uint256", "\"0x20000000000001\"")).Hash());
        TypedData.Parse(With("uint256", "9007199254740993")).Hash().ShouldNotBe(TypedData.Parse(With("uint256", "9007199254740992")).Hash());
        foreach (var (type, value) in new[] { ("uint8", "256"), ("uint8", "-1"), ("int8", "128"), ("uint256", "1.5"), ("uint256", "1e3"), ("uint256", "null"), ("bytes2", "\"0x000000\""), ("nothing", "1") })
        {
            Should.Throw<EthereumFormatException>(() => TypedData.Parse(With(type, value)).Hash());
        }
    }

    private static void Calm(Action action)
    {
        try
        {
            action();
        }
        catch (EthereumFormatException)
        {
        }
    }
}
