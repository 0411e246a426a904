using System.Globalization;

namespace Ems.Web.Features.Orders;

/// <summary>Five-field cron (minute hour day month weekday, UTC): numbers, <c>*</c>, ranges, steps and lists.</summary>
internal static class CronRules
{
    private static readonly (string Name, int Min, int Max)[] Fields = [("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7)];

    /// <summary>What is wrong with the text, or null.</summary>
    public static string? Fault(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Fields.Length)
        {
            return $"A cron has five fields, this one has {parts.Length}.";
        }
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Split(',').Any(item => !IsItem(item, Fields[i].Min, Fields[i].Max)))
            {
                return $"The {Fields[i].Name} of a cron is *, a number from {Fields[i].Min} to {Fields[i].Max}, a range, a step or a list of them.";
            }
        }
        return null;
    }

    private static bool IsItem(string item, int min, int max)
    {
        var stepped = item.Split('/');
        if (stepped.Length > 2 || (stepped.Length == 2 && (Number(stepped[1]) is not { } step || step < 1 || step > max)))
        {
            return false;
        }
        if (stepped[0] == "*")
        {
            return true;
        }
        var ends = stepped[0].Split('-');
        return ends.Length <= 2 && Array.TrueForAll(ends, e => Number(e) is { } n && n >= min && n <= max)
            && (ends.Length == 1 || Number(ends[0]) <= Number(ends[1]));
    }

    private static int? Number(string text) =>
        text.Length is > 0 and <= 2 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
}
