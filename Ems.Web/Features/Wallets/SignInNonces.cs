using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Ems.Web.Features.Wallets;

/// <summary>
/// Nonces of sign-in messages: each good once, for a short time. Held in memory: a restart only means that a message must be asked
/// for again.
/// </summary>
public sealed class SignInNonces(TimeProvider time)
{
    /// <summary>How long a message may be signed.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private const int WaitingMax = 20_000;
    private readonly ConcurrentDictionary<string, DateTimeOffset> given = new(StringComparer.Ordinal);

    /// <summary>A new nonce: 32 letters and digits, 128 bits of chance. Null when too many wait.</summary>
    public string? Give()
    {
        var now = time.GetUtcNow();
        if (given.Count >= WaitingMax)
        {
            foreach (var (old, until) in given)
            {
                if (until <= now)
                {
                    given.TryRemove(old, out _);
                }
            }
            if (given.Count >= WaitingMax)
            {
                return null;
            }
        }
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        given[nonce] = now + Life;
        return nonce;
    }

    /// <summary>Uses a nonce up; false when it was never given, is used up, or too old.</summary>
    public bool Take(string nonce) => given.TryRemove(nonce, out var until) && time.GetUtcNow() < until;
}
