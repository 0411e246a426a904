using System.Globalization;
using System.Text.Json;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Simulation.Backtesting;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Orders;

namespace Ems.Web.Features.Backtests;

/// <summary>
/// Reads the order list of a backtest: a JSON array of orders as POST /api/accounts/{id}/orders takes them, each with an optional
/// <c>submitAt</c> (ISO 8601, default the recording's start plus the warm-up) and <c>seed</c> (default from the ClOrdID).
/// </summary>
internal static class BacktestOrders
{
    public const int OrdersMax = 10_000;
    /// <summary>Market seen before the first order, so that volume and volatility of the last minutes are known.</summary>
    public static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(2);
    private const string SubmitAt = "submitAt", Seed = "seed";
    private static readonly HashSet<string> OrderFields =
        new(typeof(NewOrderRequest).GetProperties().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).Where(n => n is not "cron" and not "cashOrderQty"), StringComparer.OrdinalIgnoreCase);

    public static (IReadOnlyList<ReplayOrder> Orders, IReadOnlyList<string> Faults) Read(string json, InstrumentCatalog catalog, DateTimeOffset from, DateTimeOffset to)
    {
        var (orders, faults) = (new List<ReplayOrder>(), new List<string>());
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            return ([], [string.Create(CultureInfo.InvariantCulture, $"orders: json: line {e.LineNumber + 1}, byte {e.BytePositionInLine}: it is not JSON.")]);
        }
        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() is 0 or > OrdersMax)
            {
                return ([], [$"orders: array: a list of 1 to {OrdersMax} orders is needed."]);
            }
            var (i, ids) = (0, new HashSet<ClOrdId>());
            foreach (var element in document.RootElement.EnumerateArray())
            {
                var at = $"orders[{i++}]";
                if (Read(element, at, catalog, from, to, faults) is not { } order)
                {
                    continue;
                }
                if (!ids.Add(order.Spec.ClOrdId))
                {
                    faults.Add($"{at}.clOrdId: unique: '{order.Spec.ClOrdId}' is taken by an order before it.");
                }
                orders.Add(order);
            }
        }
        return (orders, faults);
    }

    private static ReplayOrder? Read(JsonElement element, string at, InstrumentCatalog catalog, DateTimeOffset from, DateTimeOffset to, List<string> faults)
    {
        var before = faults.Count;
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Add($"{at}: object: an order is a JSON object, this is {element.ValueKind}.");
            return null;
        }
        var given = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in element.EnumerateObject())
        {
            given[property.Name] = property.Value;
        }
        foreach (var unknown in element.EnumerateObject().Where(p => !OrderFields.Contains(p.Name) && p.Name is not SubmitAt and not Seed))
        {
            faults.Add($"{at}.{unknown.Name}: unknown: '{unknown.Value}' has no meaning in a backtest.");
        }
        NewOrderRequest request;
        try
        {
            request = JsonSerializer.SerializeToElement(given.Where(g => OrderFields.Contains(g.Key)).ToDictionary(), Json.Options).Deserialize<NewOrderRequest>(Json.Options)!;
        }
        catch (JsonException e)
        {
            faults.Add($"{at}{e.Path?.TrimStart('$')}: type: its value is of the wrong kind.");
            return null;
        }
        var submitAt = from + WarmUp < to ? from + WarmUp : from;
        if (given.TryGetValue(SubmitAt, out var when))
        {
            if (when.ValueKind != JsonValueKind.String || !Execution.Core.Algos.ParamReader.TryTime(when.GetString(), out submitAt))
            {
                faults.Add($"{at}.submitAt: time: '{when}' is no ISO 8601 time like 2026-01-31T09:30:00Z.");
            }
            else if (submitAt < from || submitAt > to)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{at}.submitAt: within_recording: '{when}' is outside {from:yyyy-MM-ddTHH:mm:ssZ} to {to:yyyy-MM-ddTHH:mm:ssZ}."));
            }
        }
        var seed = SeededRandom.Hash(given.TryGetValue("clOrdId", out var name) ? name.ToString() : "");
        if (given.TryGetValue(Seed, out var number) && (number.ValueKind != JsonValueKind.Number || !number.TryGetUInt64(out seed)))
        {
            faults.Add($"{at}.seed: whole_number: '{number}' is no whole number.");
        }
        var read = OrderReader.Read(request, catalog, submitAt);
        faults.AddRange(read.Errors.Select(e => $"{at}.{e.Field}: {e.Rule}: {(e.Value is null ? "" : $"'{e.Value}': ")}{e.Text}"));
        return faults.Count > before ? null : new(read.Spec, seed, submitAt);
    }
}
