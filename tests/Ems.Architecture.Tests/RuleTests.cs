using Ems.Architecture.Tests.Fixtures.Permission;
using Ems.Architecture.Tests.Rules;

namespace Ems.Architecture.Tests;

/// <summary>Each rule of <see cref="ArchitectureTests"/> against an offender and against something innocent.</summary>
public sealed class RuleTests
{
    private const string Fixtures = "Ems.Architecture.Tests.Fixtures";
    private static readonly HashSet<string> None = [];
    private static readonly Lazy<IReadOnlyList<Use>> Uses = new(() => CompiledCode.Of(typeof(RuleTests)));

    [Fact]
    public void A_project_that_refers_to_its_right_is_found()
    {
        string[] order = ["A", "B", "C"];
        Walls.Direction(order, "B", ["C"]).ShouldBe(["B refers to C"]);
        Walls.Direction(order, "B", ["A", "Elsewhere"]).ShouldBeEmpty();
    }

    [Fact]
    public void A_room_that_names_its_right_is_found_even_inside_a_lambda()
    {
        var offences = Walls.RoomOrder(Fixtures, ["Left", "Right", "Impure", "Money", "Permission"], None, Uses.Value);
        offences.ShouldNotBeEmpty();
        offences.ShouldAllBe(o => o.StartsWith(Fixtures + ".Left.LooksRight names " + Fixtures + ".Right.RightThing", StringComparison.Ordinal));
        Walls.RoomOrder(Fixtures, ["Left", "Right", "Impure", "Money", "Permission"], new HashSet<string> { "Left->RightThing" }, Uses.Value).ShouldBeEmpty();
    }

    [Fact]
    public void A_room_without_a_place_in_the_order_is_found() =>
        Walls.RoomOrder(Fixtures, ["Left"], None, Uses.Value).ShouldContain(o => o.EndsWith("a room without a place in the order", StringComparison.Ordinal));

    [Theory]
    [InlineData("Reads", "System.IO.File")]
    [InlineData("Waits", "System.Threading.Tasks.Task")]
    [InlineData("AsksTheClock", "System.DateTimeOffset.get_UtcNow")]
    [InlineData("Sleeps", "System.Threading.Thread")]
    [InlineData("RollsDice", "System.Random")]
    public void Impurity_is_found(string type, string named) =>
        Walls.Purity(Of(type)).ShouldContain(o => o.StartsWith($"{Fixtures}.Impure.{type} names {named}", StringComparison.Ordinal));

    [Fact]
    public void A_pure_room_passes() => Walls.Purity(Uses.Value.Where(u => u.FromNamespace == Fixtures + ".Right")).ShouldBeEmpty();

    [Theory]
    [InlineData("AsksTheClock", "System.DateTimeOffset.get_UtcNow")]
    [InlineData("Sleeps", "System.Threading.Thread.Sleep")]
    [InlineData("RollsDice", "System.Random.get_Shared")]
    [InlineData("RollsDice", "System.Random..ctor")]
    public void A_clock_a_nap_and_dice_are_found(string type, string named) =>
        Walls.ClockAndChance(Of(type)).ShouldContain($"{Fixtures}.Impure.{type} names {named}");

    [Fact]
    public void A_forged_permission_is_found()
    {
        var offences = Walls.OnlyMadeBy(typeof(Pass<>).FullName!, typeof(Gate).FullName!, Uses.Value);
        offences.ShouldBe([$"{typeof(Forger).FullName} names {typeof(Pass<>).FullName}..ctor"]);
    }

    [Fact]
    public void Floating_money_is_found_and_an_excepted_type_is_not()
    {
        Walls.ExactNumbers([Fixtures + ".Money"], None, Uses.Value).ShouldContain($"{Fixtures}.Money.Rounds names System.Double");
        Walls.ExactNumbers([Fixtures + ".Money"], new HashSet<string> { Fixtures + ".Money.Rounds" }, Uses.Value).ShouldBeEmpty();
        Walls.ExactNumbers([Fixtures + ".Right"], None, Uses.Value).ShouldBeEmpty();
    }

    [Fact]
    public void A_name_that_says_nothing_is_found() => Walls.TellingNames(["OrderManager", "Order", "DateHelper", "Utils"]).ShouldBe(["OrderManager", "DateHelper", "Utils"]);

    [Fact]
    public void A_file_that_is_too_long_is_found() => Walls.FileLength(400, [("a.cs", 400), ("b.cs", 401)]).ShouldBe(["b.cs has 401 lines"]);

    private static IEnumerable<Use> Of(string type) => Uses.Value.Where(u => u.FromType == $"{Fixtures}.Impure.{type}");
}
