using System.Globalization;
using System.Numerics;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.OnChain;
using Ems.Execution.Venues.OnChain.Mandates;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Mandates;

/// <summary>From what was asked to the terms of a mandate, and from signed terms back; what is outside a rule is named.</summary>
internal static class MandateReader
{
    /// <summary>Longest pause between slices that a schedule can keep.</summary>
    public const int IntervalSecondsMax = 3_000;
    /// <summary>Longest life of a mandate.</summary>
    public static readonly TimeSpan LifeMax = TimeSpan.FromDays(30);

    /// <summary>Reads a draft; the nonce and executor are the caller's to give.</summary>
    public static (Mandate? Mandate, Side Side, PoolMarketOf? Market) Read(MandateDraft draft, ChainContracts contracts, Address executor, BigInteger nonce, DateTimeOffset now, List<FieldError> errors)
    {
        if (!Address.TryParse(draft.Owner, out var owner))
        {
            errors.Add(new("owner", "address", draft.Owner, "owner must be 0x and 40 digits, its checksum right where it has one (EIP-55)."));
        }
        var market = PoolVenueSpec.Mandate.Find(contracts, new(draft.Instrument ?? ""));
        if (market is null)
        {
            errors.Add(new("instrument", "unknown", NumberRules.Shown(draft.Instrument), "The chain has no pool of this instrument for mandates."));
        }
        if (draft.Side is not ("Buy" or "Sell"))
        {
            errors.Add(new("side", "one_of", NumberRules.Shown(draft.Side), "side is Buy or Sell."));
        }
        var total = NumberRules.Parse("totalQty", draft.TotalQty?.Text, 0m, NumberRules.Most, 8, errors, exclusiveMin: true);
        var slice = NumberRules.Parse("maxSliceQty", draft.MaxSliceQty?.Text, 0m, total ?? NumberRules.Most, 8, errors, exclusiveMin: true);
        var px = NumberRules.Parse("worstPx", draft.WorstPx?.Text, 0m, NumberRules.Most, 8, errors, exclusiveMin: true);
        if (draft.MinIntervalSeconds is not (>= 1 and <= IntervalSecondsMax))
        {
            errors.Add(new("minIntervalSeconds", "range", draft.MinIntervalSeconds?.ToString(CultureInfo.InvariantCulture), $"minIntervalSeconds is 1 to {IntervalSecondsMax}."));
        }
        var expires = DateTimeOffset.TryParse(draft.Expiry, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expiry);
        if (!expires || expiry <= now || expiry > now + LifeMax)
        {
            errors.Add(new("expiry", "range", NumberRules.Shown(draft.Expiry), $"expiry is a time (ISO 8601) within the next {LifeMax.TotalDays:0} days."));
        }
        if (errors.Count > 0)
        {
            return (null, Side.None, market);
        }
        var side = draft.Side == "Buy" ? Side.Buy : Side.Sell;
        var (sell, buy) = MandateTokens.Of(market!, side);
        return (new(owner, sell.Address, buy.Address, MandateTokens.SoldFor(market!, side, total!.Value, px!.Value), MandateTokens.SoldFor(market!, side, slice!.Value, px.Value), draft.MinIntervalSeconds!.Value,
            MandateTokens.MinPrice(market!, side, px.Value), expiry.ToUnixTimeSeconds(), [contracts.RouterOf(PoolKind.Concentrated)], executor, nonce), side, market);
    }

    /// <summary>Reads signed terms; what would make the server fill something else than it understands is refused.</summary>
    public static (Mandate? Mandate, Side Side, PoolMarketOf? Market) Read(MandateTerms? terms, ChainState chain, DateTimeOffset now, List<FieldError> errors)
    {
        if (terms is null)
        {
            errors.Add(new("terms", "required", null, "terms are needed, as they were prepared."));
            return (null, Side.None, null);
        }
        Mandate mandate;
        try
        {
            mandate = new MandateText(terms.Owner ?? "", terms.SellToken ?? "", terms.BuyToken ?? "", terms.SellTotal ?? "", terms.MaxSlice ?? "", terms.MinInterval ?? "", terms.MinPrice ?? "",
                terms.Expiry ?? "", terms.Routers, terms.Executor ?? "", terms.Nonce ?? "").ToMandate();
        }
        catch (EthereumFormatException e)
        {
            errors.Add(new("terms", "format", null, e.Message));
            return (null, Side.None, null);
        }
        var contracts = chain.Contracts;
        var market = PoolVenueSpec.Mandate.Listings.Select(l => PoolVenueSpec.Mandate.Find(contracts, l.Instrument)).OfType<PoolMarketOf>()
            .FirstOrDefault(m => (m.Base.Address == mandate.SellToken && m.Quote.Address == mandate.BuyToken) || (m.Quote.Address == mandate.SellToken && m.Base.Address == mandate.BuyToken));
        Check(market is not null, "terms.sellToken", "unknown", terms.SellToken, "The chain has no pool that sells this token for the other.");
        Check(terms.ChainId == (long)chain.ChainId, "terms.chainId", "chain", terms.ChainId?.ToString(CultureInfo.InvariantCulture), $"The mandate must be for chain {chain.ChainId}.");
        Check(contracts.Mandates is { } book && Address.TryParse(terms.Contract, out var named) && named == book, "terms.contract", "contract", terms.Contract, "The mandate must be for this server's contract.");
        Check(mandate.SellTotal.Sign > 0, "terms.sellTotal", "range", terms.SellTotal, "The total is above 0.");
        Check(mandate.MaxSlice.Sign > 0 && mandate.MaxSlice <= mandate.SellTotal, "terms.maxSlice", "range", terms.MaxSlice, "A slice is above 0 and at most the total.");
        Check(mandate.MinInterval >= 1 && mandate.MinInterval <= IntervalSecondsMax, "terms.minInterval", "range", terms.MinInterval, $"The pause is 1 to {IntervalSecondsMax} seconds.");
        Check(mandate.MinPrice.Sign > 0, "terms.minPrice", "range", terms.MinPrice, "A mandate without a worst price is not taken.");
        Check(mandate.ExpiresAt > now && mandate.ExpiresAt <= now + LifeMax + TimeSpan.FromMinutes(1), "terms.expiry", "range", terms.Expiry, $"The mandate must expire within the next {LifeMax.TotalDays:0} days.");
        Check(mandate.Routers.Count == 1 && mandate.Routers[0] == contracts.RouterOf(PoolKind.Concentrated), "terms.routers", "allowed", string.Join(',', terms.Routers), "The mandate must name the router of this server and no other.");
        return (errors.Count == 0 ? mandate : null, market?.Base.Address == mandate.SellToken ? Side.Sell : Side.Buy, market);

        void Check(bool holds, string field, string rule, string? value, string text)
        {
            if (!holds)
            {
                errors.Add(new(field, rule, NumberRules.Shown(value), text));
            }
        }
    }

    /// <summary>The terms as they travel.</summary>
    public static MandateTerms Terms(MandateText t, ulong chainId, string contract) => new()
    {
        Owner = t.Owner, SellToken = t.SellToken, BuyToken = t.BuyToken, SellTotal = t.SellTotal, MaxSlice = t.MaxSlice, MinInterval = t.MinInterval, MinPrice = t.MinPrice, Expiry = t.Expiry,
        Routers = t.Routers, Executor = t.Executor, Nonce = t.Nonce, ChainId = (long)chainId, Contract = contract,
    };
}
