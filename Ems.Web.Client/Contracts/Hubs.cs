namespace Ems.Web.Client.Contracts;

/// <summary>What the page may call on /hubs/trading. Every method checks membership and role of the named account.</summary>
public interface ITradingHub
{
    /// <summary>Joins the account's stream; the snapshot and the batches that follow fit together without a gap.</summary>
    Task<AccountSnapshot> SubscribeAccount(string account);
    /// <summary>Leaves it.</summary>
    Task UnsubscribeAccount(string account);
    /// <summary>Joins an instrument's market data.</summary>
    Task<MarketBatch> SubscribeMarket(string instrument);
    /// <summary>Leaves it.</summary>
    Task UnsubscribeMarket(string instrument);
}

/// <summary>What the server calls on the page.</summary>
public interface ITradingHubClient
{
    /// <summary>A numbered batch of the account's changes.</summary>
    Task OnAccount(AccountBatch batch);
    /// <summary>A numbered, conflated batch of market data.</summary>
    Task OnMarket(MarketBatch batch);
}
