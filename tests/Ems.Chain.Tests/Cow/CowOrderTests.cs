using System.Numerics;
using System.Text.Json;
using Ems.Chain.Tests.Harness;
using Ems.Execution.Venues.Cow;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Chain.Tests.Cow;

/// <summary>Orders, names and cancellations against the protocol's own vectors.</summary>
public sealed class CowOrderTests
{
    [Fact]
    public void An_order_s_hash_and_name_are_the_protocol_s()
    {
        var v = Payload("order-uid-order_digest_uid_signatures");
        var order = CowJson.Order(v.GetProperty("order"));
        Hex.Encode(order.StructHash()).ShouldBe(v.GetProperty("structHash").GetString());
        Hex.Encode(TypedData.Parse(order.TypedData(CowDomain.Public(1)).ToJsonString()).TypeHash("Order")).ShouldBe(v.GetProperty("typeHash").GetString());
        var digest = Hex.Encode(Keccak.Hash([0x19, 0x01, .. Hex.Decode(v.GetProperty("domainSeparator").GetString()), .. order.StructHash()]));
        digest.ShouldBe(v.GetProperty("orderDigest").GetString());
        var uid = new CowUid(digest, Address.Parse(v.GetProperty("owner").GetString()), order.ValidTo);
        uid.ToString().ShouldBe(v.GetProperty("orderUid").GetString());
        CowUid.Parse(uid.ToString()).ShouldBe(uid);
    }

    [Fact]
    public void A_name_of_the_mainnet_comes_apart()
    {
        var v = Payload("order-uid-uid_parts_mainnet");
        var uid = CowUid.Parse(v.GetProperty("orderUid").GetString());
        (uid.Digest, uid.Owner, uid.ValidTo).ShouldBe((v.GetProperty("orderDigest").GetString()!, Address.Parse(v.GetProperty("owner").GetString()), v.GetProperty("validTo").GetUInt32()));
        uid.ToString().ShouldBe(v.GetProperty("orderUid").GetString());
        Should.Throw<EthereumFormatException>(() => CowUid.Parse("0x12"));
    }

    [Fact]
    public void Cancellations_hash_as_the_protocol_s()
    {
        foreach (var c in Payload("order-uid-cancellations").GetProperty("cases").EnumerateArray())
        {
            // The vectors' names are 56 bytes of ones and twos; read as names they must come out as they were.
            CowUid[] uids = [.. c.GetProperty("orderUids").EnumerateArray().Select(u => CowUid.Parse(u.GetString()))];
            Hex.Encode(TypedData.Parse(CowOrder.CancellationTypedData(CowDomain.Public(1), uids).ToJsonString()).StructHash()).ShouldBe(c.GetProperty("structHash").GetString());
        }
    }

    [Fact]
    public void The_domain_is_the_mainnet_s() =>
        // GPv2Settlement.domainSeparator() on Ethereum.
        Hex.Encode(TypedData.Parse(new CowOrder(Address.Zero, Address.Zero, Address.Zero, 1, 1, 1, CowOrder.NoAppData, 0, CowKind.Sell, false).TypedData(CowDomain.Public(1)).ToJsonString()).DomainSeparator())
            .ShouldBe("0xc078f884a2676e1345748b1feace7b0abee5d00ecadb6e574dcdd109a63e8943");

    private static JsonElement Payload(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Places.Shared($"fixtures/cow/{name}.json")));
        return document.RootElement.GetProperty("payload").Clone();
    }
}
