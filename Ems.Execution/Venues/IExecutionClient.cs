using System.Threading.Channels;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Venues;

/// <summary>
/// The way to one venue's order entry. Submit, Replace and Cancel hand over and return no outcome: the outcome comes as
/// <see cref="ExecutionReport"/>s, or not at all, and then the reconciler asks. They may throw on a broken connection; that is
/// doubt, not a reject.
/// </summary>
public interface IExecutionClient
{
    /// <summary>The venue.</summary>
    VenueId Venue { get; }
    /// <summary>What it can do. Unsupported is absent here and denied before sending.</summary>
    VenueCapabilities Capabilities { get; }
    /// <summary>Sends an order. A ClOrdID the venue knows already is rejected there, never doubled.</summary>
    ValueTask SubmitAsync(RiskApproved<VenueOrder> order, CancellationToken ct);
    /// <summary>Asks for a cancel.</summary>
    ValueTask CancelAsync(VenueCancel cancel, CancellationToken ct);
    /// <summary>Asks for a change of a resting order.</summary>
    ValueTask ReplaceAsync(RiskApproved<VenueReplace> replace, CancellationToken ct);
    /// <summary>FIX H: the venue's present word on one order, or null when it has never heard of it.</summary>
    Task<ExecutionReport?> QueryOrderAsync(AccountId account, ClOrdId clOrdId, CancellationToken ct);
    /// <summary>FIX AF: every open order of the account at this venue.</summary>
    Task<IReadOnlyList<ExecutionReport>> QueryOpenOrdersAsync(AccountId account, CancellationToken ct);
    /// <summary>The account's fills (ExecType Trade, original ExecIDs), oldest first, after the given venue fill number; 0 means from the first.</summary>
    Task<IReadOnlyList<(long FillNo, ExecutionReport Fill)>> QueryFillsAsync(AccountId account, long afterFillNo, int max, CancellationToken ct);
    /// <summary>The account's balances at the venue, total including what open orders lock.</summary>
    Task<IReadOnlyList<Money>> QueryBalancesAsync(AccountId account, CancellationToken ct);
    /// <summary>Starts delivering the account's reports to <paramref name="reports"/>; dispose to stop. Reports missed before are not replayed: query for them.</summary>
    IDisposable Subscribe(AccountId account, ChannelWriter<ExecutionReport> reports);
}

/// <summary>What a venue can do.</summary>
/// <param name="FinalAfter">How long an immediate order that was acknowledged may work before its silence is doubt; a chain needs its blocks.</param>
public sealed record VenueCapabilities(
    IReadOnlyList<TimeInForce> TimesInForce, bool PostOnly, bool ReduceOnly, bool Replace, TimeSpan StatusQueryTimeout, TimeSpan FinalAfter = default);

/// <summary>A venue that can be given paper money.</summary>
public interface IPaperFunding
{
    /// <summary>Credits an account once per <paramref name="reference"/>; a repeat is a no-op. Durable when it returns.</summary>
    Task DepositAsync(AccountId account, Money amount, string reference, CancellationToken ct);
}
