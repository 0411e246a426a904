namespace Ems.Web.Client.Services;

/// <summary>Where a request to a wallet is.</summary>
public enum WalletState
{
    /// <summary>The wallet shows it to its owner.</summary>
    Asked,
    /// <summary>The owner declined (EIP-1193 code 4001). Nothing happened.</summary>
    Rejected,
    /// <summary>Signed; for a message this is the end.</summary>
    Signed,
    /// <summary>A transaction is with the network.</summary>
    Sent,
    /// <summary>Another transaction of the same nonce took its place.</summary>
    Replaced,
    /// <summary>In a block, final.</summary>
    Confirmed,
    /// <summary>No answer in time. A wallet may still answer later: then the answer is shown, not used.</summary>
    TimedOut,
    /// <summary>The wallet is gone, or refused for another reason.</summary>
    Failed,
}

/// <summary>
/// One request to a wallet. It always comes to an end: each state that waits has a time by which it is over, and what does not follow
/// from a state (a second answer, an answer after the end) changes nothing.
/// </summary>
/// <param name="What">In plain words, what is asked.</param>
/// <param name="Until">When waiting ends.</param>
/// <param name="Hash">Of the transaction, once sent.</param>
/// <param name="Text">Why it ended as it did.</param>
public sealed record WalletRequest(string What, WalletState State, DateTimeOffset Until, string? Hash = null, string? Text = null)
{
    /// <summary>People read before they sign.</summary>
    public static readonly TimeSpan SignMax = TimeSpan.FromMinutes(3);

    /// <summary>A transaction that is in no block by then is shown as timed out; it may still arrive.</summary>
    public static readonly TimeSpan ConfirmMax = TimeSpan.FromMinutes(30);

    private const int UserRejected = 4001, RequestPending = -32002, Disconnected = 4900, ChainDisconnected = 4901;

    /// <summary>Asked now.</summary>
    public static WalletRequest Ask(string what, DateTimeOffset now) => new(what, WalletState.Asked, now + SignMax);

    /// <summary>Whether it is over.</summary>
    public bool IsOver => State is not (WalletState.Asked or WalletState.Sent);

    /// <summary>The wallet signed.</summary>
    public WalletRequest Sign() => State == WalletState.Asked ? this with { State = WalletState.Signed } : this;

    /// <summary>The wallet signed and sent.</summary>
    public WalletRequest Send(string hash, DateTimeOffset now) => State == WalletState.Asked ? this with { State = WalletState.Sent, Hash = hash, Until = now + ConfirmMax } : this;

    /// <summary>The wallet answered with an error of EIP-1193.</summary>
    public WalletRequest Refuse(int code, string message) => State != WalletState.Asked ? this : code switch
    {
        UserRejected => this with { State = WalletState.Rejected, Text = "You declined in the wallet; nothing happened." },
        RequestPending => this with { State = WalletState.Failed, Text = "The wallet is waiting for you already: open it, finish or decline there, then try again." },
        Disconnected or ChainDisconnected => this with { State = WalletState.Failed, Text = "The wallet is not connected any more." },
        _ => this with { State = WalletState.Failed, Text = message },
    };

    /// <summary>The wallet changed its account or chain, or went away, while it was asked.</summary>
    public WalletRequest Abandon(string why) => State == WalletState.Asked ? this with { State = WalletState.Failed, Text = why } : this;

    /// <summary>A transaction of the same nonce is in a block instead.</summary>
    public WalletRequest Replace(string byHash) => State == WalletState.Sent ? this with { State = WalletState.Replaced, Text = $"Replaced by {byHash}." } : this;

    /// <summary>It is in a block, deep enough.</summary>
    public WalletRequest Confirm() => State is WalletState.Sent or WalletState.TimedOut && Hash is not null ? this with { State = WalletState.Confirmed, Text = null } : this;

    /// <summary>It is in a block, final, but did nothing: its gas is paid.</summary>
    public WalletRequest Revert() => State is WalletState.Sent or WalletState.TimedOut && Hash is not null
        ? this with { State = WalletState.Failed, Text = "It is in a block but reverted: gas is paid, nothing else moved." } : this;

    /// <summary>No relay brought it into a block, and nobody has it any more.</summary>
    public WalletRequest Drop() => State is WalletState.Sent or WalletState.TimedOut && Hash is not null
        ? this with { State = WalletState.Failed, Text = "No relay brought it into a block in time. Nothing moved, and nobody has seen it." } : this;

    /// <summary>What it is at this time.</summary>
    public WalletRequest At(DateTimeOffset now) => IsOver || now < Until ? this : this with
    {
        State = WalletState.TimedOut,
        Text = State == WalletState.Asked ? "No answer from the wallet. If it still asks, decline there." : "In no block yet. It may still arrive: look it up before sending again.",
    };
}
