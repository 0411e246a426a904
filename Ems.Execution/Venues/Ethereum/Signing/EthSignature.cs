using System.Numerics;

namespace Ems.Execution.Venues.Ethereum.Signing;

/// <summary>A signature on secp256k1 with the parity of R's y, from which the signer is recovered.</summary>
/// <param name="R">x of the point R; 1 to n - 1.</param>
/// <param name="S">1 to n / 2: the upper half is refused, so that nobody else can write the same signature differently (EIP-2).</param>
/// <param name="YParity">0 or 1.</param>
public readonly record struct EthSignature(BigInteger R, BigInteger S, int YParity)
{
    /// <summary>r, s and v = 27 or 28: 65 bytes, as wallets and contracts write it.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[65];
        Hex.WriteWord(R, bytes);
        Hex.WriteWord(S, bytes.AsSpan(32));
        bytes[64] = (byte)(27 + YParity);
        return bytes;
    }

    /// <summary>Reads 65 bytes; v may be 0, 1, 27 or 28.</summary>
    public static EthSignature Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 65)
        {
            throw new EthereumFormatException($"A signature has 65 bytes, not {bytes.Length}.");
        }
        var parity = bytes[64] switch
        {
            0 or 27 => 0,
            1 or 28 => 1,
            var v => throw new EthereumFormatException($"A signature's last byte is 0, 1, 27 or 28, not {v}."),
        };
        return new EthSignature(Hex.Unsigned(bytes[..32]), Hex.Unsigned(bytes[32..64]), parity).Checked();
    }

    /// <summary>This signature, when its numbers are in their ranges.</summary>
    public EthSignature Checked() => R.Sign > 0 && R < Secp256k1.N && S.Sign > 0 && S <= Secp256k1.HalfN && YParity is 0 or 1
        ? this : throw new EthereumFormatException("A signature's r or s is out of range, or its s is in the upper half.");

    /// <summary>The 65 bytes as text.</summary>
    public override string ToString() => Hex.Encode(ToBytes());
}
