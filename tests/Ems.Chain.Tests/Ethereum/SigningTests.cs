using System.Numerics;
using CsCheck;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Chain.Tests.Ethereum;

public sealed class SigningTests
{
    private static readonly PrivateKeySigner Signer = new(Keccak.Hash("a key of the tests"));
    private static readonly byte[] Message = Keccak.Hash("message");

    [Fact]
    public void A_signature_names_its_signer_and_has_the_lower_s() => Gen.Byte.Array[32].Select(Gen.Byte.Array[32]).Sample((key, hash) =>
    {
        if (Hex.Unsigned(key).IsZero)
        {
            return;
        }
        var signer = new PrivateKeySigner(key);
        var signature = signer.SignHash(hash);
        signature.S.ShouldBeLessThanOrEqualTo(Secp256k1.HalfN);
        EthRecover.Signer(hash, signature).ShouldBe(signer.Address);
        EthRecover.Signer(hash, EthSignature.Parse(signature.ToBytes())).ShouldBe(signer.Address);
    }, iter: 300);

    [Fact]
    public void The_upper_s_and_numbers_out_of_range_are_refused()
    {
        var good = Signer.SignHash(Message);
        EthSignature[] bad =
        [
            good with { S = Secp256k1.N - good.S }, good with { R = 0 }, good with { S = 0 }, good with { R = Secp256k1.N }, good with { R = Hex.MaxUInt256 }, good with { YParity = 2 },
        ];
        foreach (var signature in bad)
        {
            Should.Throw<EthereumFormatException>(() => EthRecover.Signer(Message, signature));
        }
        EthRecover.IsSignedBy(Signer.Address, Message, good.ToBytes()).ShouldBeTrue();
        EthRecover.IsSignedBy(Signer.Address, Message, good.ToBytes()[..64]).ShouldBeFalse();
        EthRecover.IsSignedBy(Signer.Address, Message, [.. good.ToBytes()[..64], 29]).ShouldBeFalse();
        EthRecover.IsSignedBy(Signer.Address, Keccak.Hash("another"), good.ToBytes()).ShouldBeFalse();
    }

    [Fact]
    public void A_random_signature_names_somebody_or_nobody_and_never_fails_otherwise() => Gen.Byte.Array[64].Select(Gen.Byte[27, 28]).Sample((bytes, v) =>
    {
        EthRecover.IsSignedBy(Signer.Address, Message, [.. bytes, v]).ShouldBeFalse();
    }, iter: 2_000);

    [Fact]
    public void A_key_that_is_none_is_refused_and_not_repeated_in_the_error()
    {
        var secret = "0x" + new string('g', 64);
        Should.Throw<EthereumFormatException>(() => PrivateKeySigner.Parse(secret)).Message.ShouldNotContain("gggg");
        Should.Throw<EthereumFormatException>(() => new PrivateKeySigner(new byte[32]));
        Should.Throw<EthereumFormatException>(() => new PrivateKeySigner(Hex.Word(Secp256k1.N)));
        new PrivateKeySigner(Hex.Word(BigInteger.One)).ToString().ShouldBe("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
    }

    [Fact]
    public void An_address_with_wrong_capitals_is_refused()
    {
        Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed").ToString().ShouldBe("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
        Address.TryParse("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", out _).ShouldBeFalse();
        Address.TryParse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA", out _).ShouldBeFalse();
        Address.TryParse(null, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_quantity_is_read_as_a_number_without_a_sign()
    {
        Hex.ParseQuantity("0xff").ShouldBe(255);
        Hex.ParseQuantity("0x0").ShouldBe(BigInteger.Zero);
        Hex.Quantity(128).ShouldBe("0x80");
        Hex.Quantity(0).ShouldBe("0x0");
        foreach (var bad in new[] { "", "0x", "ff", "0x-1", "0xg", null, "0x1" + new string('0', 64) })
        {
            Should.Throw<EthereumFormatException>(() => Hex.ParseQuantity(bad));
        }
    }
}
