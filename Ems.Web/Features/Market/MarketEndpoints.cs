using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ems.Web.Features.Market;

/// <summary>What can be traded, how, and at what prices.</summary>
public static class MarketEndpoints
{
    /// <summary>Maps them under <c>/api</c>.</summary>
    public static RouteGroupBuilder MapMarket(this RouteGroupBuilder api)
    {
        var market = api.MapGroup("").WithTags("Market").RequireAuthorization();
        market.MapGet("/algos", Algos).WithName("ListAlgos").WithSummary("The strategies with their parameters: what the ticket is made of.");
        market.MapGet("/instruments", Instruments).WithName("ListInstruments").WithSummary("What can be traded, and where.");
        market.MapGet("/market/{instrument}", Market).WithName("GetMarket").WithSummary("Consolidated ladder, trades, candles and venue states.");
        return api;
    }

    private static Ok<IReadOnlyList<AlgoRow>> Algos() => TypedResults.Ok<IReadOnlyList<AlgoRow>>([.. AlgoCatalog.All.Select(a => new AlgoRow(a.Descriptor))]);

    private static Ok<IReadOnlyList<InstrumentRow>> Instruments(MarketDataHub hub) =>
        TypedResults.Ok<IReadOnlyList<InstrumentRow>>([.. hub.Catalog.Instruments.Select(i => MarketRows.Row(i, hub.Catalog))]);

    private static Results<Ok<MarketBatch>, ProblemHttpResult> Market(string instrument, MarketPublisher publisher) =>
        publisher.Peek(new InstrumentId(instrument)) is { } now ? TypedResults.Ok(now) : ApiProblems.UnknownInstrument(instrument);
}
