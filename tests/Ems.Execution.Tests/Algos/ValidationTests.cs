using Ems.Execution.Core.Accounts;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using static Ems.Execution.Tests.Algos.AlgoLoop;

namespace Ems.Execution.Tests.Algos;

public sealed class ValidationTests
{
    private static readonly InstrumentCatalog Catalog = new(
        [new(new("BTC-USDT"), new("BTC"), new("USDT")), new(new("ETH-USDT"), new("ETH"), new("USDT"))],
        [Alpha, Alpha with { Venue = new("BETA"), LotSize = 0.0001m, MinQty = 0.0001m, TickSize = 0.01m }, Alpha with { Venue = new("GAMMA"), Instrument = new("ETH-USDT") }]);

    private static IReadOnlyList<FieldError> Check(ParentSpec spec) => ParentValidation.Validate(spec, Catalog, T0);

    public static TheoryData<string, Func<ParentSpec, ParentSpec>, string, string> Fields() => new()
    {
        { "LIMIT", s => s with { ClOrdId = new("") }, "clOrdId", "format" },
        { "LIMIT", s => s with { ClOrdId = new(new string('a', 37)) }, "clOrdId", "format" },
        { "LIMIT", s => s with { ClOrdId = new("a b") }, "clOrdId", "format" },
        { "LIMIT", s => s with { Side = Side.None }, "side", "choice" },
        { "LIMIT", s => s with { Instrument = new("DOGE-USDT") }, "instrument", "unknown" },
        { "LIMIT", s => s with { Venues = [new("NOWHERE")] }, "venues", "unknown" },
        { "LIMIT", s => s with { Venues = [new("GAMMA")] }, "venues", "not_listed" },
        { "LIMIT", s => s with { Venues = [new("ALPHA"), new("ALPHA")] }, "venues", "duplicate" },
        { "LIMIT", s => s with { OrderQty = 0m }, "orderQty", "min" },
        { "LIMIT", s => s with { OrderQty = -1m }, "orderQty", "min" },
        { "LIMIT", s => s with { OrderQty = 1_000_000_000_001m }, "orderQty", "max" },
        { "LIMIT", s => s with { OrderQty = 0.00001m }, "orderQty", "min" },
        { "LIMIT", s => s with { OrderQty = 1.000000001m }, "orderQty", "decimals" },
        { "LIMIT", s => s with { LimitPx = null }, "limitPx", "required" },
        { "LIMIT", s => s with { LimitPx = 0m }, "limitPx", "min" },
        { "LIMIT", s => s with { LimitPx = -5m }, "limitPx", "min" },
        { "LIMIT", s => s with { LimitPx = 1_000_000_000_001m }, "limitPx", "max" },
        { "LIMIT", s => s with { LimitPx = 100.001m }, "limitPx", "tick" },
        { "LIMIT", s => s with { MaxSlippageBps = 0m }, "maxSlippageBps", "min" },
        { "LIMIT", s => s with { MaxSlippageBps = 1_001m }, "maxSlippageBps", "max" },
        { "LIMIT", s => s with { TimeInForce = TimeInForce.None }, "timeInForce", "choice" },
        { "LIMIT", s => s with { TimeInForce = TimeInForce.Gtd }, "expireTime", "required" },
        { "LIMIT", s => s with { ExpireTime = T0.AddHours(1) }, "expireTime", "contradiction" },
        { "LIMIT", s => s with { TimeInForce = TimeInForce.Gtd, ExpireTime = T0 }, "expireTime", "after_start" },
        { "LIMIT", s => s with { TimeInForce = TimeInForce.Gtd, StartTime = T0.AddHours(2), ExpireTime = T0.AddHours(1) }, "expireTime", "after_start" },
        { "LIMIT", s => s with { TimeInForce = TimeInForce.Gtd, ExpireTime = T0.AddDays(400) }, "expireTime", "max" },
        { "LIMIT", s => s with { StartTime = T0.AddDays(400) }, "startTime", "max" },
        { "LIMIT", s => s with { StartTime = T0.AddDays(-2) }, "startTime", "min" },
        { "LIMIT", s => s with { Tags = new string('x', 65) }, "tags", "length" },
        { "LIMIT", s => s with { Tags = "kill-switch-flatten" }, "tags", "reserved" },
        { "LIMIT", s => s with { Tags = "a\u0000b" }, "tags", "reserved" },
        { "LIMIT", s => s with { Strategy = "ALCHEMY" }, "strategy", "unknown" },
        { "LIMIT", s => s with { PostOnly = true, TimeInForce = TimeInForce.Ioc }, "postOnly", "contradiction" },
        { "MARKET", s => s with { PostOnly = true }, "postOnly", "contradiction" },
        { "STOP", s => s, "parameters.triggerPx", "required" },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void Each_field_outside_its_rule_is_named(string strategy, Func<ParentSpec, ParentSpec> breakIt, string field, string rule)
    {
        var error = Check(breakIt(Ticket(strategy, 1m) with { LimitPx = 100m })).ShouldHaveSingleItem();
        (error.Field, error.Rule).ShouldBe((field, rule));
        error.Text.ShouldNotBeNullOrWhiteSpace();
    }

    [Theory]
    [InlineData("TWAP", "durationSeconds", "9", "min")]
    [InlineData("TWAP", "durationSeconds", "86401", "max")]
    [InlineData("TWAP", "durationSeconds", "60.5", "decimals")]
    [InlineData("TWAP", "durationSeconds", "NaN", "number")]
    [InlineData("TWAP", "durationSeconds", "Infinity", "number")]
    [InlineData("TWAP", "durationSeconds", "1e3", "number")]
    [InlineData("TWAP", "durationSeconds", "1,000", "number")]
    [InlineData("TWAP", "durationSeconds", " ", "required")]
    [InlineData("TWAP", "durationSeconds", "١٢٠", "number")]
    [InlineData("TWAP", "slices", "0", "min")]
    [InlineData("TWAP", "slices", "-3", "min")]
    [InlineData("TWAP", "slices", "121", "max")]
    [InlineData("TWAP", "randomSize", "1.01", "max")]
    [InlineData("TWAP", "randomSize", "0.12345", "decimals")]
    [InlineData("TWAP", "style", "YOLO", "choice")]
    [InlineData("TWAP", "style", "taker", "choice")]
    [InlineData("TWAP", "catchUp", "yes", "choice")]
    [InlineData("TWAP", "endTime", "tomorrow", "time")]
    [InlineData("TWAP", "endTime", "12:30", "time")]
    [InlineData("TWAP", "endTime", "2026-01-05T13:00:00", "time")]
    [InlineData("TWAP", "endTime", "2026-01-05T11:00:00Z", "after_start")]
    [InlineData("TWAP", "endTime", "2026-02-05T11:00:00Z", "max")]
    [InlineData("TWAP", "intervalSeconds", "121", "within_duration")]
    [InlineData("TWAP", "iWouldPrice", "0", "min")]
    [InlineData("TWAP", "colour", "blue", "unknown")]
    [InlineData("ICEBERG", "displayQty", "2", "max")]
    [InlineData("ICEBERG", "delayMinMs", "5000", "order")]
    [InlineData("ICEBERG", "preference", "FIXED_PRICE", null)]
    [InlineData("TRAILING_STOP", "offset", "20000", "max")]
    public void Each_parameter_outside_its_rule_is_named(string strategy, string name, string value, string? rule)
    {
        var spec = Ticket(strategy, 1m, Side.Buy, (name, value));
        var errors = Check(spec);
        if (rule is null)
        {
            errors.ShouldHaveSingleItem().Field.ShouldBe("limitPx");
            return;
        }
        var error = errors.Where(e => e.Field == "parameters." + name).ShouldHaveSingleItem();
        error.Rule.ShouldBe(rule);
        error.Value.ShouldBe(value);
    }

    [Fact]
    public void Contradictions_between_parameters_are_named()
    {
        Rules(Ticket("TWAP", 1m, Side.Buy, ("slices", "10"), ("intervalSeconds", "5"))).ShouldBe(["parameters.slices exactly_one"]);
        Rules(Ticket("TWAP", 1m, Side.Buy, ("durationSeconds", "60"), ("endTime", "2026-01-05T13:00:00Z"))).ShouldBe(["parameters.endTime exactly_one"]);
        Rules(Ticket("TWAP", 1m) with { PostOnly = true }).ShouldBe(["postOnly contradiction"]);
        Rules(Ticket("TWAP", 1m) with { TimeInForce = TimeInForce.Fok }).ShouldBe(["timeInForce contradiction"]);
        Rules(Ticket("TWAP", 1m, Side.Buy, ("iWouldPrice", "101")) with { LimitPx = 100m }).ShouldBe(["parameters.iWouldPrice within_limit"]);
        Rules(Ticket("TWAP", 1m, Side.Buy, ("style", "MAKER"), ("endAction", "FINISH_AGGRESSIVE")) with { PostOnly = true }).ShouldBe(["parameters.endAction contradiction"]);
    }

    [Fact]
    public void Every_error_is_named_at_once_not_only_the_first()
    {
        var errors = Check(Ticket("TWAP", -1m, Side.None, ("slices", "0"), ("style", "X")) with { Instrument = new("NO-NO") });
        errors.Select(e => e.Field).ShouldBe(["side", "instrument", "orderQty", "parameters.slices", "parameters.style"], ignoreOrder: true);
    }

    [Fact]
    public void Every_default_of_every_algo_keeps_its_own_rule()
    {
        foreach (var algo in AlgoCatalog.All)
        {
            foreach (var p in algo.Descriptor.Parameters.Where(p => p.Default is not null))
            {
                var spec = Ticket(algo.Descriptor.Name, 1m, Side.Buy, (p.Name, p.Default!));
                Check(spec).ShouldNotContain(e => e.Field == "parameters." + p.Name && e.Rule != "exactly_one", $"{algo.Descriptor.Name}.{p.Name}");
            }
            algo.Descriptor.Parameters.Select(p => p.Name).ShouldBeUnique();
            algo.Descriptor.Parameters.ShouldAllBe(p => p.Help.Length > 0 && p.Label.Length > 0 && char.IsLower(p.Name[0]));
            algo.Descriptor.Parameters.Where(p => p.Type == ParamType.Choice).ShouldAllBe(p => p.Choices!.Count > 1);
            algo.Descriptor.Parameters.Where(p => p.Type is not (ParamType.Choice or ParamType.Bool or ParamType.Time)).ShouldAllBe(p => p.Min != null && p.Max != null);
        }
    }

    [Fact]
    public void Names_of_algos_are_unique_and_found()
    {
        AlgoCatalog.All.Select(a => a.Descriptor.Name).ShouldBeUnique();
        AlgoCatalog.All.ShouldAllBe(a => AlgoCatalog.Find(a.Descriptor.Name) == a);
        AlgoCatalog.Find("nothing").ShouldBeNull();
        AlgoCatalog.Find(null).ShouldBeNull();
    }

    private static List<string> Rules(ParentSpec spec) => [.. Check(spec).Select(e => $"{e.Field} {e.Rule}")];
}

public sealed class NumberRulesTests
{
    [Theory]
    [InlineData("1.5", null)]
    [InlineData("0.00000001", null)]
    [InlineData("1.500000000000", null)]
    [InlineData("", "required")]
    [InlineData(null, "required")]
    [InlineData("abc", "number")]
    [InlineData("NaN", "number")]
    [InlineData("Infinity", "number")]
    [InlineData("-Infinity", "number")]
    [InlineData("1e5", "number")]
    [InlineData("0x10", "number")]
    [InlineData("1 000", "number")]
    [InlineData("1.2.3", "number")]
    [InlineData("79228162514264337593543950336", "number")]
    [InlineData("-1", "min")]
    [InlineData("0", "min")]
    [InlineData("1000000000001", "max")]
    [InlineData("0.000000001", "decimals")]
    [InlineData("1.00000000000000000000000000000000001", "decimals")]
    public void A_number_is_read_exactly_or_refused_with_its_rule(string? text, string? rule)
    {
        var errors = new List<FieldError>();
        var value = NumberRules.Parse("orderQty", text, 0m, null, 8, errors, exclusiveMin: true);
        if (rule is null)
        {
            errors.ShouldBeEmpty();
            value.ShouldBe(decimal.Parse(text!));
            return;
        }
        value.ShouldBeNull();
        var error = errors.ShouldHaveSingleItem();
        (error.Field, error.Rule, error.Value).ShouldBe(("orderQty", rule, text));
    }

