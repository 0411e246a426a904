namespace Ems.Execution.Core.Simulation.Backtesting;

/// <summary>
/// Replays orders on a piece of market in virtual time, on one thread: the same algos, router, risk checks, account state and ledger as
/// the engine, against the paper exchange's matching engine. No clock, no I/O: the same in a test, on the server and in the browser.
/// </summary>
public static class Replayer
{
    /// <summary>
    /// Runs until every order is over or the time is up. Orders on listings the window does not show find no fresh book and wait.
    /// </summary>
    /// <exception cref="ArgumentException">Two orders of one ClOrdID, a listing of an unknown instrument, or an end before the start.</exception>
    public static ReplayResult Run(ReplayInput input, MarketWindow window)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(window);
        if (input.To < input.From)
        {
            throw new ArgumentException("The replay ends before it starts.", nameof(input));
        }
        if (input.Orders.GroupBy(o => o.Spec.ClOrdId).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Two orders are named {twice.Key}.", nameof(input));
        }
        using var digest = new DecisionDigest();
        return new ReplayRun(input, window, digest).Run();
    }
}
