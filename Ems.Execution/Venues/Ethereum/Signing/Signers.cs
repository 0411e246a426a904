using System.Globalization;
using System.Text;

namespace Ems.Execution.Venues.Ethereum.Signing;

/// <summary>Who can sign for one address: a key here, a wallet or a key service elsewhere.</summary>
public interface ISigner
{
    /// <summary>The address whose signature it is.</summary>
    Address Address { get; }

    /// <summary>Signs a hash of 32 bytes.</summary>
    Task<EthSignature> SignHashAsync(ReadOnlyMemory<byte> hash32, CancellationToken ct = default);
}

/// <summary>A private key in memory. It never shows itself: text of it is its address.</summary>
public sealed class PrivateKeySigner : ISigner
{
    private readonly byte[] key;

    /// <summary>A key of 32 bytes, 1 to n - 1.</summary>
    public PrivateKeySigner(ReadOnlySpan<byte> key32)
    {
        if (key32.Length != 32)
        {
            throw new EthereumFormatException("A private key has 32 bytes.");
        }
        key = key32.ToArray();
        Address = Address.OfPublicKey(Secp256k1.PublicKey(key));
    }

    /// <summary>A key as 0x and 64 digits. What is refused is not repeated in the error.</summary>
    public static PrivateKeySigner Parse(string hex) =>
        hex is { Length: 66 } && hex.StartsWith("0x", StringComparison.Ordinal) && hex.AsSpan(2).IndexOfAnyExcept("0123456789abcdefABCDEF") < 0
            ? new(Convert.FromHexString(hex.AsSpan(2))) : throw new EthereumFormatException("A private key is 0x and 64 digits.");

    /// <inheritdoc/>
    public Address Address { get; }

    /// <summary>Signs a hash of 32 bytes.</summary>
    public EthSignature SignHash(ReadOnlySpan<byte> hash32) => Secp256k1.Sign(hash32, key);

    /// <inheritdoc/>
    public Task<EthSignature> SignHashAsync(ReadOnlyMemory<byte> hash32, CancellationToken ct = default) => Task.FromResult(SignHash(hash32.Span));

    /// <inheritdoc/>
    public override string ToString() => Address.ToString();
}

/// <summary>Signer of a hash, from the signature alone.</summary>
public static class EthRecover
{
    /// <summary>The address that signed the hash; a signature that names none is refused.</summary>
    public static Address Signer(ReadOnlySpan<byte> hash32, EthSignature signature) => Address.OfPublicKey(Secp256k1.Recover(hash32, signature));

    /// <summary>Whether <paramref name="address"/> signed the hash; a malformed signature is a no.</summary>
    public static bool IsSignedBy(Address address, ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> signature65)
    {
        try
        {
            return Signer(hash32, EthSignature.Parse(signature65)) == address;
        }
        catch (EthereumFormatException)
        {
            return false;
        }
    }
}

/// <summary>Messages of people (EIP-191, version 0x45), the personal_sign of wallets.</summary>
public static class PersonalMessage
{
    /// <summary>The hash that is signed for the bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> message)
    {
        var head = Encoding.UTF8.GetBytes("\u0019Ethereum Signed Message:\n" + message.Length.ToString(CultureInfo.InvariantCulture));
        return Keccak.Hash([.. head, .. message]);
    }

    /// <summary>The hash that is signed for the text in UTF-8.</summary>
    public static byte[] Hash(string message) => Hash(Encoding.UTF8.GetBytes(message));
}
