using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Chain.Tests.Peers;

/// <summary>The client against viem and ethers: the same bytes for every case, both ways where there are two.</summary>
public sealed class PeerTests(PeerVectors vectors) : IClassFixture<PeerVectors>
{
    [Fact]
    public void Hashes_are_those_of_the_peers()
    {
        foreach (var c in Cases("keccak", 300))
        {
            Hex.Encode(Keccak.Hash(Hex.Decode(Text(c, "data")))).ShouldBe(Text(c, "hash"));
        }
    }

    [Fact]
    public void Addresses_and_their_capitals_are_those_of_the_peers()
    {
        foreach (var c in Cases("addresses", 500))
        {
            var address = Text(c, "address");
            PrivateKeySigner.Parse(Text(c, "key")).Address.ToString().ShouldBe(address);
            Address.Parse(address).ShouldBe(Address.Parse(address.ToLowerInvariant()));
        }
        foreach (var c in Cases("created", 200))
        {
            var from = Address.Parse(Text(c, "from"));
            Address.Create(from, c.GetProperty("nonce").GetUInt64()).ToString().ShouldBe(Text(c, "created"));
            Address.Create2(from, Hex.Decode(Text(c, "salt")), Hex.Decode(Text(c, "codeHash"))).ToString().ShouldBe(Text(c, "created2"));
        }
    }

    [Fact]
    public void Transactions_are_signed_to_the_same_bytes_and_read_back_to_the_same_sender()
    {
        var signers = new Dictionary<string, PrivateKeySigner>();
        foreach (var c in Cases("transactions", 2000))
        {
            var key = Text(c, "key");
            var signer = signers.TryGetValue(key, out var known) ? known : signers[key] = PrivateKeySigner.Parse(key);
            var tx = Transaction(c);
            var signed = tx.Sign(signer.SignHash(tx.SigningHash()));
            Hex.Encode(signed.Raw).ShouldBe(Text(c, "raw"));
            signed.Hash.ShouldBe(Text(c, "hash"));
            var read = SignedTransaction.Decode(signed.Raw);
            read.From.ToString().ShouldBe(Text(c, "from"));
            read.Raw.ShouldBe(signed.Raw);
            read.Transaction.GetType().ShouldBe(tx.GetType());
        }
    }

    [Fact]
    public void Values_of_random_nested_types_are_encoded_to_the_same_bytes_and_decoded_to_the_same_values()
    {
        foreach (var c in Cases("abi", 3000))
        {
            var types = c.GetProperty("types").EnumerateArray().Select(t => AbiType.Parse(t.GetString()!)).ToArray();
            var values = types.Zip(c.GetProperty("values").EnumerateArray(), AbiJson.Value).ToArray();
            var data = AbiEncoder.Encode(types, values);
            Hex.Encode(data).ShouldBe(Text(c, "data"), string.Join(',', types.Select(t => t.Name)));
            AbiJson.Text(AbiDecoder.Decode(types, data)).ShouldBe(AbiJson.Text(values));
        }
    }

    [Fact]
    public void Calls_errors_and_events_are_those_of_the_peers()
    {
        var single = AbiFunction.Parse("function exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 deadline, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params) returns (uint256 amountOut)");
        foreach (var c in Cases("calls", 200))
        {
            var values = Values(c, single.Inputs);
            Hex.Encode(single.Encode(values)).ShouldBe(Text(c, "data"));
            AbiJson.Text(single.DecodeInput(Hex.Decode(Text(c, "data")))).ShouldBe(AbiJson.Text(values));
        }
        var failed = AbiError.Parse("error OutOfBounds(uint256 price, int24[] ticks, (address who, bytes why) detail)");
        foreach (var c in Cases("errors", 200))
        {
            AbiJson.Text(failed.Decode(Hex.Decode(Text(c, "data")))).ShouldBe(AbiJson.Text(Values(c, failed.Inputs)));
        }
        var swap = AbiEvent.Parse("event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)");
        foreach (var c in Cases("events", 200))
        {
            byte[][] topics = [.. c.GetProperty("topics").EnumerateArray().Select(t => Hex.Decode(t.GetString()))];
            AbiJson.Text(swap.Decode(topics, Hex.Decode(Text(c, "data")))).ShouldBe(AbiJson.Text(Values(c, swap.Inputs)));
        }
    }

    [Fact]
    public void Typed_data_have_the_same_hash_and_the_same_signature()
    {
        foreach (var c in Cases("typed", 300))
        {
            var hash = TypedData.Parse(c.GetProperty("json")).Hash();
            Hex.Encode(hash).ShouldBe(Text(c, "hash"));
            var signer = PrivateKeySigner.Parse(Text(c, "key"));
            signer.SignHash(hash).ToString().ShouldBe(Text(c, "signature"));
            EthRecover.Signer(hash, EthSignature.Parse(Hex.Decode(Text(c, "signature")))).ShouldBe(signer.Address);
        }
    }

    [Fact]
    public void Personal_messages_have_the_same_hash_and_the_same_signature()
    {
        foreach (var c in Cases("messages", 400))
        {
            var hash = PersonalMessage.Hash(Text(c, "message"));
            Hex.Encode(hash).ShouldBe(Text(c, "hash"));
            PrivateKeySigner.Parse(Text(c, "key")).SignHash(hash).ToString().ShouldBe(Text(c, "signature"));
        }
    }

    private IReadOnlyList<JsonElement> Cases(string kind, int count)
    {
        var cases = vectors.Of(kind);
        cases.Count.ShouldBe(count);
        return cases;
    }

    private static EthTransaction Transaction(JsonElement c)
    {
        Address? to = c.GetProperty("to").ValueKind == JsonValueKind.Null ? null : Address.Parse(Text(c, "to"));
        var (chain, nonce, gas) = (c.GetProperty("chainId").GetUInt64(), c.GetProperty("nonce").GetUInt64(), ulong.Parse(Text(c, "gas"), CultureInfo.InvariantCulture));
        var (value, data) = (Number(c, "value"), Hex.Decode(Text(c, "data")));
        return Text(c, "type") == "legacy"
            ? new LegacyTransaction { ChainId = chain, Nonce = nonce, GasLimit = gas, To = to, Value = value, Data = data, GasPrice = Number(c, "gasPrice") }
            : new Eip1559Transaction
            {
                ChainId = chain, Nonce = nonce, GasLimit = gas, To = to, Value = value, Data = data,
                MaxFeePerGas = Number(c, "maxFeePerGas"), MaxPriorityFeePerGas = Number(c, "maxPriorityFeePerGas"),
                AccessList = [.. c.GetProperty("accessList").EnumerateArray().Select(a => new AccessEntry(Address.Parse(Text(a, "address")),
                    [.. a.GetProperty("storageKeys").EnumerateArray().Select(k => Hex.Decode(k.GetString()))]))],
            };
    }

    private static object[] Values(JsonElement c, IReadOnlyList<AbiParameter> parameters) =>
        [.. parameters.Zip(c.GetProperty("values").EnumerateArray(), (p, v) => AbiJson.Value(p.Type, v))];

    private static string Text(JsonElement c, string name) => c.GetProperty(name).GetString()!;

    private static BigInteger Number(JsonElement c, string name) => BigInteger.Parse(Text(c, name), CultureInfo.InvariantCulture);
}
