using Ems.Architecture.Tests.Rules;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Venues;
using Ems.Web.Client.Contracts;

namespace Ems.Architecture.Tests;

/// <summary>The walls of the house, see docs/architecture.md. That each rule can fail is shown in <see cref="RuleTests"/>.</summary>
public sealed class ArchitectureTests
{
    private const string Core = "Ems.Execution.Core";
    private static readonly string[] ProjectOrder = [Core, "Ems.Execution.Venues", "Ems.Execution.Engine", "Ems.Web.Client", "Ems.Web"];
    private static readonly string[] RoomOrder =
        ["Primitives", "Instruments", "MarketData", "Gas", "Routing", "Amm", "Orders", "Ledger", "Algos", "Risk", "Groups", "Accounts", "Analytics", "Execution", "Simulation"];

    /// <summary>A parent carries its algo's memory and how it ended; both are plain data, defined beside the algos that read them.</summary>
    private static readonly HashSet<string> RoomExceptions = ["Orders->AlgoMemory", "Orders->AlgoEnd", "Orders->NoMemory", "Orders->ParentProgress"];

    private static readonly Lazy<IReadOnlyList<Use>> CoreUses = new(() => CompiledCode.Of(typeof(PreTradeRisk)));
    private static readonly Lazy<IReadOnlyList<Use>> AllUses = new(() =>
    [
        .. CoreUses.Value, .. CompiledCode.Of(typeof(IExecutionClient)), .. CompiledCode.Of(typeof(IAccountGrain)),
        .. CompiledCode.Of(WebAssemblyFile), .. CompiledCode.Of(typeof(OrderRow)),
    ]);

    private static string WebAssemblyFile => Path.Combine(AppContext.BaseDirectory, "Ems.Web.dll");

    [Theory]
    [InlineData("Ems.Execution/Core/Ems.Execution.Core.csproj")]
    [InlineData("Ems.Execution/Venues/Ems.Execution.Venues.csproj")]
    [InlineData("Ems.Execution/Engine/Ems.Execution.Engine.csproj")]
    [InlineData("Ems.Web.Client/Ems.Web.Client.csproj")]
    [InlineData("Ems.Web/Ems.Web.csproj")]
    public void Projects_refer_only_to_their_left(string project) =>
        Walls.Direction(ProjectOrder, Path.GetFileNameWithoutExtension(project), Sources.ProjectReferences(project)).ShouldBeEmpty();

    [Fact]
    public void The_page_refers_to_the_core_and_nothing_else_of_ours()
    {
        Sources.ProjectReferences("Ems.Web.Client/Ems.Web.Client.csproj").ShouldBe([Core]);
        CompiledCode.References(typeof(OrderRow).Assembly.Location).Where(r => r.StartsWith("Ems.", StringComparison.Ordinal)).ShouldAllBe(r => r == Core);
    }

    [Fact]
    public void The_core_refers_to_no_package()
    {
        Sources.Packages("Ems.Execution/Core/Ems.Execution.Core.csproj").ShouldBeEmpty();
        CompiledCode.References(typeof(PreTradeRisk).Assembly.Location).ShouldAllBe(r => r.StartsWith("System", StringComparison.Ordinal));
    }

    [Fact]
    public void The_core_does_no_input_output_waiting_or_clock_reading() => Walls.Purity(CoreUses.Value).ShouldBeEmpty();

    [Fact]
    public void Rooms_of_the_core_name_only_rooms_to_their_left() => Walls.RoomOrder(Core, RoomOrder, RoomExceptions, CoreUses.Value).ShouldBeEmpty();

    [Fact]
    public void Every_exception_from_the_room_order_is_still_needed()
    {
        foreach (var exception in RoomExceptions)
        {
            Walls.RoomOrder(Core, RoomOrder, RoomExceptions.Where(e => e != exception).ToHashSet(), CoreUses.Value).ShouldNotBeEmpty(exception);
        }
    }

    [Fact]
    public void Only_pre_trade_risk_gives_permission() =>
        Walls.OnlyMadeBy(typeof(RiskApproved<>).FullName!, typeof(PreTradeRisk).FullName!, AllUses.Value).ShouldBeEmpty();

    [Fact]
    public void Time_comes_from_a_TimeProvider_chance_from_a_seed_and_nobody_sleeps() => Walls.ClockAndChance(AllUses.Value).ShouldBeEmpty();

    [Fact]
    public void Money_is_never_binary_floating_point() => Walls.ExactNumbers(
        [Core + ".Primitives", Core + ".Instruments", Core + ".Orders", Core + ".Ledger", Core + ".Risk", Core + ".Groups", Core + ".Accounts", Core + ".Execution"],
        new HashSet<string> { typeof(Execution.Core.Primitives.SeededRandom).FullName! }, CoreUses.Value).ShouldBeEmpty();

    [Fact]
    public void Type_names_say_what_the_type_is() => Walls.TellingNames(AllUses.Value.Where(u => u.FromNamespace.StartsWith("Ems.", StringComparison.Ordinal)).Select(u => u.FromType).Distinct()).ShouldBeEmpty();

    [Fact]
    public void No_source_file_has_more_than_400_lines() => Walls.FileLength(400, Sources.Files()).ShouldBeEmpty();
}
