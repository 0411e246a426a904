using System.Numerics;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using BcInteger = Org.BouncyCastle.Math.BigInteger;

namespace Ems.Execution.Venues.Ethereum.Signing;

/// <summary>
/// ECDSA on secp256k1: deterministic nonces (RFC 6979 with SHA-256), s in the lower half, and the signer back from the signature
/// (SEC 1, 4.1.6). BouncyCastle's arithmetic is not in constant time, so keys of great value belong into a wallet or a key service.
/// </summary>
internal static class Secp256k1
{
    // The custom curve is several times faster than the generic one of the same name.
    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");
    private static readonly BcInteger Order = Curve.N;
    private static readonly FixedPointCombMultiplier BaseMultiplier = new();

    /// <summary>Order of the group.</summary>
    public static BigInteger N { get; } = FromBc(Order);

    /// <summary>Largest s of the lower half.</summary>
    public static BigInteger HalfN { get; } = N / 2;

    /// <summary>x and y of the public key, 64 bytes.</summary>
    public static byte[] PublicKey(ReadOnlySpan<byte> key32)
    {
        var d = ToBc(key32);
        if (d.SignValue <= 0 || d.CompareTo(Order) >= 0)
        {
            throw new EthereumFormatException("A private key is a number from 1 to n - 1.");
        }
        return Coordinates(BaseMultiplier.Multiply(Curve.G, d).Normalize());
    }

    /// <summary>Signs a hash of 32 bytes.</summary>
    public static EthSignature Sign(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> key32)
    {
        if (hash32.Length != 32)
        {
            throw new ArgumentException("What is signed is a hash of 32 bytes.", nameof(hash32));
        }
        var d = ToBc(key32);
        var e = ToBc(hash32);
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(Order, d, hash32.ToArray());
        while (true)
        {
            var k = nonces.NextK();
            var point = BaseMultiplier.Multiply(Curve.G, k).Normalize();
            var x = point.AffineXCoord.ToBigInteger();
            // x >= n happens once in 2^127; then the recovery would need another bit.
            if (x.SignValue == 0 || x.CompareTo(Order) >= 0)
            {
                continue;
            }
            var s = k.ModInverse(Order).Multiply(e.Add(d.Multiply(x))).Mod(Order);
            if (s.SignValue == 0)
            {
                continue;
            }
            var (r, low, parity) = (FromBc(x), FromBc(s), point.AffineYCoord.TestBitZero() ? 1 : 0);
            return low > HalfN ? new(r, N - low, parity ^ 1) : new(r, low, parity);
        }
    }

    /// <summary>The public key (64 bytes) that made the signature over the hash.</summary>
    public static byte[] Recover(ReadOnlySpan<byte> hash32, EthSignature signature)
    {
        if (hash32.Length != 32)
        {
            throw new ArgumentException("What is signed is a hash of 32 bytes.", nameof(hash32));
        }
        _ = signature.Checked();
        ECPoint point;
        try
        {
            var compressed = new byte[33];
            compressed[0] = (byte)(2 + signature.YParity);
            Hex.WriteWord(signature.R, compressed.AsSpan(1));
            point = Curve.Curve.DecodePoint(compressed);
        }
        catch (ArgumentException e)
        {
            throw new EthereumFormatException("A signature's r is no point of the curve.", e);
        }
        var inverse = ToBc(Hex.Word(signature.R)).ModInverse(Order);
        var u1 = Order.Subtract(ToBc(hash32).Mod(Order)).Multiply(inverse).Mod(Order);
        var u2 = ToBc(Hex.Word(signature.S)).Multiply(inverse).Mod(Order);
        var key = ECAlgorithms.SumOfTwoMultiplies(Curve.G, u1, point, u2).Normalize();
        return key.IsInfinity ? throw new EthereumFormatException("A signature names no key.") : Coordinates(key);
    }

    private static byte[] Coordinates(ECPoint point)
    {
        var bytes = new byte[64];
        point.AffineXCoord.EncodeTo(bytes.AsSpan(0, 32));
        point.AffineYCoord.EncodeTo(bytes.AsSpan(32, 32));
        return bytes;
    }

    private static BcInteger ToBc(ReadOnlySpan<byte> bytes) => new(1, bytes);

    private static BigInteger FromBc(BcInteger value) => Hex.Unsigned(value.ToByteArrayUnsigned());
}
