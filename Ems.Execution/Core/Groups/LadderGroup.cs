using System.Globalization;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Groups;

/// <summary>
/// A ladder whose every level has a take profit of its own: what a level fills is put up on the other side at the level's price and an
/// offset (orders.md 2.3, takeProfitOffset), and grows with each further fill of that level.
/// </summary>
public sealed class LadderGroup : IGroupStrategy
{
    /// <summary>Its name on the wire.</summary>
    public const string Name = "LADDER";

    private const string Ladder = "ladder";

    private static readonly GroupDescriptor Described = new(Name, "Ladder with take profits", "A ladder of orders; each level that fills is put up on the other side, an offset away.",
        [new(Ladder, "Ladder", "A Scale order: its levels.")],
        [
            new("takeProfitOffset", ParamType.Decimal, "Take profit at", "Distance of a level's take profit from the level.", "", Required: true, Min: 0.00000001m, Max: 1_000_000m, Group: "Exits"),
            new("offsetIn", ParamType.Choice, "Offset in", "PRICE in quote units, BPS of the level's price.", "", Default: "BPS", Choices: ["PRICE", "BPS"], Group: "Exits"),
            new("reduceOnly", ParamType.Bool, "Reduce only", "Take profits may only make the account's position smaller.", "", Default: "true", Group: "Advanced"),
        ]);

    /// <inheritdoc/>
    public GroupDescriptor Descriptor => Described;

    /// <inheritdoc/>
    public IEnumerable<FieldError> CrossCheck(GroupSpec spec, InstrumentCatalog catalog, DateTimeOffset now)
    {
        var ladder = spec.Leg(Ladder);
        if (ladder.Strategy != "SCALE")
        {
            yield return new("legs[0].strategy", "contradiction", ladder.Strategy, "The leg of a ladder is a SCALE order: it has the levels.");
        }
        if (ladder.ReduceOnly)
        {
            yield return new("legs[0].reduceOnly", "contradiction", "true", "A ladder opens a position; it cannot only reduce one.");
        }
        var r = Described.Read(spec.Parameters);
        if (r.Text("offsetIn") == "BPS" && r.Number("takeProfitOffset") >= 10_000m)
        {
            yield return new("parameters.takeProfitOffset", "max", r.Text("takeProfitOffset"), "An offset of 10,000 bps or more is the whole price.");
        }
        else if (ladder.Strategy == "SCALE" && ladder.Side == Side.Sell && TakeProfitPx(spec, ladder, Count(ladder) - 1) <= 0m)
        {
            yield return new("parameters.takeProfitOffset", "max", r.Text("takeProfitOffset"), "A take profit would be at or below 0.");
        }
    }

