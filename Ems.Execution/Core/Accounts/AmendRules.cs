using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;

namespace Ems.Execution.Core.Accounts;

/// <summary>What may be changed of a running parent, and what comes of it (rule E10).</summary>
public static class AmendRules
{
    /// <summary>The amended spec, or why not. Null arguments and absent parameters stay as they are.</summary>
    public static (ParentSpec? Spec, Denial? Denial) Apply(
        ParentOrder parent, decimal? orderQty, decimal? limitPx, IReadOnlyDictionary<string, string> parameters, InstrumentCatalog catalog, DateTimeOffset now)
    {
        if (parent.OrdStatus.IsTerminal() || parent.CancelRequested || parent.Ending is not null)
        {
            return (null, new(DenyCode.OrderStateForbids, "clOrdId", $"ordStatus={parent.OrdStatus}, it is over or ending"));
        }
        var committed = parent.CumQty + parent.WorkingQty + parent.UnknownQty;
        if (orderQty is { } qty && qty < committed)
        {
            return (null, new(DenyCode.InvalidField, "orderQty", $"orderQty={Fitting.Text(qty)}, filled+working={Fitting.Text(committed)}"));
        }
        if (orderQty is null && limitPx is null && parameters.Count == 0)
        {
            return (null, new(DenyCode.InvalidField, "orderQty", "nothing to change was given"));
        }
        var listings = catalog.Listings(parent.Spec.Instrument).Where(l => parent.Spec.Allows(l.Venue)).ToList();
        if (orderQty is { } amended && Fitting.FinestLot(listings) is { } lot && !Steps.IsMultiple(amended, lot))
        {
            return (null, new(DenyCode.InvalidField, "orderQty", $"orderQty={Fitting.Text(amended)}, lot={Fitting.Text(lot)}"));
        }
        var descriptor = AlgoCatalog.Find(parent.Spec.Strategy)?.Descriptor;
        foreach (var name in parameters.Keys)
        {
            if (descriptor?.Find(name) is not { Updatable: true })
            {
                return (null, new(DenyCode.InvalidField, "parameters." + name, $"parameter={NumberRules.Shown(name)}, not updatable while running"));
            }
        }
        var merged = new Dictionary<string, string>(parent.Spec.Parameters);
        foreach (var (name, value) in parameters)
        {
            merged[name] = value;
        }
        var spec = parent.Spec with { OrderQty = orderQty ?? parent.Spec.OrderQty, LimitPx = limitPx ?? parent.Spec.LimitPx, Parameters = merged };
        // The start lies in the past by now; rules on times look at the end alone.
        var errors = ParentValidation.Validate(spec with { StartTime = null }, catalog, now);
        if (errors.Count == 0 && parent.StartedAt is { } started && AlgoWindow.End(spec, started) is { } end && end <= now && end != AlgoWindow.End(parent.Spec, started))
        {
            return (null, new(DenyCode.InvalidField, "parameters", $"end={end.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}, the new end is past"));
        }
        return errors.Count > 0 ? (null, new(DenyCode.InvalidField, errors[0].Field, errors[0].Text)) : (spec, null);
    }
}
