using Orleans.Serialization.Cloning;

namespace Ems.Execution.Engine.Hosting;

/// <summary>Everything of ours that crosses a grain call is immutable, so inside one process it is passed as it is.</summary>
internal sealed class ImmutableCopier : IGeneralizedCopier
{
    public bool IsSupportedType(Type type) => type.Namespace?.StartsWith("Ems.", StringComparison.Ordinal) == true;

    public object? DeepCopy(object? input, CopyContext context) => input;
}
