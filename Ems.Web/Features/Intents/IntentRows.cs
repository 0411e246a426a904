using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ems.Execution.Venues.Cow;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Intents;

/// <summary>Intents as rows.</summary>
internal static class IntentRows
{
    private const int DigitsMax = 28;

    public static IntentQuote Quote(QuotedIntent q, IntentDesk desk, ChainContracts contracts)
    {
        var (sell, buy) = (contracts.Token(q.Order.SellToken)!, contracts.Token(q.Order.BuyToken)!);
        var needed = q.Allowance < q.Order.SellAmount ? q.Order.SellAmount.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
        return new(q.Uid.ToString(), q.Uid.Owner.ToString(), desk.Domain.ChainId, desk.Domain.Settlement.ToString(), desk.Domain.Relayer.ToString(), sell.Symbol, sell.Address.ToString(), buy.Symbol, buy.Address.ToString(),
            q.Order.Kind.ToString(), Tokens(q.Order.SellAmount, sell.Decimals), Tokens(q.Order.BuyAmount, buy.Decimals), Tokens(q.QuotedSell, sell.Decimals), Tokens(q.QuotedBuy, buy.Decimals),
            Tokens(q.Balance, sell.Decimals), Tokens(q.Allowance, sell.Decimals), needed, DateTimeOffset.FromUnixTimeSeconds(q.Order.ValidTo), q.Order.PartiallyFillable, Element(desk.TypedData(q)));
    }

    public static IntentRow Row(CowOrderState s, ChainContracts contracts, IReadOnlyList<CowTrade> trades)
    {
        var (sell, buy) = (Token(contracts, s.Order.SellToken), Token(contracts, s.Order.BuyToken));
        return new(s.Uid.ToString(), s.Uid.Owner.ToString(), s.Status.ToString(), s.Order.Kind.ToString(), sell.Symbol, buy.Symbol, Tokens(s.Order.SellAmount, sell.Decimals), Tokens(s.Order.BuyAmount, buy.Decimals),
            Tokens(s.ExecutedSell, sell.Decimals), Tokens(s.ExecutedBuy, buy.Decimals), s.Order.PartiallyFillable, DateTimeOffset.FromUnixTimeSeconds(s.Order.ValidTo), s.CreationDate,
            [.. trades.Select(t => new IntentFill(t.TxHash, t.BlockNumber, Tokens(t.SellAmount, sell.Decimals), Tokens(t.BuyAmount, buy.Decimals)))]);
    }

    public static JsonElement Element(JsonObject json)
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        return document.RootElement.Clone();
    }

    /// <summary>Whole tokens as base units; null where they have more places than the token.</summary>
    public static BigInteger? Units(decimal tokens, int decimals)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(tokens, bits);
        var mantissa = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        var units = BigInteger.DivRem(mantissa * BigInteger.Pow(10, decimals), BigInteger.Pow(10, tokens.Scale), out var rest);
        return rest.IsZero && units <= Hex.MaxUInt256 ? units : null;
    }

    /// <summary>Base units as whole tokens, places cut off where a decimal has no room; the largest decimal for what is larger still.</summary>
    public static decimal Tokens(BigInteger units, int decimals)
    {
        var places = decimals;
        while (places > 0 && (places > DigitsMax || units.GetBitLength() > 95))
        {
            (units, places) = (units / 10, places - 1);
        }
        if (units.GetBitLength() > 95)
        {
            return decimal.MaxValue;
        }
        var value = (decimal)units;
        return value / (decimal)BigInteger.Pow(10, places);
    }

    private static ChainToken Token(ChainContracts contracts, Address address) => contracts.Token(address) ?? new(address.ToString(), 0, address);
}
