using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Engine.Storage;

/// <summary>One record of a journal. Hash = SHA-256(PreviousHash, account, sequence, time in UTC ticks, payload).</summary>
public sealed record JournalRow(AccountId Account, long Sequence, ClOrdId? Parent, DateTimeOffset Time, byte[] Payload, byte[] PreviousHash, byte[] Hash)
{
    /// <summary>What the first record of a journal is chained to.</summary>
    public static readonly byte[] Genesis = new byte[32];

    /// <summary>Chains a payload to the record before it.</summary>
    public static JournalRow Chain(AccountId account, long sequence, ClOrdId? parent, DateTimeOffset time, byte[] payload, byte[] previousHash) =>
        new(account, sequence, parent, time, payload, previousHash, HashOf(account, sequence, time, payload, previousHash));

    /// <summary>The hash this content must have.</summary>
    public static byte[] HashOf(AccountId account, long sequence, DateTimeOffset time, byte[] payload, byte[] previousHash)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(numbers, sequence);
        BinaryPrimitives.WriteInt64BigEndian(numbers[8..], time.UtcTicks);
        sha.AppendData(previousHash);
        sha.AppendData(Encoding.UTF8.GetBytes(account.Value));
        sha.AppendData(numbers);
        sha.AppendData(payload);
        return sha.GetHashAndReset();
    }
}
