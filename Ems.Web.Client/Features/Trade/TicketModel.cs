using System.Globalization;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Web.Client.Contracts;

namespace Ems.Web.Client.Features.Trade;

/// <summary>What is typed into a ticket, as text, and the request it makes. The server judges it; nothing is corrected here.</summary>
public sealed class TicketModel
{
    public Side Side { get; set; } = Side.Buy;
    public string Strategy { get; set; } = "TWAP";
    public string Qty { get; set; } = "";
    public bool QtyIsCash { get; set; }
    public string Limit { get; set; } = "";
    public string TimeInForce { get; set; } = "Gtc";
    public string ExpireTime { get; set; } = "";
    public string StartTime { get; set; } = "";
    public string Cron { get; set; } = "";
    public string MaxSlippageBps { get; set; } = "";
    /// <summary>By what door it reaches a chain; empty is the account's choice.</summary>
    public string Submission { get; set; } = "";
    public bool PostOnly { get; set; }
    public bool ReduceOnly { get; set; }
    public HashSet<string> Venues { get; } = [];
    public Dictionary<string, string> Parameters { get; } = [];

    /// <summary>The value shown for a parameter: what was typed, otherwise the default.</summary>
    public string Shown(ParamSpec p) => Parameters.TryGetValue(p.Name, out var text) ? text : p.Default ?? "";

    /// <summary>Keeps what was typed; the default typed again is not sent.</summary>
    public void Set(ParamSpec p, string? value)
    {
        if (string.IsNullOrEmpty(value) || value == p.Default)
        {
            Parameters.Remove(p.Name);
        }
        else
        {
            Parameters[p.Name] = value.Trim();
        }
    }

    /// <summary>Forgets what only fits the instrument it was typed for: prices, base quantities, venues. Cash and timing stay.</summary>
    public void ForAnotherInstrument(IEnumerable<ParamSpec> specs)
    {
        Limit = "";
        Venues.Clear();
        if (!QtyIsCash)
        {
            Qty = "";
        }
        foreach (var p in specs.Where(p => p.Type is ParamType.Price or ParamType.Quantity))
        {
            Parameters.Remove(p.Name);
        }
    }

    /// <summary>The request under a ClOrdID.</summary>
    public NewOrderRequest Request(string clOrdId, string instrument, AlgoDescriptor algo) => new()
    {
        ClOrdId = clOrdId, Instrument = instrument, Side = Side.ToString(), Strategy = Strategy,
        OrderQty = QtyIsCash ? null : Number(Qty), CashOrderQty = QtyIsCash ? Number(Qty) : null, LimitPx = Limit.Length > 0 ? Number(Limit) : null,
        TimeInForce = TimeInForce, ExpireTime = Time(ExpireTime), StartTime = Time(StartTime), Cron = Null(Cron), PostOnly = PostOnly, ReduceOnly = ReduceOnly,
        Venues = [.. Venues], MaxSlippageBps = MaxSlippageBps.Length > 0 ? Number(MaxSlippageBps) : null, Submission = Null(Submission),
        Parameters = algo.Parameters.Where(p => Parameters.ContainsKey(p.Name))
            .ToDictionary(p => p.Name, p => p.Type == ParamType.Time ? Time(Parameters[p.Name]) ?? "" : Parameters[p.Name]),
    };

    private static NumberText Number(string text) => new(text.Trim().Replace(",", "", StringComparison.Ordinal));

    private static string? Null(string text) => text.Trim().Length > 0 ? text.Trim() : null;

    /// <summary>A browser's local date and time as UTC.</summary>
    internal static string? Time(string local) => DateTime.TryParse(local, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal | DateTimeStyles.AdjustToUniversal, out var t)
        ? t.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) : Null(local);
}
