using System.Globalization;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Orders;

namespace Ems.Web.Features.Costs;

/// <summary>The period and grouping of a report, read from the query. Pure.</summary>
internal sealed record CostQuery(DateTimeOffset From, DateTimeOffset To, CostGrouping GroupBy, IReadOnlyList<FieldError> Errors)
{
    private const int DaysMax = 366;
    private const int DaysDefault = 30;
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
    private static readonly string[] Groupings = ["venue", "algo", "trader", "day", "instrument"];

    /// <summary>Reads it. A day (yyyy-MM-dd, UTC) as <paramref name="to"/> is included whole; without times it is the last 30 days.</summary>
    public static CostQuery Read(string? from, string? to, string? groupBy, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        var end = Time("to", to, 1, errors) ?? now;
        var start = Time("from", from, 0, errors) ?? end.AddDays(-Math.Min(DaysDefault, (end - DateTimeOffset.MinValue).TotalDays));
        if (errors.Count == 0 && start >= end)
        {
            errors.Add(new("from", "before_to", NumberRules.Shown(from ?? ""), "from must be before to."));
        }
        else if (errors.Count == 0 && end - start > TimeSpan.FromDays(DaysMax))
        {
            errors.Add(new("from", "range", NumberRules.Shown(from ?? ""), $"A report covers {DaysMax} days at most."));
        }
        var grouping = groupBy is null ? CostGrouping.Algo
            : Groupings.Contains(groupBy, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<CostGrouping>(groupBy, ignoreCase: true) : CostGrouping.None;
        if (grouping == CostGrouping.None)
        {
            errors.Add(new("groupBy", "one_of", NumberRules.Shown(groupBy!), $"groupBy is one of {string.Join(", ", Groupings)}."));
        }
        return new(start, end, grouping, errors);
    }

    private static DateTimeOffset? Time(string field, string? text, int daysAfter, List<FieldError> errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }
        // The last day has no midnight after it.
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < DateOnly.MaxValue)
        {
            return new DateTimeOffset(day.AddDays(daysAfter), TimeOnly.MinValue, TimeSpan.Zero);
        }
        if (DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return at;
        }
        errors.Add(new(field, "time", NumberRules.Shown(text), $"{field} is a day (yyyy-MM-dd) or an ISO 8601 time, UTC."));
        return null;
    }
}
