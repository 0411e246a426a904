using Ems.Execution.Core.MarketData;

namespace Ems.Execution.Core.Algos.Scheduling;

/// <summary>
/// Picks the moment within the discretion by the lean of the books: a crossing waits while the price is likelier to come than to run, and
/// nothing rests where it would be run over. An order that is behind its plan by its discretion does not wait; nor does one whose trader
/// has switched the market's say off.
/// </summary>
internal static class BookTiming
{
    /// <summary>Leaning towards us at all: the crossing waits.</summary>
    private const decimal CrossFrom = 0m;
    /// <summary>Leaning this far towards us, a resting order would be filled just before the price goes on through it.</summary>
    private const decimal RestFrom = -0.5m;
    /// <summary>From here on what rests already is taken away.</summary>
    private const decimal PullBelow = -0.8m;
    private static readonly TimeSpan LookMin = TimeSpan.FromMilliseconds(250), LookMax = TimeSpan.FromSeconds(1);

    /// <summary>How long until the next look: a twentieth of a slice, from a quarter of a second to a second.</summary>
    public static TimeSpan Look(Schedule s) => s.Step / 20 is var look && look < LookMin ? LookMin : look > LookMax ? LookMax : look;

    /// <summary>Whether the books have a say.</summary>
    public static bool Applies(ScheduleSettings x) => x.Adaptive && x.Discretion > 0m;

    /// <summary>Why a crossing waits; null when it need not.</summary>
    public static WhyIdle? Crossing(AlgoInput input, ScheduleSettings x) => Applies(x) && BookPressure.Against(input.Market.Books, input.Spec.Side) < CrossFrom
        ? new("Leaning", "The books lean our way: the crossing waits for the price to come, within the discretion.") : null;

    /// <summary>Why nothing is put into the books; null when it may rest.</summary>
    public static WhyIdle? Resting(AlgoInput input, ScheduleSettings x) => Applies(x) && BookPressure.Against(input.Market.Books, input.Spec.Side) < RestFrom
        ? new("Leaning", "The books lean our way: what rests now would be run over, so nothing rests, within the discretion.") : null;

    /// <summary>Whether what rests should make way.</summary>
    public static bool Pulls(AlgoInput input, ScheduleSettings x) => Applies(x) && BookPressure.Against(input.Market.Books, input.Spec.Side) < PullBelow;
}
