using System.Globalization;
using System.Security.Claims;
using Ems.Execution.Core.Orders;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Access;
using Ems.Web.Features.Problems;

namespace Ems.Web.Features.Laboratory;

/// <summary>The sandwich laboratory over REST.</summary>
public static class LaboratoryFeature
{
    private const int SwapsMax = 200, DefaultSwaps = 100;

    /// <summary>Registers it.</summary>
    public static IServiceCollection AddLaboratory(this IServiceCollection services)
    {
        services.AddOptions<LaboratoryOptions>().BindConfiguration("Laboratory").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<LaboratoryDesk>();
        services.AddHostedService(s => s.GetRequiredService<LaboratoryDesk>());
        return services;
    }

    /// <summary>Maps <c>/api/laboratory</c>.</summary>
    public static RouteGroupBuilder MapLaboratory(this RouteGroupBuilder api)
    {
        var laboratory = api.MapGroup("/laboratory").WithTags("Laboratory").RequireAuthorization();
        laboratory.MapGet("", (LaboratoryDesk desk) => TypedResults.Ok(desk.Status)).WithName("GetLaboratory").WithSummary("The newest run of the sandwich laboratory, swap by swap.");
        laboratory.MapPost("/runs", Start).WithName("StartLaboratory").WithSummary("Starts a run on a node of its own; one at a time, by whoever may trade anything.");
        return api;
    }

    private static async Task<IResult> Start(Body<LaboratoryRunRequest> body, ClaimsPrincipal me, AccessDirectory directory, LaboratoryDesk desk, CancellationToken ct)
    {
        var (swaps, seed) = (body.Value.Swaps ?? DefaultSwaps, body.Value.Seed ?? 1);
        List<FieldError> errors = [];
        if (swaps is < 1 or > SwapsMax)
        {
            errors.Add(new("swaps", "range", swaps.ToString(CultureInfo.InvariantCulture), $"swaps must be 1 to {SwapsMax}."));
        }
        if (seed < 0)
        {
            errors.Add(new("seed", "range", seed.ToString(CultureInfo.InvariantCulture), "seed must not be negative."));
        }
        if (errors.Count > 0)
        {
            return ApiProblems.Fields(errors);
        }
        var access = await directory.OfAsync(me.FindFirstValue(ClaimTypes.NameIdentifier)!, ct);
        if (!access.Organisations.SelectMany(o => o.Accounts).Any(a => a.Right >= AccountRight.Trade))
        {
            return ApiProblems.Forbidden();
        }
        return desk.Start(swaps, (ulong)seed) switch
        {
            LaboratoryAnswer.Started => TypedResults.Accepted("/api/laboratory", desk.Status),
            LaboratoryAnswer.Busy => ApiProblems.Problem(409, "LaboratoryBusy", "A run is on; wait until it is done."),
            LaboratoryAnswer.TooSoon => ApiProblems.RateLimited(),
            _ => ApiProblems.Problem(409, "LaboratoryUnavailable", $"The laboratory needs a node of its own: {desk.Status.WhyNot}."),
        };
    }
}
