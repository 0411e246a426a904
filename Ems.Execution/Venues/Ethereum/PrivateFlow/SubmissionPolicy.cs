using Ems.Execution.Venues.Ethereum.Sending;

namespace Ems.Execution.Venues.Ethereum.PrivateFlow;

/// <summary>By what door an order's trades reach the chain.</summary>
public enum SubmissionMode
{
    /// <summary>The public pool, which everybody reads before the block.</summary>
    Public = 1,
    /// <summary>A relay that keeps the transaction to itself (eth_sendPrivateTransaction).</summary>
    PrivateRelay,
    /// <summary>A bundle for named blocks (eth_sendBundle; mev_sendBundle where hints are allowed).</summary>
    Bundle,
    /// <summary>No transaction of ours: a signed intent that a solver fills.</summary>
    Intent,
}

/// <summary>What searchers may know of a private transaction (MEV-Share). Nothing unless it is named.</summary>
[Flags]
public enum RelayHints
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Its hash.</summary>
    Hash = 1,
    /// <summary>Its whole call data.</summary>
    Calldata = 2,
    /// <summary>The contract it calls.</summary>
    ContractAddress = 4,
    /// <summary>The function it calls.</summary>
    FunctionSelector = 8,
    /// <summary>Its logs.</summary>
    Logs = 16,
}

/// <summary>What to do when the last door is used up.</summary>
public enum WhenExhausted
{
    /// <summary>Take the nonce by a transfer of nothing to oneself.</summary>
    Cancel = 1,
    /// <summary>Leave it open: it may still happen, nothing new is sent.</summary>
    Wait,
}

/// <summary>A rule of a policy that does not hold.</summary>
public sealed record PolicyProblem(string Field, string Rule, string Value);

/// <summary>
/// How an account's or an order's transactions leave, and what happens when they are in no block in time. The public pool is used only when
/// it is the mode, or when it stands among the fallbacks and <see cref="AllowPublic"/> says so too: nothing becomes public by accident.
/// </summary>
public sealed record SubmissionPolicy
{
    private const int WindowBlocksMax = 1_000, WindowsLimit = 100, FallbacksMax = 4;

    /// <summary>The first door.</summary>
    public SubmissionMode Mode { get; init; } = SubmissionMode.PrivateRelay;
    /// <summary>Blocks in which a private submission is valid; relays drop it afterwards. 25 is what Flashbots takes by itself.</summary>
    public int WindowBlocks { get; init; } = 25;
    /// <summary>Windows in a row by one door before the next one is taken.</summary>
    public int WindowsMax { get; init; } = 2;
    /// <summary>The next doors, in order.</summary>
    public IReadOnlyList<SubmissionMode> Fallbacks { get; init; } = [];
    /// <summary>Second consent to the public pool as a fallback.</summary>
    public bool AllowPublic { get; init; }
    /// <summary>What to do when every door is used up.</summary>
    public WhenExhausted WhenExhausted { get; init; } = WhenExhausted.Cancel;
    /// <summary>
    /// Whether a cancellation may use the public pool. It is a transfer of nothing to oneself, so it shows nothing that can be taken
    /// advantage of, and a relay that shuts us out cannot hold it up.
    /// </summary>
    public bool CancelPublicly { get; init; } = true;
    /// <summary>What searchers may know of a bundle.</summary>
    public RelayHints Hints { get; init; }

    /// <summary>The policy of a plain path: public, or private and never public.</summary>
    public static SubmissionPolicy Of(SubmissionPath path) => new()
    {
        Mode = path switch { SubmissionPath.Public => SubmissionMode.Public, SubmissionPath.Bundle => SubmissionMode.Bundle, _ => SubmissionMode.PrivateRelay },
    };

    /// <summary>An order's own policy, else its account's, else the instance's.</summary>
    public static SubmissionPolicy For(SubmissionPolicy? order, SubmissionPolicy? account, SubmissionPolicy instance) => order ?? account ?? instance;

