using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Ems.Execution.Venues.Ethereum.Signing;

namespace Ems.Execution.Venues.Ethereum.Local;

/// <summary>Keys out of a phrase of words (BIP-39 without a passphrase, BIP-32, path m/44'/60'/0'/0/i), as local chains fund them.</summary>
public static class DevAccounts
{
    /// <summary>The phrase that every local development chain uses. Everybody knows its keys: never send it anything of worth.</summary>
    public const string Phrase = "test test test test test test test test test test test junk";

    private const uint Hardened = 0x80000000;

    /// <summary>The account at an index of the phrase.</summary>
    public static PrivateKeySigner Account(int index, string phrase = Phrase)
    {
        var seed = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(phrase), "mnemonic"u8, 2048, HashAlgorithmName.SHA512, 64);
        var node = HMACSHA512.HashData("Bitcoin seed"u8, seed);
        foreach (var step in new[] { 44 | Hardened, 60 | Hardened, 0 | Hardened, 0u, (uint)index })
        {
            node = Child(node, step);
        }
        return new(node.AsSpan(0, 32));
    }

    private static byte[] Child(byte[] node, uint index)
    {
        var input = new byte[37];
        if (index >= Hardened)
        {
            node.AsSpan(0, 32).CopyTo(input.AsSpan(1));
        }
        else
        {
            var point = Secp256k1.PublicKey(node.AsSpan(0, 32));
            input[0] = (byte)(2 + (point[63] & 1));
            point.AsSpan(0, 32).CopyTo(input.AsSpan(1));
        }
        BinaryPrimitives.WriteUInt32BigEndian(input.AsSpan(33), index);
        var hash = HMACSHA512.HashData(node.AsSpan(32), input);
        var key = (Hex.Unsigned(hash.AsSpan(0, 32)) + Hex.Unsigned(node.AsSpan(0, 32))) % Secp256k1.N;
        Hex.WriteWord(key, hash.AsSpan(0, 32));
        return hash;
    }
}