    [Fact]
    public void A_very_long_text_is_refused_and_shown_short()
    {
        var errors = new List<FieldError>();
        NumberRules.Parse("orderQty", new string('9', 10_000), 0m, null, 8, errors).ShouldBeNull();
        errors[0].Value!.Length.ShouldBeLessThan(100);
    }
}

public sealed class AmendRulesTests
{
    private static readonly InstrumentCatalog Catalog = new([new(new("BTC-USDT"), new("BTC"), new("USDT"))], [Alpha]);

    private static ParentOrder Running(ParentSpec spec) => new(spec, "hash", 1, "me", T0, [])
    {
        OrdStatus = OrdStatus.PartiallyFilled, CumQty = 3m, WorkingQty = 1m, UnknownQty = 0.5m, StartedAt = T0,
    };

    private static (ParentSpec? Spec, Denial? Denial) Amend(ParentOrder p, decimal? qty = null, decimal? px = null, params (string Name, string Value)[] parameters) =>
        AmendRules.Apply(p, qty, px, parameters.ToDictionary(x => x.Name, x => x.Value), Catalog, T0.AddSeconds(60));

    [Fact]
    public void The_quantity_can_be_raised_and_lowered_down_to_what_is_filled_working_and_unknown()
    {
        var p = Running(Ticket("TWAP", 10m));
        Amend(p, 12m).Spec!.OrderQty.ShouldBe(12m);
        Amend(p, 4.5m).Spec!.OrderQty.ShouldBe(4.5m);
        Amend(p, 4.499m).Denial!.Field.ShouldBe("orderQty");
        Amend(p, 4.499m).Denial!.Text.ShouldContain("4.5");
    }

