using System.Text.Json;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Chain.Tests.Ethereum;

/// <summary>Vectors of others: selectors, permits, orders, relay headers, pool addresses.</summary>
public sealed class RecordedVectorTests
{
    [Theory]
    [InlineData("set_0")]
    [InlineData("set_1")]
    [InlineData("set_3")]
    [InlineData("set_4")]
    public void Selectors_are_the_first_bytes_of_the_signature_s_hash(string file)
    {
        foreach (var pair in Payload($"evm/selector-{file}").EnumerateObject())
        {
            Hex.Encode(Keccak.Hash(pair.Name).AsSpan(0, 4)).ShouldBe(pair.Value.GetString()![..10], pair.Name);
        }
    }

    [Fact]
    public void A_transaction_of_another_signer_is_read_to_its_parts()
    {
        var v = Payload("evm/signing-tx_eip1559");
        var signed = SignedTransaction.Decode(Hex.Decode(v.GetProperty("raw").GetString()));
        signed.Hash.ShouldBe(v.GetProperty("txHash").GetString());
        signed.From.ToString().ShouldBe(v.GetProperty("from").GetString());
        Hex.Encode(signed.Transaction.SigningHash()).ShouldBe(v.GetProperty("unsignedHash").GetString());
    }

    [Fact]
    public void A_permit_has_the_domain_the_digest_and_the_signature_of_the_vector()
    {
        var v = Payload("evm/signing-permit_eip2612");
        var json = $$"""{"types":{{v.GetProperty("types").GetRawText()}},"primaryType":"Permit","domain":{{v.GetProperty("domain").GetRawText()}},"message":{{v.GetProperty("message").GetRawText()}} }""";
        var data = TypedData.Parse(json);
        Hex.Encode(data.DomainSeparator()).ShouldBe(v.GetProperty("domainSeparator").GetString());
        Hex.Encode(data.Hash()).ShouldBe(v.GetProperty("digest").GetString());
        PrivateKeySigner.Parse(v.GetProperty("privateKey").GetString()!).SignHash(data.Hash()).ToString().ShouldBe(v.GetProperty("signature").GetString());
    }

    [Fact]
    public void An_order_of_CoW_Protocol_has_the_digest_and_the_signer_of_the_vector()
    {
        var v = Payload("cow/order-uid-order_digest_uid_signatures");
        const string Members = """[{"name":"sellToken","type":"address"},{"name":"buyToken","type":"address"},{"name":"receiver","type":"address"},{"name":"sellAmount","type":"uint256"},{"name":"buyAmount","type":"uint256"},{"name":"validTo","type":"uint32"},{"name":"appData","type":"bytes32"},{"name":"feeAmount","type":"uint256"},{"name":"kind","type":"string"},{"name":"partiallyFillable","type":"bool"},{"name":"sellTokenBalance","type":"string"},{"name":"buyTokenBalance","type":"string"}]""";
        var data = TypedData.Parse($$"""{"types":{"Order":{{Members}}},"primaryType":"Order","domain":{},"message":{{v.GetProperty("order").GetRawText()}} }""");
        Hex.Encode(data.TypeHash("Order")).ShouldBe(v.GetProperty("typeHash").GetString());
        Hex.Encode(data.StructHash()).ShouldBe(v.GetProperty("structHash").GetString());
        var digest = Keccak.Hash([0x19, 0x01, .. Hex.Decode(v.GetProperty("domainSeparator").GetString()), .. data.StructHash()]);
        Hex.Encode(digest).ShouldBe(v.GetProperty("orderDigest").GetString());
        var signatures = v.GetProperty("signatures");
        EthRecover.Signer(digest, EthSignature.Parse(Hex.Decode(signatures[0].GetProperty("signature").GetString()))).ToString().ShouldBe(v.GetProperty("owner").GetString());
        EthRecover.Signer(PersonalMessage.Hash(digest), EthSignature.Parse(Hex.Decode(signatures[1].GetProperty("signature").GetString()))).ToString().ShouldBe(v.GetProperty("owner").GetString());
    }

    [Fact]
    public void A_relay_s_header_is_signed_over_the_text_of_the_body_s_hash()
    {
        var v = Payload("flashbots/signing-flashbots_signature");
        var text = Hex.Encode(Keccak.Hash(v.GetProperty("body").GetString()!));
        text.ShouldBe(v.GetProperty("bodyKeccakHexText").GetString());
        var signer = PrivateKeySigner.Parse(v.GetProperty("privateKey").GetString()!);
        $"{signer.Address}:{signer.SignHash(PersonalMessage.Hash(text))}".ShouldBe(v.GetProperty("header").GetString());
    }

    [Fact]
    public void Pools_are_where_their_factories_put_them()
    {
        var v2 = Payload("uniswap-v2/addresses-pairs");
        foreach (var pair in v2.GetProperty("pairs").EnumerateArray())
        {
            var (a, b) = Ordered(pair);
            Address.Create2(Address.Parse(v2.GetProperty("factory").GetString()), Keccak.Hash([.. a.ToBytes(), .. b.ToBytes()]), Hex.Decode(v2.GetProperty("initCodeHash").GetString()))
                .ToString().ShouldBe(pair.GetProperty("pair").GetString());
        }
        var v3 = Payload("uniswap-v3/addresses-pools_and_path");
        foreach (var pool in v3.GetProperty("pools").EnumerateArray())
        {
            var (a, b) = Ordered(pool);
            var salt = Keccak.Hash(AbiEncoder.Encode([AbiType.Parse("address"), AbiType.Parse("address"), AbiType.Parse("uint24")], a, b, pool.GetProperty("fee").GetInt32()));
            Address.Create2(Address.Parse(v3.GetProperty("factory").GetString()), salt, Hex.Decode(v3.GetProperty("initCodeHash").GetString()))
                .ToString().ShouldBe(pool.GetProperty("pool").GetString());
        }
    }

    private static (Address A, Address B) Ordered(JsonElement pair)
    {
        var (a, b) = (Address.Parse(pair.GetProperty("tokenA").GetString()), Address.Parse(pair.GetProperty("tokenB").GetString()));
        return a.CompareTo(b) < 0 ? (a, b) : (b, a);
    }

    private static JsonElement Payload(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Places.Shared($"fixtures/{file}.json")));
        return document.RootElement.GetProperty("payload").Clone();
    }
}
