namespace Ems.Execution.Core.Risk;

/// <summary>
/// Proof that <typeparamref name="T"/> passed pre-trade risk. Only <see cref="PreTradeRisk"/> makes one (an architecture test
/// pins that), so whatever takes this type cannot be reached around the checks.
/// </summary>
public sealed record RiskApproved<T>
{
    internal RiskApproved(T value) => Value = value;

    /// <summary>What was approved.</summary>
    public T Value { get; }
}

/// <summary>Either approved or denied, never neither.</summary>
public sealed record RiskResult<T>(RiskApproved<T>? Approved, Denial? Denial);
