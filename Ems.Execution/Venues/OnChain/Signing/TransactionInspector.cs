using System.Numerics;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.OnChain.Runtime;

namespace Ems.Execution.Venues.OnChain.Signing;

/// <summary>
/// Looks at a transaction before its owner is asked to sign it: reads it, simulates it on the newest block, and compares both with what the
/// ticket promises. Any doubt is a refusal.
/// </summary>
/// <param name="relayer">Who takes tokens for signed intents, where there are any.</param>
public sealed class TransactionInspector(EthApi eth, ChainContracts contracts, Address? relayer = null)
{
    private static readonly BigInteger Unlimited = BigInteger.One << 128;
    private readonly CallReader reader = new(contracts, relayer);

    /// <summary>Inspects a call.</summary>
    /// <param name="promise">What the ticket says; null for a call that moves nothing.</param>
    /// <param name="before">Calls of the same owner that will have happened by then, such as an approval.</param>
    public async Task<SignInspection> InspectAsync(UnsignedCall call, SignPromise? promise, IReadOnlyList<UnsignedCall> before, CancellationToken ct = default)
    {
        var (meaning, whyNot) = reader.Read(call);
        if (meaning is null)
        {
            // What cannot be read is not simulated either: nothing that came of it could be believed.
            return new(null, [], 0, [new(SignRefusal.TargetNotAllowed, whyNot!)]);
        }
        var problems = new List<SignProblem>();
        Permissions(meaning, call, promise, problems);
        SimulatedCall simulated;
        try
        {
            simulated = await BalanceSimulation.RunAsync(eth, call.From, [.. contracts.Tokens.Select(t => t.Address)], [.. before, call], ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or EthereumFormatException)
        {
            problems.Add(new(SignRefusal.SimulationUnavailable, $"The node cannot simulate it: {e.Message}"));
            return new(meaning, [], 0, problems);
        }
        if (simulated.Reverted is { } reverted)
        {
            problems.Add(new(SignRefusal.SimulationReverted, $"It would revert: {reverted}"));
            return new(meaning, [], simulated.GasUsed, problems);
        }
        var changes = simulated.Changes.Where(c => !c.Value.IsZero).Select(c => new BalanceChange(c.Key, c.Value)).ToList();
        if (!call.Value.IsZero)
        {
            changes.Insert(0, new(Address.Zero, -call.Value));
        }
        Compare(meaning, promise, changes, problems);
        return new(meaning, changes, simulated.GasUsed, problems);
    }

    /// <summary>Who may be allowed to take tokens, with a name; null for everybody else.</summary>
    public string? SpenderName(Address spender) => reader.SpenderName(spender);

    private void Permissions(CallMeaning meaning, UnsignedCall call, SignPromise? promise, List<SignProblem> problems)
    {
        if (meaning.Recipient is { } to && to != call.From)
        {
            problems.Add(new(SignRefusal.RecipientDiffers, $"What is bought would go to {to}, not to you."));
        }
        if (meaning.Approves is not { } approval)
        {
            return;
        }
        if (reader.SpenderName(approval.Spender) is null)
        {
            problems.Add(new(SignRefusal.SpenderNotAllowed, $"{approval.Spender} would be allowed to take your tokens; it is no contract of the allow-list."));
        }
        if (approval.Amount >= Unlimited)
        {
            problems.Add(new(SignRefusal.ApprovalUnlimited, "The approval has no limit: approve what is sold, no more."));
        }
        else if (!approval.Amount.IsZero && (promise is null || promise.Sells != approval.Token || approval.Amount > promise.MostOut))
        {
            problems.Add(new(SignRefusal.ApprovalAboveTicket, "The approval is for more than the ticket sells."));
        }
    }

    private void Compare(CallMeaning meaning, SignPromise? promise, IReadOnlyList<BalanceChange> changes, List<SignProblem> problems)
    {
        var moves = meaning.Approves is null && promise is not null;
        foreach (var change in changes.Where(c => c.Change.Sign < 0 && !(moves && c.Token == promise!.Sells && -c.Change <= promise.MostOut)))
        {
            problems.Add(new(SignRefusal.SimulationDiffers, $"In the simulation {Name(change.Token)} leaves you that the ticket does not sell, or more of it than it says."));
        }
        if (moves && (changes.FirstOrDefault(c => c.Token == promise!.Buys)?.Change ?? BigInteger.Zero) < promise!.LeastIn)
        {
            problems.Add(new(SignRefusal.SimulationDiffers, $"In the simulation less {Name(promise.Buys)} arrives than the ticket promises at least."));
        }
    }

    private string Name(Address token) => token.IsZero ? "ETH" : contracts.Token(token)?.Symbol ?? token.ToString();
}
