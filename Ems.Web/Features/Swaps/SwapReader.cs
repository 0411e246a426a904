using System.Globalization;
using System.Numerics;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.OnChain.Pools;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Execution.Venues.OnChain.Signing;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Swaps;

/// <summary>Reads swaps and transactions to look at. Pure.</summary>
internal static class SwapReader
{
    private const decimal AmountMax = 1_000_000_000m, SlippageDefault = 50m, SlippageMax = 500m, DeadlineDefault = 300m, DeadlineMin = 30m, DeadlineMax = 3_600m;
    private const int DataMax = 10_000;

    /// <summary>The swap, or every field outside its rule.</summary>
    public static (WantedSwap? Swap, IReadOnlyList<FieldError> Errors) Read(SwapRequest r, ChainContracts contracts, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        var wallet = Address("wallet", r.Wallet, errors);
        var (sell, buy) = (Token("sell", r.Sell, contracts, errors), Token("buy", r.Buy, contracts, errors));
        if (sell is not null && sell == buy)
        {
            errors.Add(new("buy", "different", r.Buy, "A token is not swapped for itself."));
        }
        var amount = Units("amount", r.Amount, sell, errors, positive: true);
        var slippage = r.SlippageBps is { } s ? NumberRules.Parse("slippageBps", s.Text, 1m, SlippageMax, 2, errors) : SlippageDefault;
        var seconds = r.DeadlineSeconds is { } d ? NumberRules.Parse("deadlineSeconds", d.Text, DeadlineMin, DeadlineMax, 0, errors) : DeadlineDefault;
        return errors.Count > 0 ? (null, errors) : (new(wallet!.Value, sell!, buy!, amount!.Value, slippage!.Value, now.AddSeconds((double)seconds!.Value)), []);
    }

    /// <summary>The transaction and what the ticket says of it, or every field outside its rule.</summary>
    public static (UnsignedCall? Call, SignPromise? Promise, IReadOnlyList<FieldError> Errors) Read(InspectRequest r, ChainContracts contracts, ulong chainId)
    {
        var errors = new List<FieldError>();
        if (r.Transaction is not { } tx)
        {
            return (null, null, [new("transaction", "required", null, "transaction is required.")]);
        }
        var (from, to) = (Address("transaction.from", tx.From, errors), Address("transaction.to", tx.To, errors));
        var data = Data(tx.Data, errors);
        var value = BigInteger.Zero;
        if (tx.Value is { } v && (!BigInteger.TryParse(v.Text, NumberStyles.None, CultureInfo.InvariantCulture, out value) || value.GetBitLength() > 128))
        {
            errors.Add(new("transaction.value", "wei", NumberRules.Shown(v.Text), "transaction.value is a whole number of wei."));
        }
        if (tx.ChainId is not { } chain || chain < 0 || (ulong)chain != chainId)
        {
            errors.Add(new("transaction.chainId", "chain", tx.ChainId?.ToString(CultureInfo.InvariantCulture), $"transaction.chainId must be {chainId}: that is the chain this instance looks at."));
        }
        SignPromise? promise = null;
        if (r.Sell is not null || r.Buy is not null || r.Most is not null || r.Least is not null)
        {
            var (sell, buy) = (Token("sell", r.Sell, contracts, errors), Token("buy", r.Buy, contracts, errors));
            var (most, least) = (Units("most", r.Most, sell, errors, positive: true), Units("least", r.Least, buy, errors, positive: false));
            promise = errors.Count > 0 ? null : new(sell!.Address, most!.Value, buy!.Address, least!.Value);
        }
        return errors.Count > 0 ? (null, null, errors) : (new(from!.Value, to!.Value, data, value), promise, []);
    }

    private static byte[] Data(string? text, List<FieldError> errors)
    {
        try
        {
            if (text is null or { Length: <= 2 + (2 * DataMax) })
            {
                return Hex.Decode(text);
            }
        }
        catch (EthereumFormatException)
        {
            // Told below.
        }
        errors.Add(new("transaction.data", "hex", NumberRules.Shown(text), $"transaction.data is 0x and whole bytes, at most {DataMax}."));
        return [];
    }

    private static Address? Address(string field, string? text, List<FieldError> errors)
    {
        if (Execution.Venues.Ethereum.Address.TryParse(text, out var address))
        {
            return address;
        }
        errors.Add(new(field, "address", NumberRules.Shown(text), $"{field} must be 0x and 40 digits, its checksum right where it has one (EIP-55)."));
        return null;
    }

    private static ChainToken? Token(string field, string? symbol, ChainContracts contracts, List<FieldError> errors)
    {
        var token = symbol is null ? null : contracts.Token(symbol);
        if (token is null)
        {
            errors.Add(new(field, "token", NumberRules.Shown(symbol), $"{field} must be one of {string.Join(", ", contracts.Tokens.Select(t => t.Symbol))}."));
        }
        return token;
    }

    private static BigInteger? Units(string field, NumberText? text, ChainToken? token, List<FieldError> errors, bool positive)
    {
        if (text is not { } t)
        {
            errors.Add(new(field, "required", null, $"{field} is required."));
            return null;
        }
        return token is not null && NumberRules.Parse(field, t.Text, 0m, AmountMax, token.Decimals, errors, exclusiveMin: positive) is { } amount ? PoolArithmetic.UnitsDown(amount, token.Decimals) : null;
    }
}
