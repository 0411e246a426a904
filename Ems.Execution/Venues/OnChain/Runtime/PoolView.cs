using Ems.Execution.Core.Amm;

namespace Ems.Execution.Venues.OnChain.Runtime;

/// <summary>A pool as it was at a block.</summary>
public sealed record PoolView(OnChainPool Pool, IAmmPool State, long Block, DateTimeOffset At);
