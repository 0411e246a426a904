using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Ledger;

/// <summary>Where value can be. Cash and Held are ours at a venue; the others are the outside it came from or went to.</summary>
public enum Bucket { None = 0, Cash, Held, Market, Fees, Funding, Adjustment }

/// <summary>One ledger account.</summary>
public readonly record struct LedgerKey(Bucket Bucket, VenueId Venue, Asset Asset);

/// <summary>One double entry: <see cref="Amount"/> (never negative) leaves <see cref="From"/> and enters <see cref="To"/>, same asset.</summary>
public readonly record struct Posting(LedgerKey From, LedgerKey To, decimal Amount);

/// <summary>
/// Double entry for one trading account. Every change is a transfer between two buckets, so each asset sums to zero over all
/// buckets at all times. Reserve, settle and release follow the two-phase pattern: Hold (Cash to Held), Post (Cash to Market
/// and back), Void (Held to Cash). Single-threaded: owned by the account's writer.
/// </summary>
public sealed class AccountLedger
{
    private readonly Dictionary<LedgerKey, decimal> balances = [];

    /// <summary>Balance of one ledger account, signed; 0 when never touched.</summary>
    public decimal Balance(LedgerKey key) => balances.GetValueOrDefault(key);

    /// <summary>Moves value. A negative amount moves it the other way, so that a change of a hold is one call.</summary>
    /// <exception cref="InvalidOperationException">The two sides are of different assets.</exception>
    public void Transfer(LedgerKey from, LedgerKey to, decimal amount)
    {
        if (from.Asset != to.Asset)
        {
            throw new InvalidOperationException($"{from.Asset} cannot become {to.Asset} by a transfer.");
        }
        if (amount == 0m)
        {
            return;
        }
        balances[from] = balances.GetValueOrDefault(from) - amount;
        balances[to] = balances.GetValueOrDefault(to) + amount;
    }

    /// <summary>Sets the quantity that open children lock at a venue to <paramref name="delta"/> more (or less, when negative).</summary>
    public void Hold(VenueId venue, Asset asset, decimal delta) =>
        Transfer(new(Bucket.Cash, venue, asset), new(Bucket.Held, venue, asset), delta);

    /// <summary>Books one fill: what was bought comes from the market, what was paid goes to it, the commission to fees.</summary>
    public void PostFill(VenueId venue, Side side, Asset baseAsset, Asset quoteAsset, decimal qty, decimal px, decimal commission)
    {
        var quote = qty * px * side.Sign();
        Transfer(new(Bucket.Market, venue, baseAsset), new(Bucket.Cash, venue, baseAsset), qty * side.Sign());
        Transfer(new(Bucket.Cash, venue, quoteAsset), new(Bucket.Market, venue, quoteAsset), quote);
        Transfer(new(Bucket.Cash, venue, quoteAsset), new(Bucket.Fees, venue, quoteAsset), commission);
    }

    /// <summary>Books a fee that came without a fill.</summary>
    public void PostFee(VenueId venue, Asset asset, decimal amount) => Transfer(new(Bucket.Cash, venue, asset), new(Bucket.Fees, venue, asset), amount);

    /// <summary>Every (venue, asset) that was ever ours, as balances.</summary>
    public IEnumerable<VenueBalance> Balances() => balances.Keys
        .Where(k => k.Bucket is Bucket.Cash or Bucket.Held)
        .Select(k => (k.Venue, k.Asset)).Distinct()
        .OrderBy(k => k.Venue.Value, StringComparer.Ordinal).ThenBy(k => k.Asset.Code, StringComparer.Ordinal)
        .Select(k => At(k.Venue, k.Asset));

    /// <summary>One asset at one venue.</summary>
    public VenueBalance At(VenueId venue, Asset asset)
    {
        var held = Balance(new(Bucket.Held, venue, asset));
        return new(venue, asset, Balance(new(Bucket.Cash, venue, asset)) + held, held);
    }

    /// <summary>Total of one asset over the venues that pass.</summary>
    public decimal Total(Asset asset, Func<VenueId, bool> venue)
    {
        var sum = 0m;
        foreach (var (key, amount) in balances)
        {
            if (key.Asset == asset && key.Bucket is (Bucket.Cash or Bucket.Held) && venue(key.Venue))
            {
                sum += amount;
            }
        }
        return sum;
    }

    /// <summary>The invariant: what each asset sums to over all buckets; every value is 0 or the ledger is broken.</summary>
    public IEnumerable<(Asset Asset, decimal Sum)> Sums() => balances.GroupBy(b => b.Key.Asset).Select(g => (g.Key, g.Sum(b => b.Value)));
}
