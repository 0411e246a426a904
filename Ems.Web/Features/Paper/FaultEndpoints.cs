using System.Security.Claims;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.MarketData;
using Ems.Execution.Venues.Paper;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Access;
using Ems.Web.Features.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ems.Web.Features.Paper;

/// <summary>Makes a paper venue misbehave, to see what the system does. For operators only: the venues are everybody's.</summary>
public static partial class FaultEndpoints
{
    private const decimal DelayMsMax = 600_000m;

    /// <summary>Maps <c>/api/paper/faults/{venue}</c>.</summary>
    public static RouteGroupBuilder MapPaperFaults(this RouteGroupBuilder api)
    {
        var faults = api.MapGroup("/paper/faults/{venue}").WithTags("Paper venues").RequireAuthorization(Policies.OperateInstance);
        faults.MapGet("", Get).WithName("GetPaperFaults").WithSummary("How a venue misbehaves.");
        faults.MapPost("", Set).WithName("SetPaperFaults").WithSummary("Drop, delay, duplicate, reorder, reject, disconnect; what is absent is off.");
        return api;
    }

    private static Results<Ok<PaperFaultSettings>, ProblemHttpResult> Get(string venue, MarketDataHub market, PaperFaults faults) =>
        market.Catalog.Venues.Contains(new VenueId(venue)) ? TypedResults.Ok(faults.Of(new VenueId(venue))) : ApiProblems.UnknownVenue(venue);

    private static Results<Ok<PaperFaultSettings>, UnprocessableEntity<Refusal>, ProblemHttpResult> Set(
        string venue, Body<PaperFaultsRequest> body, ClaimsPrincipal user, MarketDataHub market, PaperFaults faults, ILoggerFactory loggers)
    {
        if (!market.Catalog.Venues.Contains(new VenueId(venue)))
        {
            return ApiProblems.UnknownVenue(venue);
        }
        var errors = new List<FieldError>();
        var r = body.Value;
        var settings = new PaperFaultSettings(
            Number("dropCommands", r.DropCommands, 1m), Number("dropReports", r.DropReports, 1m), Number("duplicate", r.Duplicate, 1m),
            Number("reorder", r.Reorder, 1m), Number("reject", r.Reject, 1m), Number("delayMs", r.DelayMs, DelayMsMax), r.Disconnected);
        if (errors.Count > 0)
        {
            return ApiProblems.Fields(errors);
        }
        faults.Set(new VenueId(venue), settings);
        FaultsSet(loggers.CreateLogger(typeof(FaultEndpoints)), venue, user.Identity!.Name!, settings.ToString());
        return TypedResults.Ok(settings);

        double Number(string field, NumberText? text, decimal max) => text is { } t ? (double)(NumberRules.Parse(field, t.Text, 0m, max, 6, errors) ?? 0m) : 0;
    }

    [LoggerMessage(3301, LogLevel.Warning, "Faults of {Venue} set by {Actor}: {Faults}")]
    private static partial void FaultsSet(ILogger logger, string venue, string actor, string faults);
}
