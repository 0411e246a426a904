using System.Text;
using Org.BouncyCastle.Crypto.Digests;

namespace Ems.Execution.Venues.Ethereum;

/// <summary>Keccak-256 with the original padding, as Ethereum uses it; not the SHA3-256 of FIPS 202.</summary>
public static class Keccak
{
    /// <summary>Digest of the bytes, 32 bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> bytes)
    {
        var digest = new KeccakDigest(256);
        digest.BlockUpdate(bytes);
        var hash = new byte[32];
        digest.DoFinal(hash);
        return hash;
    }

    /// <summary>Digest of the text in UTF-8.</summary>
    public static byte[] Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));
}
