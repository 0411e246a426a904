using Ems.Execution.Core.Primitives;

namespace Ems.Execution.Core.Simulation.Market;

/// <summary>Every figure of the fitted simulation, as the fit tool measured it on the recordings.</summary>
public sealed record FittedParameters(IReadOnlyList<FittedInstrument> Instruments, IReadOnlyList<FittedStream> Streams);

/// <summary>
/// One instrument's reference price, shared by its venues.
/// </summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="FittedTo">The recording that was measured.</param>
/// <param name="Px">Typical price, quote units: the level the path returns to.</param>
/// <param name="VolBpsPerSqrtSecond">Volatility of the log price, basis points per square root of a second.</param>
/// <param name="LogVolSd">Standard deviation of the logarithm of one-minute volatility: how calm and wild spells differ.</param>
/// <param name="VolSpellSeconds">Time over which volatility keeps its level.</param>
/// <param name="MoveShare">Share of 250-ms steps in which the mid moves at all.</param>
public sealed record FittedInstrument(
    InstrumentId Instrument, string FittedTo, double Px, double VolBpsPerSqrtSecond, double LogVolSd, double VolSpellSeconds, double MoveShare);

/// <summary>
/// One venue's book and tape of one instrument.
/// </summary>
/// <param name="Venue">The venue.</param>
/// <param name="Instrument">The instrument.</param>
/// <param name="FittedTo">The recording that was measured.</param>
/// <param name="SpreadBps">Spread in basis points of the mid: means of equal slices of the sorted sample, least first.</param>
/// <param name="SpreadLifeSeconds">Mean time a spread lasts.</param>
/// <param name="BookIntervalMs">Time between books, milliseconds, in slices likewise.</param>
/// <param name="Levels">Size of each level from the touch down, base units.</param>
/// <param name="LevelGapBps">Mean distance of neighbouring levels, basis points.</param>
/// <param name="TouchLifeSeconds">Mean time the size at the touch lasts.</param>
/// <param name="LevelLifeSeconds">Mean time the size of a deeper level lasts.</param>
/// <param name="DeviationBps">Standard deviation of the venue's mid around its own one-second mean: the short-lived cross-venue basis.</param>
/// <param name="DeviationSeconds">Relaxation time of that deviation.</param>
/// <param name="Tape">Trades.</param>
public sealed record FittedStream(
    VenueId Venue, InstrumentId Instrument, string FittedTo,
    IReadOnlyList<double> SpreadBps, double SpreadLifeSeconds, IReadOnlyList<double> BookIntervalMs,
    IReadOnlyList<LogNormal> Levels, double LevelGapBps, double TouchLifeSeconds, double LevelLifeSeconds,
    double DeviationBps, double DeviationSeconds, FittedTape Tape);

/// <summary>A log-normal distribution by the mean and standard deviation of the logarithm, fitted so that median and mean are the sample's.</summary>
public readonly record struct LogNormal(double LogMean, double LogSd);

/// <summary>
/// Taker orders as a self-exciting process (Hawkes 1971) with two exponential kernels: bursts of milliseconds, when one trader
/// splits or several react at once, and waves of activity over seconds. Prints of one moment and side count as one.
/// </summary>
/// <param name="OrdersPerSecond">Mean arrival rate.</param>
/// <param name="Burst">The fast kernel.</param>
/// <param name="Wave">The slow kernel.</param>
/// <param name="Qty">Size, base units.</param>
/// <param name="SideRepeats">Probability that an order has the side of the one before.</param>
/// <param name="SideFollowsPrice">Probability that an order goes the way the price moves in the second around it.</param>
public sealed record FittedTape(
    double OrdersPerSecond, Excitation Burst, Excitation Wave, LogNormal Qty, double SideRepeats, double SideFollowsPrice);

/// <summary>One kernel: each arrival sets off <paramref name="Branching"/> others on average, at a rate that fades with <paramref name="DecayPerSecond"/>. The branchings of all kernels sum to less than one.</summary>
public readonly record struct Excitation(double Branching, double DecayPerSecond);
