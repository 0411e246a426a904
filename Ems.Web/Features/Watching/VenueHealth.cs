using Ems.Execution.Engine.MarketData;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ems.Web.Features.Watching;

/// <summary>Healthy while every book is fresh, degraded while some are, unhealthy when none is.</summary>
internal sealed class VenueHealth(MarketDataHub market, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        var listings = market.Catalog.Instruments.SelectMany(i => market.Catalog.Listings(i.Id)).Where(l => !l.OnlyWhenNamed).ToList();
        var stale = listings.Count(l => market.Book(l.Venue, l.Instrument)?.IsStale(now, MarketDataHub.StaleAfter) != false);
        var text = $"{listings.Count - stale} of {listings.Count} books are fresh";
        return Task.FromResult(stale == 0 ? HealthCheckResult.Healthy(text) : stale < listings.Count ? HealthCheckResult.Degraded(text) : HealthCheckResult.Unhealthy(text));
    }
}
