using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Venues.Paper;

/// <summary>One account's money and positions at the exchange, and which of them the record does not know yet.</summary>
internal sealed class PaperWallet
{
    private readonly Dictionary<Asset, (decimal Total, decimal Locked)> assets = [];
    private readonly Dictionary<InstrumentId, decimal> positions = [];
    private readonly HashSet<Asset> assetsChanged = [];
    private readonly HashSet<InstrumentId> positionsChanged = [];

    public IEnumerable<(Asset Asset, decimal Total, decimal Locked)> All => assets.Select(a => (a.Key, a.Value.Total, a.Value.Locked));

    /// <summary>What no open order locks.</summary>
    public decimal Free(Asset asset) => assets.GetValueOrDefault(asset) is var a ? a.Total - a.Locked : 0m;

    /// <summary>Bought minus sold here.</summary>
    public decimal Position(InstrumentId instrument) => positions.GetValueOrDefault(instrument);

    public void Load(Asset asset, decimal total) => assets[asset] = (total, 0m);

    public void Load(InstrumentId instrument, decimal qty) => positions[instrument] = qty;

    public void Add(Asset asset, decimal amount)
    {
        assets[asset] = assets.GetValueOrDefault(asset) with { Total = assets.GetValueOrDefault(asset).Total + amount };
        assetsChanged.Add(asset);
    }

    /// <summary>Locks are not recorded: the open orders say them.</summary>
    public void Lock(Asset asset, decimal amount) => assets[asset] = assets.GetValueOrDefault(asset) with { Locked = assets.GetValueOrDefault(asset).Locked + amount };

    public void Trade(InstrumentId instrument, decimal signedQty)
    {
        positions[instrument] = Position(instrument) + signedQty;
        positionsChanged.Add(instrument);
    }

    /// <summary>The rows that bring the record up to now.</summary>
    public IReadOnlyList<PaperExchangeStore.Row> Changes(VenueId venue, AccountId account)
    {
        List<PaperExchangeStore.Row> rows =
        [
            .. assetsChanged.Select(a => PaperRows.Balance(venue, account, a, assets[a].Total)),
            .. positionsChanged.Select(p => PaperRows.Position(venue, account, p, positions[p])),
        ];
        assetsChanged.Clear();
        positionsChanged.Clear();
        return rows;
    }
}
