using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Instruments;

/// <summary>A spot pair: one unit of <see cref="Base"/> is priced in <see cref="Quote"/>.</summary>
public sealed record Instrument(InstrumentId Id, Asset Base, Asset Quote)
{
    /// <summary>Value in quote units: price times quantity for spot. There is no bare Price * Quantity, since contracts differ.</summary>
    public Money Notional(decimal px, decimal qty) => new(px * qty, Quote);
}

/// <summary>
/// One instrument as one venue lists it. Steps and minimums are in units of the instrument; fees are fractions of
/// notional (0.001 = 10 bps), charged in the quote asset; a negative maker fee is a rebate. OnlyWhenNamed: no order goes there that does
/// not name the venue, and what is there counts for no other order. IsPool: nothing rests there, and its fee is part of its curve.
/// </summary>
public sealed record Listing(
    VenueId Venue, InstrumentId Instrument,
    decimal TickSize, decimal LotSize, decimal MinQty, decimal MinNotional, decimal MaxQty,
    decimal MakerFee, decimal TakerFee, bool OnlyWhenNamed = false, bool IsPool = false)
{
    /// <summary>Why this listing cannot take an order of this price and quantity, or null when it can. The text names the rule and its number.</summary>
    public string? Refusal(decimal px, decimal qty) =>
        qty < MinQty ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"qty={qty}, minQty={MinQty}")
        : qty > MaxQty ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"qty={qty}, maxQty={MaxQty}")
        : !Steps.IsMultiple(qty, LotSize) ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"qty={qty}, lotSize={LotSize}")
        : px * qty < MinNotional ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"notional={px * qty}, minNotional={MinNotional}")
        : null;
}

/// <summary>What exists: instruments and where each is listed. Immutable; built once at start from the venues.</summary>
public sealed class InstrumentCatalog
{
    private readonly Dictionary<InstrumentId, Instrument> instruments;
    private readonly Dictionary<(VenueId, InstrumentId), Listing> listings;
    private readonly ILookup<InstrumentId, Listing> byInstrument;

    /// <summary>Indexes the given listings; a listing of an unknown instrument throws.</summary>
    public InstrumentCatalog(IEnumerable<Instrument> instruments, IEnumerable<Listing> listings)
    {
        this.instruments = instruments.ToDictionary(i => i.Id);
        this.listings = listings.ToDictionary(l => (l.Venue, l.Instrument));
        byInstrument = this.listings.Values.OrderBy(l => l.Venue.Value, StringComparer.Ordinal).ToLookup(l => l.Instrument);
        Venues = [.. this.listings.Values.Select(l => l.Venue).Distinct().OrderBy(v => v.Value, StringComparer.Ordinal)];
        foreach (var l in this.listings.Values.Where(l => !this.instruments.ContainsKey(l.Instrument)))
        {
            throw new ArgumentException($"{l.Venue} lists {l.Instrument}, which is no instrument.", nameof(listings));
        }
    }

    /// <summary>All instruments by id order.</summary>
    public IEnumerable<Instrument> Instruments => instruments.Values.OrderBy(i => i.Id.Value, StringComparer.Ordinal);
    /// <summary>All venues, in name order.</summary>
    public IReadOnlyList<VenueId> Venues { get; }
    /// <summary>The instrument, or null when there is none of that name.</summary>
    public Instrument? Find(InstrumentId id) => instruments.GetValueOrDefault(id);
    /// <summary>The listing, or null when that venue does not list it.</summary>
    public Listing? Find(VenueId venue, InstrumentId id) => listings.GetValueOrDefault((venue, id));
    /// <summary>Every listing of one instrument, in venue order.</summary>
    public IEnumerable<Listing> Listings(InstrumentId id) => byInstrument[id];
}