    [Fact]
    public void A_quantity_off_the_lot_or_beyond_its_rule_is_refused()
    {
        var p = Running(Ticket("TWAP", 10m));
        Amend(p, 9.00001m).Denial!.Field.ShouldBe("orderQty");
        Amend(p, 2_000_000_000_000m).Denial!.Field.ShouldBe("orderQty");
    }

    [Fact]
    public void Only_updatable_parameters_change_and_only_within_their_rules()
    {
        var p = Running(Ticket("TWAP", 10m, Side.Buy, ("durationSeconds", "120")));
        Amend(p, null, null, ("durationSeconds", "300")).Spec!.Parameters["durationSeconds"].ShouldBe("300");
        Amend(p, null, null, ("randomSize", "0.1")).Denial!.Field.ShouldBe("parameters.randomSize");
        Amend(p, null, null, ("nonsense", "1")).Denial!.Field.ShouldBe("parameters.nonsense");
        Amend(p, null, null, ("durationSeconds", "5")).Denial!.Field.ShouldBe("parameters.durationSeconds");
        // 60 seconds have passed: a window of 30 would be over.
        Amend(p, null, null, ("durationSeconds", "30")).Denial!.Text.ShouldContain("past");
    }

    [Fact]
    public void The_limit_can_be_set_on_the_tick()
    {
        var p = Running(Ticket("TWAP", 10m));
        Amend(p, px: 101.5m).Spec!.LimitPx.ShouldBe(101.5m);
        Amend(p, px: 101.55m).Denial!.Field.ShouldBe("limitPx");
        Amend(p, px: -1m).Denial!.Field.ShouldBe("limitPx");
    }

    [Fact]
    public void Nothing_to_change_and_orders_that_are_over_or_ending_are_refused()
    {
        var p = Running(Ticket("TWAP", 10m));
        Amend(p).Denial!.Code.ShouldBe(DenyCode.InvalidField);
        Amend(p with { OrdStatus = OrdStatus.Filled }, 12m).Denial!.Code.ShouldBe(DenyCode.OrderStateForbids);
        Amend(p with { CancelRequested = true }, 12m).Denial!.Code.ShouldBe(DenyCode.OrderStateForbids);
        Amend(p with { Ending = new(OrdStatus.Expired, "WindowOver", "") }, 12m).Denial!.Code.ShouldBe(DenyCode.OrderStateForbids);
    }

    [Fact]
    public void A_start_long_past_does_not_stop_an_amend()
    {
        var p = Running(Ticket("LIMIT", 10m) with { LimitPx = 100m, StartTime = T0.AddDays(-30) });
        Amend(p, 12m).Denial.ShouldBeNull();
        Amend(p, 12m).Spec!.StartTime.ShouldBe(T0.AddDays(-30));
    }
}
