using System.Globalization;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Orders;

/// <summary>A request read into the core's terms.</summary>
/// <param name="Spec">OrderQty is 0 when the order is given in quote units: <see cref="CashOrderQty"/> holds those.</param>
internal sealed record ReadOrder(ParentSpec Spec, decimal? CashOrderQty, string? Cron, IReadOnlyList<FieldError> Errors);

/// <summary>Reads requests: text to numbers, times and names, naming every field that is outside its rule. Pure.</summary>
internal static class OrderReader
{
    private const int VenuesMax = 32;
    private const int ParametersMax = 64;
    private const int DecimalsMax = 8;
    private const decimal SlippageBpsMax = 1_000m;
    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads an order. All rules that need no account are checked, so the sender sees every error at once.</summary>
    public static ReadOrder Read(NewOrderRequest r, InstrumentCatalog catalog, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        var qty = Quantity("orderQty", r.OrderQty, errors);
        var cash = Quantity("cashOrderQty", r.CashOrderQty, errors);
        if (r.OrderQty is null == r.CashOrderQty is null)
        {
            errors.Add(new("orderQty", "exactly_one", r.OrderQty?.Text, "Give exactly one of orderQty (base units) and cashOrderQty (quote units)."));
        }
        var cron = Blank(r.Cron);
        if (cron is not null && CronRules.Fault(cron) is { } fault)
        {
            errors.Add(new("cron", "cron", NumberRules.Shown(cron), fault));
        }
        if (cron is not null && r.CashOrderQty is not null)
        {
            errors.Add(new("cashOrderQty", "contradiction", r.CashOrderQty?.Text, "A repeating order needs orderQty: the price of its later runs is not known yet."));
        }
        var spec = new ParentSpec(
            new ClOrdId(r.ClOrdId ?? ""), new InstrumentId(r.Instrument ?? ""), ReadSide(r.Side, errors), qty ?? 0m, Quantity("limitPx", r.LimitPx, errors),
            r.Strategy ?? "", Parameters(r.Parameters, errors), ReadTimeInForce(r.TimeInForce, errors), ReadTime("expireTime", r.ExpireTime, errors),
            ReadTime("startTime", r.StartTime, errors), r.PostOnly, r.ReduceOnly, Venues(r.Venues, errors),
            r.MaxSlippageBps is { } bps ? NumberRules.Parse("maxSlippageBps", bps.Text, 0m, SlippageBpsMax, 4, errors, exclusiveMin: true) : null, Blank(r.Tags), ReadSubmission(r.Submission, errors));
        // The core's rules on what could be read: a field that could not be is named once, by what was wrong with its text.
        var unread = errors.Select(e => e.Field).ToHashSet(StringComparer.Ordinal);
        if (cash is not null)
        {
            unread.Add("orderQty");
        }
        errors.AddRange(ParentValidation.Validate(spec, catalog, now).Where(e => !unread.Contains(e.Field)));
        return new(spec, cash, cron, errors);
    }

    /// <summary>Reads a change; null errors mean that it is well formed.</summary>
    public static (decimal? OrderQty, decimal? LimitPx, IReadOnlyDictionary<string, string> Parameters, IReadOnlyList<FieldError> Errors) Read(ReplaceOrderRequest r)
    {
        var errors = new List<FieldError>();
        var parameters = Parameters(r.Parameters, errors);
        var change = (Quantity("orderQty", r.OrderQty, errors), Quantity("limitPx", r.LimitPx, errors), parameters, (IReadOnlyList<FieldError>)errors);
        if (r.OrderQty is null && r.LimitPx is null && parameters.Count == 0)
        {
            errors.Add(new("orderQty", "required", null, "A change changes something: orderQty, limitPx or a parameter."));
        }
        return change;
    }

    private static decimal? Quantity(string field, NumberText? text, List<FieldError> errors) =>
        text is { } t ? NumberRules.Parse(field, t.Text, 0m, null, DecimalsMax, errors, exclusiveMin: true) : null;

    private static Side ReadSide(string? text, List<FieldError> errors)
    {
        if (text is nameof(Side.Buy) or nameof(Side.Sell))
        {
            return text == nameof(Side.Buy) ? Side.Buy : Side.Sell;
        }
        errors.Add(new("side", text is null ? "required" : "choice", NumberRules.Shown(text), "Side is Buy or Sell."));
        return Side.None;
    }

    private static OnChainSubmission? ReadSubmission(string? text, List<FieldError> errors)
    {
        switch (Blank(text))
        {
            case null:
                return null;
            case nameof(OnChainSubmission.Private):
                return OnChainSubmission.Private;
            case nameof(OnChainSubmission.Bundle):
                return OnChainSubmission.Bundle;
            case nameof(OnChainSubmission.Public):
                return OnChainSubmission.Public;
            case var given:
                errors.Add(new("submission", "choice", NumberRules.Shown(given), given == "Intent"
                    ? "An order is no intent: an intent is signed by the wallet itself, on the page Intents." : "Private, Bundle or Public; absent is the account's choice."));
                return null;
        }
    }

    private static TimeInForce ReadTimeInForce(string? text, List<FieldError> errors)
    {
        switch (Blank(text))
        {
            case null or nameof(TimeInForce.Gtc):
                return TimeInForce.Gtc;
            case nameof(TimeInForce.Ioc):
                return TimeInForce.Ioc;
            case nameof(TimeInForce.Fok):
                return TimeInForce.Fok;
            case nameof(TimeInForce.Gtd):
                return TimeInForce.Gtd;
            default:
                errors.Add(new("timeInForce", "choice", NumberRules.Shown(text), "TimeInForce is Gtc, Ioc, Fok or Gtd."));
                return TimeInForce.None;
        }
    }

    private static DateTimeOffset? ReadTime(string field, string? text, List<FieldError> errors)
    {
        if (Blank(text) is not { } given)
        {
            return null;
        }
        if (DateTimeOffset.TryParseExact(given, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }
        errors.Add(new(field, "time", NumberRules.Shown(given), $"{field} is not an ISO 8601 time like 2026-01-31T09:30:00Z."));
        return null;
    }

    private static IReadOnlyDictionary<string, string> Parameters(IReadOnlyDictionary<string, string>? given, List<FieldError> errors)
    {
        if (given is null)
        {
            return new Dictionary<string, string>();
        }
        if (given.Count > ParametersMax)
        {
            errors.Add(new("parameters", "count", given.Count.ToString(CultureInfo.InvariantCulture), $"There are at most {ParametersMax} parameters."));
            return new Dictionary<string, string>();
        }
        return given;
    }

    private static IReadOnlyList<VenueId>? Venues(IReadOnlyList<string>? given, List<FieldError> errors)
    {
        if (given is null or { Count: 0 })
        {
            return null;
        }
        if (given.Count > VenuesMax || given.Any(v => v is null))
        {
            errors.Add(new("venues", "count", given.Count.ToString(CultureInfo.InvariantCulture), $"Venues is a list of at most {VenuesMax} names."));
            return null;
        }
        return [.. given.Distinct(StringComparer.Ordinal).Select(v => new VenueId(v))];
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