    /// <inheritdoc/>
    public Risk.Denial? Refuse(GroupSpec spec, GroupWorld world)
    {
        var ladder = spec.Leg(Ladder);
        var position = world.Positions.GetValueOrDefault(ladder.Instrument);
        return Described.Read(spec.Parameters).Flag("reduceOnly") && position * ladder.Side.Sign() < 0m
            ? new(Risk.DenyCode.ReduceOnlyViolated, "parameters.reduceOnly", $"position={Fitting.Text(Steps.Normal(position))}, side={ladder.Side}: the ladder reduces, so take profits that only reduce could never be sent") : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlannedLeg> Planned(GroupSpec spec)
    {
        var ladder = spec.Leg(Ladder);
        return ladder.Strategy != "SCALE" ? [new(Ladder, ladder)]
            : [new(Ladder, ladder), .. Enumerable.Range(0, Count(ladder)).Select(level => new PlannedLeg(Role(level), TakeProfit(spec, ladder, level, null), true))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<Money> Claims(OrderGroup group, IReadOnlyList<ParentOrder> legs) => GroupSteps.Sum(
    [
        GroupSteps.Hold(group, legs, Ladder, GroupSteps.Rest(legs, Ladder, group.Spec.Leg(Ladder).OrderQty)),
        .. Enumerable.Range(0, Count(group.Spec.Leg(Ladder))).Select(level => GroupSteps.Hold(group, legs, Role(level), GroupSteps.Rest(legs, Role(level), 0m))),
    ]);

    /// <inheritdoc/>
    public decimal Residual(GroupSpec spec, IReadOnlyList<ParentOrder> legs) =>
        GroupSteps.Cum(legs, Ladder) - legs.Where(l => l.Group?.Role != Ladder).Sum(l => l.CumQty);

    /// <inheritdoc/>
    public bool OwnsQty(string role) => role != Ladder;

    /// <inheritdoc/>
    public GroupDecision Decide(GroupInput input)
    {
        if (GroupSteps.Canceled(input) is { } canceled)
        {
            return canceled;
        }
        var actions = new List<GroupAction>();
        if (input.Last(Ladder) is not { } ladder)
        {
            GroupSteps.Start(input, Ladder, input.Spec.Leg(Ladder), "the ladder", actions);
            return new(actions, input.Memory, null, false, new("Working", "The ladder starts."));
        }
        var count = Count(ladder.Order.Spec);
        var open = 0m;
        for (var level = 0; level < count; level++)
        {
            // A child's slice says its level: see ScaleAlgo.
            var filled = ladder.Children.Where(c => (c.SliceNo - 1) % count == level).Sum(c => c.CumQty);
            var left = filled - input.Cum(Role(level));
            open += left;
            if (left > 0m || input.Last(Role(level)) is { IsOver: false })
            {
                LegSizing.Size(input, Role(level), left, TakeProfit(input.Spec, ladder.Order.Spec, level, input.Listings(ladder.Order.Spec)), ladder.IsOver,
                    $"level {level + 1} has filled {Fitting.Text(Steps.Normal(filled))}", actions);
            }
        }
        if (input.AllOver && !actions.OfType<StartLeg>().Any())
        {
            return GroupSteps.Over(input, ladder.Order.CumQty == 0m ? GroupSteps.As(ladder.Order, "No level was filled.")
                : open <= 0m ? new(OrdStatus.Filled, "Closed", $"{Fitting.Text(Steps.Normal(ladder.Order.CumQty))} was opened and closed.")
                : new(OrdStatus.Canceled, "Unclosed", $"{Fitting.Text(Steps.Normal(open))} stays open: its take profits are over, or it is below every venue's minimum."));
        }
        return new(actions, input.Memory, null, open > 0m, open > 0m ? new("Protecting", $"{Fitting.Text(Steps.Normal(open))} is open with take profits.") : new("WaitingFill", "The levels wait in the books."));
    }

    private static string Role(int level) => "tp" + (level + 1).ToString("00", CultureInfo.InvariantCulture);

    private static ParamReader Scale(ParentSpec ladder) => new(AlgoCatalog.Find("SCALE")!.Descriptor, ladder);

    private static int Count(ParentSpec ladder) => Scale(ladder).Integer("count") ?? 1;

    private static decimal TakeProfitPx(GroupSpec spec, ParentSpec ladder, int level)
    {
        var (scale, own) = (Scale(ladder), Described.Read(spec.Parameters));
        var (from, to) = (scale.Number("fromPx") ?? 0m, scale.Number("toPx") ?? 0m);
        var px = from + ((to - from) * level / Math.Max(1, Count(ladder) - 1));
        var offset = own.Required("takeProfitOffset");
        return px + (ladder.Side.Sign() * (own.Text("offsetIn") == "PRICE" ? offset : px * offset / 10_000m));
    }

    private static ParentSpec TakeProfit(GroupSpec spec, ParentSpec ladder, int level, IReadOnlyList<Listing>? listings)
    {
        var side = ladder.Side.Opposite();
        var px = TakeProfitPx(spec, ladder, level);
        px = listings is { Count: > 0 } ? Steps.RoundPassive(px, listings.Min(l => l.TickSize), side) : Math.Round(px, 8);
        return new ParentSpec(ladder.ClOrdId, ladder.Instrument, side, ladder.OrderQty, px, "LIMIT", new Dictionary<string, string>(),
            ReduceOnly: Described.Read(spec.Parameters).Flag("reduceOnly"), Venues: ladder.Venues, Tags: ladder.Tags);
    }
}
