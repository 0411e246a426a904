using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Routing;
using Ems.Execution.Venues;

namespace Ems.Execution.Engine.MarketData;

/// <summary>All venues' market data in one place: the catalog, the newest books, staleness and subscriptions.</summary>
public sealed class MarketDataHub
{
    private readonly Dictionary<VenueId, IMarketDataClient> clients;
    private readonly TimeProvider time;

    /// <summary>Takes the venues' clients; the catalog is fixed from here on.</summary>
    public MarketDataHub(IEnumerable<IMarketDataClient> clients, TimeProvider time)
    {
        this.time = time;
        this.clients = clients.ToDictionary(c => c.Venue);
        Catalog = new InstrumentCatalog(
            this.clients.Values.SelectMany(c => c.Instruments).DistinctBy(i => i.Id), this.clients.Values.SelectMany(c => c.Listings));
    }

    /// <summary>Bound after which a book is not traded on (rule E8).</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(3);

    /// <summary>What exists.</summary>
    public InstrumentCatalog Catalog { get; }

    /// <summary>The newest book, or null; fresh or not.</summary>
    public BookSnapshot? Book(VenueId venue, InstrumentId instrument) => clients.TryGetValue(venue, out var c) ? c.Book(instrument) : null;

    /// <summary>The fresh books of one instrument, in venue order; of venues that must be named only those that are.</summary>
    public IReadOnlyList<BookSnapshot> FreshBooks(InstrumentId instrument, IReadOnlyList<VenueId>? named = null)
    {
        var now = time.GetUtcNow();
        var fresh = new List<BookSnapshot>(clients.Count);
        foreach (var l in Catalog.Listings(instrument))
        {
            if ((!l.OnlyWhenNamed || named?.Contains(l.Venue) == true) && Book(l.Venue, instrument) is { } book && !book.IsStale(now, StaleAfter))
            {
                fresh.Add(book);
            }
        }
        return fresh;
    }

    /// <summary>The venue's pool as an order of that side sees it, or null when it has none.</summary>
    public PoolQuote? Pool(VenueId venue, InstrumentId instrument, Side side) => clients.GetValueOrDefault(venue) is IPoolLiquidity pools ? pools.Pool(instrument, side) : null;

    /// <summary>The venue's client, or null.</summary>
    public IMarketDataClient? Client(VenueId venue) => clients.GetValueOrDefault(venue);

    /// <summary>Every venue that lists the instrument.</summary>
    public IEnumerable<IMarketDataClient> Clients(InstrumentId instrument) => Catalog.Listings(instrument).Select(l => clients[l.Venue]);
}
