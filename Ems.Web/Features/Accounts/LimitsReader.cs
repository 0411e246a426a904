using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Features.Accounts;

/// <summary>Reads a change of limits over the present ones. Pure.</summary>
internal static class LimitsReader
{
    private const decimal CountMax = 1_000_000m;
    private const decimal CollarBpsMax = 5_000m;

    /// <summary>The limits after the change, and every field outside its rule.</summary>
    public static (RiskLimits Limits, IReadOnlyList<FieldError> Errors) Read(LimitsRequest r, RiskLimits now, InstrumentCatalog catalog)
    {
        var errors = new List<FieldError>();
        var limits = now with
        {
            MaxOrderNotional = Number("maxOrderNotional", r.MaxOrderNotional, now.MaxOrderNotional),
            MaxChildNotional = Number("maxChildNotional", r.MaxChildNotional, now.MaxChildNotional),
            MaxDayNotional = Number("maxDayNotional", r.MaxDayNotional, now.MaxDayNotional),
            PriceCollarBps = Number("priceCollarBps", r.PriceCollarBps, now.PriceCollarBps, CollarBpsMax, 2),
            MaxOpenParents = Count("maxOpenParents", r.MaxOpenParents, now.MaxOpenParents),
            MaxOpenChildren = Count("maxOpenChildren", r.MaxOpenChildren, now.MaxOpenChildren),
            MaxMessagesPerSecond = Count("maxMessagesPerSecond", r.MaxMessagesPerSecond, now.MaxMessagesPerSecond),
            MaxOrderQty = r.MaxOrderQty is null ? now.MaxOrderQty
                : Known("maxOrderQty", r.MaxOrderQty.Keys).ToDictionary(i => i, i => Number($"maxOrderQty.{i}", r.MaxOrderQty[i.Value], 0m)),
            Instruments = r.Instruments is null ? now.Instruments : Known("instruments", r.Instruments),
            Venues = r.Venues is null ? now.Venues : KnownVenues(r.Venues),
            Submission = Choice("submission", r.Submission, now.Submission),
            PublicSubmission = Choice("publicSubmission", r.PublicSubmission, now.PublicSubmission),
        };
        if (limits is { Submission: OnChainSubmission.Public, PublicSubmission: PublicSubmission.Never })
        {
            errors.Add(new("submission", "contradiction", "Public", "Nothing may be shown to the public pool, so it cannot be the account's door."));
        }
        return (limits, errors);

        decimal Number(string field, NumberText? text, decimal present, decimal? max = null, int decimals = 8) =>
            text is { } t ? NumberRules.Parse(field, t.Text, 0m, max, decimals, errors, exclusiveMin: true) ?? present : present;

        T Choice<T>(string field, string? text, T present) where T : struct, Enum
        {
            if (text is null || Enum.GetNames<T>().Contains(text, StringComparer.Ordinal))
            {
                return text is null ? present : Enum.Parse<T>(text);
            }
            errors.Add(new(field, "choice", NumberRules.Shown(text), $"One of {string.Join(", ", Enum.GetNames<T>())}."));
            return present;
        }

        int Count(string field, NumberText? text, int present) => (int)Number(field, text, present, CountMax, 0);

        IReadOnlyList<InstrumentId> Known(string field, IEnumerable<string> names)
        {
            var ids = names.Distinct(StringComparer.Ordinal).Select(n => new InstrumentId(n ?? "")).ToList();
            errors.AddRange(ids.Where(i => catalog.Find(i) is null).Select(i => new FieldError(field, "unknown", NumberRules.Shown(i.Value), "There is no such instrument.")));
            return [.. ids.Where(i => catalog.Find(i) is not null)];
        }

        IReadOnlyList<VenueId> KnownVenues(IEnumerable<string> names)
        {
            var ids = names.Distinct(StringComparer.Ordinal).Select(n => new VenueId(n ?? "")).ToList();
            errors.AddRange(ids.Where(v => !catalog.Venues.Contains(v)).Select(v => new FieldError("venues", "unknown", NumberRules.Shown(v.Value), "There is no such venue.")));
            return ids;
        }
    }
}
