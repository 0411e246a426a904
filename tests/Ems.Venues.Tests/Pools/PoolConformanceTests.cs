using Ems.Venues.Tests.Conformance;

namespace Ems.Venues.Tests.Pools;

/// <summary>Simulated pools of concentrated liquidity are a venue like any other.</summary>
public sealed class SimulatedV3ConformanceTests : EveryVenueConformance
{
    protected override async Task<IVenueRig> OpenAsync() => await PoolRig.OpenAsync("simulator");
}

/// <summary>So are those of constant product.</summary>
public sealed class SimulatedV2ConformanceTests : EveryVenueConformance
{
    protected override async Task<IVenueRig> OpenAsync() => await PoolRig.OpenAsync("simulator", "UNISWAP-V2");
}
