using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues;

namespace Ems.Venues.Tests.Conformance;

/// <summary>One venue under test, with hands on its market and its clock.</summary>
public interface IVenueRig : IAsyncDisposable
{
    IExecutionClient Client { get; }

    IMarketDataClient MarketData { get; }

    Listing Listing { get; }

    Instrument Instrument { get; }

    DateTimeOffset Now { get; }

    /// <summary>Gives an account money there.</summary>
    Task FundAsync(AccountId account, Asset asset, decimal amount);

    /// <summary>Other people's book, from now on.</summary>
    Task BookAsync((decimal Px, decimal Qty)[] bids, (decimal Px, decimal Qty)[] asks);

    /// <summary>A print between other people.</summary>
    Task TradeAsync(decimal px, decimal qty, Side aggressor);

    /// <summary>Lets the venue's time pass in small steps until the condition holds; throws when it never does.</summary>
    Task UntilAsync(Func<bool> reached, string what);

    /// <summary>Waits for an answer while the venue's time passes.</summary>
    Task<T> WaitAsync<T>(Task<T> answer);

    /// <summary>Lets this much time pass.</summary>
    Task PassAsync(TimeSpan time);

    /// <summary>Stops the venue and starts it again from what it recorded, after the given downtime.</summary>
    Task RestartAsync(TimeSpan downtime);
}
