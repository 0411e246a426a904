using System.Globalization;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Algos;

/// <summary>Every rule of a ticket that needs no market and no account: each broken one is named with field, rule and value.</summary>
public static class ParentValidation
{
    private const int TagsMax = 64;
    private const int UnknownParametersShown = 20;
    /// <summary>Decimals a quantity may have even where no lot is as fine: the precheck rounds it down and says so.</summary>
    private const int DecimalsMax = 8;
    /// <summary>Tags that start with this are the engine's own: it lets them through a kill switch.</summary>
    public const string ReservedTags = "kill-switch";

    /// <summary>All errors; empty when the ticket is well formed.</summary>
    public static IReadOnlyList<FieldError> Validate(ParentSpec spec, InstrumentCatalog catalog, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        CheckId(spec.ClOrdId.Value, errors);
        if (spec.Side is not (Side.Buy or Side.Sell))
        {
            errors.Add(new("side", "choice", spec.Side.ToString(), "Side is Buy or Sell."));
        }
        if (catalog.Find(spec.Instrument) is null)
        {
            errors.Add(new("instrument", "unknown", NumberRules.Shown(spec.Instrument.Value), "There is no such instrument."));
        }
        CheckVenues(spec, catalog, errors);
        CheckNumbers(spec, catalog, errors);
        CheckTimes(spec, now, errors);
        if (spec.Tags is { Length: > TagsMax })
        {
            errors.Add(new("tags", "length", NumberRules.Shown(spec.Tags), $"Tags have at most {TagsMax} characters."));
        }
        else if (spec.Tags is { } tags && (tags.StartsWith(ReservedTags, StringComparison.OrdinalIgnoreCase) || tags.Any(char.IsControl)))
        {
            errors.Add(new("tags", "reserved", NumberRules.Shown(tags), $"Tags have no control characters and do not start with {ReservedTags}."));
        }
        if (AlgoCatalog.Find(spec.Strategy) is not { } algo)
        {
            errors.Add(new("strategy", "unknown", NumberRules.Shown(spec.Strategy), "There is no such strategy."));
            return errors;
        }
        if (algo.Descriptor.NeedsLimitPx && spec.LimitPx is null)
        {
            errors.Add(new("limitPx", "required", null, $"{algo.Descriptor.Label} needs a limit price."));
        }
        if (spec.PostOnly && !algo.Descriptor.AllowsPostOnly)
        {
            errors.Add(new("postOnly", "contradiction", "true", $"{algo.Descriptor.Label} must be able to take; it cannot be post-only."));
        }
        else if (spec.PostOnly && spec.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
        {
            errors.Add(new("postOnly", "contradiction", "true", $"{spec.TimeInForce} takes at once; it cannot be post-only."));
        }
        foreach (var name in spec.Parameters.Keys.Where(n => algo.Descriptor.Find(n) is null).Take(UnknownParametersShown))
        {
            errors.Add(new("parameters." + NumberRules.Shown(name), "unknown", NumberRules.Shown(spec.Parameters[name]), $"{algo.Descriptor.Label} has no such parameter."));
        }
        foreach (var parameter in algo.Descriptor.Parameters)
        {
            CheckParameter(parameter, spec.Parameters.GetValueOrDefault(parameter.Name), errors);
        }
        // Rules between parameters only make sense once each is well formed.
        if (errors.Count == 0)
        {
            errors.AddRange(algo.CrossCheck(spec, now));
        }
        return errors;
    }

    private static void CheckId(string? id, List<FieldError> errors)
    {
        if (string.IsNullOrEmpty(id) || id.Length > 36 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            errors.Add(new("clOrdId", "format", NumberRules.Shown(id), "ClOrdID is 1 to 36 letters, digits, '-' or '_'."));
        }
    }

    private static void CheckVenues(ParentSpec spec, InstrumentCatalog catalog, List<FieldError> errors)
    {
        var seen = new HashSet<VenueId>();
        foreach (var venue in spec.Venues ?? [])
        {
            if (!catalog.Venues.Contains(venue))
            {
                errors.Add(new("venues", "unknown", NumberRules.Shown(venue.Value), "There is no such venue."));
            }
            else if (!seen.Add(venue))
            {
                errors.Add(new("venues", "duplicate", venue.Value, $"{venue} is named twice."));
            }
            else if (catalog.Find(spec.Instrument) is not null && catalog.Find(venue, spec.Instrument) is null)
            {
                errors.Add(new("venues", "not_listed", venue.Value, $"{venue} does not list {spec.Instrument}."));
            }
        }
    }

    private static void CheckNumbers(ParentSpec spec, InstrumentCatalog catalog, List<FieldError> errors)
    {
        var listings = catalog.Listings(spec.Instrument).Where(l => spec.Allows(l.Venue)).ToList();
        if (spec.OrderQty <= 0m || spec.OrderQty > NumberRules.Most)
        {
            errors.Add(new("orderQty", spec.OrderQty <= 0m ? "min" : "max", Fitting.Text(spec.OrderQty), "The quantity must be above 0 and at most 1000000000000."));
        }
        else if (Fitting.FinestLot(listings) is { } lot && spec.OrderQty < lot)
        {
            errors.Add(new("orderQty", "min", Fitting.Text(spec.OrderQty), $"The quantity is below the finest lot of {Fitting.Text(lot)}."));
        }
        else if (listings.Count > 0 && Math.Max(DecimalsMax, listings.Max(l => (int)Steps.Normal(l.LotSize).Scale)) is var most && Steps.Normal(spec.OrderQty).Scale > most)
        {
            errors.Add(new("orderQty", "decimals", Fitting.Text(spec.OrderQty), $"The quantity may have at most {most} decimals."));
        }
        if (spec.LimitPx is { } px)
        {
            if (px <= 0m || px > NumberRules.Most)
            {
                errors.Add(new("limitPx", px <= 0m ? "min" : "max", Fitting.Text(px), "The limit price must be above 0 and at most 1000000000000."));
            }
            else if (listings.Count > 0 && !Steps.IsMultiple(px, listings.Min(l => l.TickSize)))
            {
                errors.Add(new("limitPx", "tick", Fitting.Text(px), $"The limit price is not on the finest tick of {Fitting.Text(listings.Min(l => l.TickSize))}."));
            }
        }
        if (spec.MaxSlippageBps is { } bps and (<= 0m or > 1_000m))
        {
            errors.Add(new("maxSlippageBps", bps <= 0m ? "min" : "max", Fitting.Text(bps), "The slippage bound is above 0 and at most 1000 bps."));
        }
    }

    private static void CheckTimes(ParentSpec spec, DateTimeOffset now, List<FieldError> errors)
    {
        if (spec.TimeInForce is not (TimeInForce.Gtc or TimeInForce.Ioc or TimeInForce.Fok or TimeInForce.Gtd))
        {
            errors.Add(new("timeInForce", "choice", spec.TimeInForce.ToString(), "TimeInForce is Gtc, Ioc, Fok or Gtd."));
        }
        if (spec.TimeInForce == TimeInForce.Gtd && spec.ExpireTime is null)
        {
            errors.Add(new("expireTime", "required", null, "Gtd needs an expireTime."));
        }
        if (spec.ExpireTime is { } expiry)
        {
            if (spec.TimeInForce != TimeInForce.Gtd)
            {
                errors.Add(new("expireTime", "contradiction", Iso(expiry), "An expireTime needs timeInForce Gtd."));
            }
            else if (expiry <= (spec.StartTime > now ? spec.StartTime.Value : now))
            {
                errors.Add(new("expireTime", "after_start", Iso(expiry), "It would expire before it starts."));
            }
            else if (expiry > now.AddDays(366))
            {
                errors.Add(new("expireTime", "max", Iso(expiry), "It would expire in more than a year."));
            }
        }
        if (spec.StartTime is { } start && (start > now.AddDays(366) || start < now.AddDays(-1)))
        {
            errors.Add(new("startTime", start > now ? "max" : "min", Iso(start), "The start is more than a year away or more than a day ago."));
        }
    }

    internal static void CheckParameter(ParamSpec p, string? text, List<FieldError> errors)
    {
        var field = "parameters." + p.Name;
        if (string.IsNullOrEmpty(text))
        {
            if (p.Required && p.Default is null)
            {
                errors.Add(new(field, "required", text, $"{p.Label} is missing."));
            }
            return;
        }
        switch (p.Type)
        {
            case ParamType.Choice when !(p.Choices ?? []).Contains(text):
                errors.Add(new(field, "choice", NumberRules.Shown(text), $"{p.Label} is one of {string.Join(", ", p.Choices ?? [])}."));
                break;
            case ParamType.Bool when text is not ("true" or "false"):
                errors.Add(new(field, "choice", NumberRules.Shown(text), $"{p.Label} is true or false."));
                break;
            case ParamType.Time when !ParamReader.TryTime(text, out _):
                errors.Add(new(field, "time", NumberRules.Shown(text), $"{p.Label} is not an ISO 8601 time with date and zone, e.g. 2026-01-05T12:00:00Z."));
                break;
            case ParamType.Choice or ParamType.Bool or ParamType.Time:
                break;
            default:
                NumberRules.Parse(field, text, p.Min, p.Max, p.MaxDecimals, errors);
                break;
        }
    }

    private static string Iso(DateTimeOffset t) => t.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
