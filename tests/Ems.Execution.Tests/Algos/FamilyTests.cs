using CsCheck;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.MarketData;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

/// <summary>What must hold for every algo of the catalog, whatever the venue does.</summary>
public sealed class FamilyTests
{
    private static readonly (string Strategy, (string, string)[] Parameters, decimal? Limit)[] Tickets =
    [
        ("MARKET", [], null),
        ("LIMIT", [], 100.3m),
        ("TWAP", [("durationSeconds", "60"), ("slices", "12"), ("style", "MIXED")], null),
        ("VWAP", [("durationSeconds", "60"), ("slices", "12")], null),
        ("VWAP", [("durationSeconds", "60"), ("slices", "12"), ("noTakeLiq", "true"), ("curve", "FLAT")], null),
        ("IS", [("durationSeconds", "60"), ("slices", "12")], null),
        ("POV", [("rate", "0.2"), ("intervalSeconds", "2"), ("durationSeconds", "90")], null),
        ("POV", [("rate", "0.2"), ("intervalSeconds", "3"), ("style", "MAKER"), ("completeBy", "2026-01-05T12:01:00Z")], null),
        ("ICEBERG", [], null),
        ("PEG", [("offset", "1")], null),
        ("PEG", [("reference", "OPPOSITE"), ("maxDisplay", "0.2")], 101m),
        ("SNIPER", [("minQty", "0.5")], 101m),
        ("SWEEP", [("postRemainder", "true")], 101m),
        ("SWEEP", [("maxAvgPx", "100.5")], 101m),
        ("SCALE", [("fromPx", "99"), ("toPx", "95"), ("count", "6"), ("sizeSkew", "LINEAR")], null),
        ("ACCUMULATE", [("componentQty", "0.7"), ("betweenSeconds", "5")], null),
        ("ACCUMULATE", [("componentQty", "0.7"), ("betweenSeconds", "5"), ("style", "MAKER"), ("catchUp", "true"), ("randomizeSize55", "true")], null),
        ("ACCUMULATE", [("componentQty", "0.7"), ("betweenSeconds", "5"), ("style", "MAKER"), ("waitForFill", "true")], null),
        ("STOP", [("triggerPx", "99")], null),
        ("STOP_LIMIT", [("triggerPx", "99")], 100.2m),
        ("MIT", [("triggerPx", "101")], null),
        ("LIT", [("triggerPx", "101")], 101m),
        ("TRAILING_STOP", [("offset", "1")], null),
    ];

    [Fact]
    public void Every_algo_of_the_catalog_is_tried_here() =>
        Tickets.Select(t => t.Strategy).Distinct().ShouldBe(AlgoCatalog.All.Select(a => a.Descriptor.Name), ignoreOrder: true);

    /// <summary>The loop itself checks at every step: rule E1, lots, minimums, the limit, purity, memory round trips, nothing sent twice.</summary>
    [Fact]
    public void Whatever_the_venue_does_the_contract_holds() =>
        Gen.Select(Gen.Int[0, Tickets.Length - 1], Gen.Int[2_000, 9_000], Gen.ULong).Sample((n, lots, seed) => Run(n, lots, seed).CumQty.ShouldBeLessThanOrEqualTo(lots * 0.001m), iter: 200);

    /// <summary>Cases the property has found, kept: a peg whose rest its limit would let out and its price would not.</summary>
    [Theory]
    [InlineData(10, 6_529, 743_664_769UL)]
    public void What_once_broke_the_contract_holds_it(int ticket, int lots, ulong seed) => Run(ticket, lots, seed).CumQty.ShouldBeLessThanOrEqualTo(lots * 0.001m);

    [Fact]
    public void The_same_seed_decides_the_same() =>
        Gen.Select(Gen.Int[0, Tickets.Length - 1], Gen.ULong).Sample((n, seed) =>
        {
            List<(DateTimeOffset, SubmitSlice)> Sent() => [.. Run(n, 4_000, seed).Children.Select(c => (c.CreatedAt, c.Slice))];
            Sent().ShouldBe(Sent());
        }, iter: 60);

    [Fact]
    public void Every_ticket_is_valid_and_its_plan_ends_where_it_says()
    {
        var catalog = new Core.Instruments.InstrumentCatalog([new(new("BTC-USDT"), new("BTC"), new("USDT"))], [Alpha]);
        foreach (var (strategy, parameters, limit) in Tickets)
        {
            var spec = Ticket(strategy, 5m, Side.Buy, parameters) with { LimitPx = limit };
            ParentValidation.Validate(spec, catalog, T0).ShouldBeEmpty(strategy);
            var (fitted, _) = AlgoCatalog.Find(strategy)!.Precheck(spec, Book(100m), [Alpha], T0);
            ParentValidation.Validate(fitted, catalog, T0).ShouldBeEmpty(strategy);
            var plan = AlgoCatalog.Find(strategy)!.Plan(fitted, 1, T0);
            plan.Count.ShouldBeInRange(1, 500, strategy);
            plan.ShouldAllBe(p => p.CumQty >= 0m && p.CumQty <= 5m);
            AlgoWindow.PlannedQty(fitted, 1, T0, T0.AddYears(1)).ShouldBe(5m, strategy);
        }
    }

    [Fact]
    public void An_empty_market_sends_nothing_but_a_plain_limit_or_market_order_and_says_why()
    {
        foreach (var (strategy, parameters, limit) in Tickets.Where(t => t.Strategy is not ("MARKET" or "LIMIT" or "SCALE" or "SWEEP")))
        {
            var loop = new AlgoLoop
            {
                Spec = Ticket(strategy, 5m, Side.Buy, [.. parameters.Where(p => p.Item1 != "completeBy")]) with { LimitPx = limit },
                Market = _ => MarketView.Empty(new("BTC-USDT")), Limit = TimeSpan.FromSeconds(30),
            }.Run();
            loop.Children.ShouldBeEmpty(strategy);
        }
    }

    private static AlgoLoop Run(int n, int lots, ulong seed)
    {
        var (strategy, parameters, limit) = Tickets[n];
        var spec = Ticket(strategy, lots * 0.001m, Side.Buy, parameters) with { LimitPx = limit };
        var (fitted, _) = AlgoCatalog.Find(strategy)!.Precheck(spec, Book(100m), [Alpha], T0);
        return new AlgoLoop
        {
            Spec = fitted, Seed = seed, Fates = Fates.Mixed(seed), Limit = TimeSpan.FromMinutes(2),
            Market = t => Book(Math.Round(100m + (decimal)Math.Sin((t - T0).TotalSeconds / 7), 1), volume: 50m) with { VolatilityBps = 50m + (t.Minute * 60m) },
        }.Run();
    }
}
