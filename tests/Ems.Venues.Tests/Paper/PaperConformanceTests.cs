using Ems.Venues.Tests.Conformance;

namespace Ems.Venues.Tests.Paper;

/// <summary>The paper exchange is a venue like any other.</summary>
public sealed class PaperConformanceTests : VenueConformance
{
    protected override async Task<IVenueRig> OpenAsync() => await PaperRig.OpenAsync();
}

/// <summary>The same at the venue that pays makers, with coarser ticks and lots.</summary>
public sealed class PaperRebateConformanceTests : VenueConformance
{
    protected override async Task<IVenueRig> OpenAsync() => await PaperRig.OpenAsync(venue: "CHARLIE");
}

/// <summary>What a venue does whether it has a book or not.</summary>
public sealed class PaperEveryVenueTests : EveryVenueConformance
{
    protected override async Task<IVenueRig> OpenAsync() => await PaperRig.OpenAsync();
}