    /// <summary>The first rule that does not hold, or null.</summary>
    public PolicyProblem? Problem() =>
        !Enum.IsDefined(Mode) ? new("mode", "Public, PrivateRelay, Bundle or Intent", Mode.ToString())
        : WindowBlocks is < 1 or > WindowBlocksMax ? new("windowBlocks", $"1 to {WindowBlocksMax}", Text(WindowBlocks))
        : WindowsMax is < 1 or > WindowsLimit ? new("windowsMax", $"1 to {WindowsLimit}", Text(WindowsMax))
        : !Enum.IsDefined(WhenExhausted) ? new("whenExhausted", "Cancel or Wait", WhenExhausted.ToString())
        : Fallbacks.Count > FallbacksMax ? new("fallbacks", $"at most {FallbacksMax}", Text(Fallbacks.Count))
        : Fallbacks.Any(f => f is not (SubmissionMode.Public or SubmissionMode.PrivateRelay or SubmissionMode.Bundle)) ? new("fallbacks", "Public, PrivateRelay or Bundle", string.Join(',', Fallbacks))
        : Fallbacks.Append(Mode).Distinct().Count() != Fallbacks.Count + 1 ? new("fallbacks", "every door once", string.Join(',', Fallbacks))
        : Mode is SubmissionMode.Public or SubmissionMode.Intent && Fallbacks.Count > 0 ? new("fallbacks", "none for a public order or an intent", string.Join(',', Fallbacks))
        : Fallbacks.Contains(SubmissionMode.Public) && !AllowPublic ? new("allowPublic", "true where Public is among the fallbacks", "false")
        : Hints != RelayHints.None && Mode != SubmissionMode.Bundle && !Fallbacks.Contains(SubmissionMode.Bundle) ? new("hints", "none without a bundle", Hints.ToString())
        : null;

    /// <summary>The door of a mode, or null for an intent.</summary>
    public static SubmissionPath? PathOf(SubmissionMode mode) => mode switch
    {
        SubmissionMode.Public => SubmissionPath.Public,
        SubmissionMode.PrivateRelay => SubmissionPath.Relay,
        SubmissionMode.Bundle => SubmissionPath.Bundle,
        _ => null,
    };

    /// <inheritdoc/>
    public bool Equals(SubmissionPolicy? other) => other is not null && (Mode, WindowBlocks, WindowsMax, AllowPublic, WhenExhausted, CancelPublicly, Hints)
        == (other.Mode, other.WindowBlocks, other.WindowsMax, other.AllowPublic, other.WhenExhausted, other.CancelPublicly, other.Hints) && Fallbacks.SequenceEqual(other.Fallbacks);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mode, WindowBlocks, WindowsMax, AllowPublic, Fallbacks.Count);

    private static string Text(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What follows when a window is over.</summary>
public enum ExpiryAction
{
    /// <summary>The same door again.</summary>
    Again = 1,
    /// <summary>The next door.</summary>
    Switch,
    /// <summary>Cancel it.</summary>
    Cancel,
    /// <summary>Nothing.</summary>
    Wait,
}

/// <summary>A decision with its reason in words.</summary>
public sealed record ExpiryDecision(ExpiryAction Action, SubmissionPath Next, string Words);

/// <summary>Decisions of a policy. Pure: the same window gives the same decision, also after a restart.</summary>
public static class SubmissionRules
{
    /// <summary>What to do after a window that ended without a block.</summary>
    /// <param name="path">The door that was used.</param>
    /// <param name="windows">Windows in a row by this door, the one that ended included.</param>
    /// <param name="isCancellation">Whether it is a cancellation: that is never given up.</param>
    public static ExpiryDecision OnExpiry(SubmissionPolicy policy, SubmissionPath path, int windows, bool isCancellation)
    {
        if (isCancellation || windows < policy.WindowsMax)
        {
            return new(ExpiryAction.Again, path, isCancellation ? "a cancellation is tried until it is final" : $"window {windows} of {policy.WindowsMax} by {path} is over");
        }
        var doors = policy.Fallbacks.Prepend(policy.Mode).Select(SubmissionPolicy.PathOf).ToList();
        var next = doors.Skip(doors.IndexOf(path) + 1).FirstOrDefault();
        return next is { } door && (door != SubmissionPath.Public || policy.AllowPublic)
            ? new(ExpiryAction.Switch, door, $"{windows} windows by {path} are over, the policy names {door} next")
            : policy.WhenExhausted == WhenExhausted.Cancel
                ? new(ExpiryAction.Cancel, policy.CancelPublicly ? SubmissionPath.Public : path, $"every door of the policy is used up after {windows} windows by {path}")
                : new(ExpiryAction.Wait, path, "every door of the policy is used up, and it says to wait");
    }
}
