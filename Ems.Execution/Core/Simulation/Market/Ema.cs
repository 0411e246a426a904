namespace Ems.Execution.Core.Simulation.Market;

/// <summary>Exponential mean over irregular times with one time constant, in milliseconds. The first value sets it.</summary>
public struct Ema(double tauMs)
{
    private long lastMs = long.MinValue;

    /// <summary>The mean so far; NaN before the first value.</summary>
    public double Value { get; private set; } = double.NaN;

    /// <summary>Takes a value that held from <paramref name="atMs"/> on.</summary>
    public void Update(long atMs, double value)
    {
        Value = lastMs == long.MinValue ? value : Value + (1 - Math.Exp(-(atMs - lastMs) / tauMs)) * (value - Value);
        lastMs = atMs;
    }

    /// <summary>Forgets everything.</summary>
    public void Reset() => this = new Ema(tauMs);
}
