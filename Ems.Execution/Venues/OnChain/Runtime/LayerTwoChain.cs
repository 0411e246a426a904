namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>The second chain of this instance, a layer two of the OP stack's kind beside the first.</summary>
public sealed class LayerTwoChain(ChainRuntime runtime) : IAsyncDisposable
{
    /// <summary>The chain.</summary>
    public ChainRuntime Runtime => runtime;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => runtime.DisposeAsync();
}
