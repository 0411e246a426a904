using System.Text.Json.Serialization;
using Ems.Execution.Core.Algos.Accumulate;
using Ems.Execution.Core.Algos.Iceberg;
using Ems.Execution.Core.Algos.Immediate;
using Ems.Execution.Core.Algos.Peg;
using Ems.Execution.Core.Algos.Pov;
using Ems.Execution.Core.Algos.Scale;
using Ems.Execution.Core.Algos.Scheduling;
using Ems.Execution.Core.Algos.Shortfall;
using Ems.Execution.Core.Algos.Stops;
using Ems.Execution.Core.Algos.Vwap;

namespace Ems.Execution.Core.Algos;

/// <summary>
/// What an algo carries from one decision to the next, journaled whenever it changes. Each algo derives its own record and
/// lists it here with a stable name, since journals outlive type names.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NoMemory), "none")]
[JsonDerivedType(typeof(TakerMemory), "taker")]
[JsonDerivedType(typeof(LimitMemory), "limit")]
[JsonDerivedType(typeof(ScheduleMemory), "schedule")]
[JsonDerivedType(typeof(IcebergMemory), "iceberg")]
[JsonDerivedType(typeof(StopMemory), "stop")]
[JsonDerivedType(typeof(TrailingMemory), "trailing")]
[JsonDerivedType(typeof(PovMemory), "pov")]
[JsonDerivedType(typeof(VwapMemory), "vwap")]
[JsonDerivedType(typeof(ShortfallMemory), "shortfall")]
[JsonDerivedType(typeof(PegMemory), "peg")]
[JsonDerivedType(typeof(ScaleMemory), "scale")]
[JsonDerivedType(typeof(AccumulateMemory), "accumulate")]
public abstract record AlgoMemory;

/// <summary>For algos with nothing to remember.</summary>
public sealed record NoMemory : AlgoMemory
{
    /// <summary>The one value.</summary>
    public static readonly NoMemory Value = new();
}
