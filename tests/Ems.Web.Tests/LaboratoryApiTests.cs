using System.Net;
using Ems.Web.Client.Contracts;
using Ems.Web.Data;

namespace Ems.Web.Tests;

/// <summary>The sandwich laboratory over REST: one run at a time, for whoever may trade.</summary>
public sealed class LaboratoryApiTests(EmsHost host)
{
    [Fact]
    public async Task A_run_shows_what_the_bot_took_publicly_and_nothing_privately_and_there_is_one_at_a_time()
    {
        var idle = await host.Owner.GetAsync<LaboratoryStatus>("/api/laboratory");
        Assert.SkipWhen(idle.WhyNot is not null, "needs anvil and the npm packages of chain");
        (await host.Owner.PostAsync("/api/laboratory/runs", """{"swaps":4,"seed":7}""")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var second = await host.Owner.PostAsync("/api/laboratory/runs", "{}");
        (second.StatusCode, await second.ProblemCodeAsync()).ShouldBe((HttpStatusCode.Conflict, "LaboratoryBusy"));
        LaboratoryStatus run;
        do
        {
            await Task.Delay(100);
            run = await host.Owner.GetAsync<LaboratoryStatus>("/api/laboratory");
        }
        while (run.State == "Running");
        (run.State, run.Problem, run.Asked, run.Seed, run.Swaps.Count).ShouldBe(("Done", null, 4, 7UL, 4));
        run.Totals!.PublicLostBps.ShouldBeGreaterThan(0m);
        (run.Totals.PrivateLostBps, run.Totals.AttackedPrivate).ShouldBe((0m, 0));
        (await host.Owner.PostAsync("/api/laboratory/runs", "{}")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests, "not one after the other without a pause");
    }

    [Fact]
    public async Task A_viewer_may_look_and_not_run_and_numbers_outside_their_rules_are_named()
    {
        var viewer = await host.MemberAsync("laboratory-viewer@example.com", MemberRole.Viewer);
        (await viewer.GetAsync<LaboratoryStatus>("/api/laboratory")).ShouldNotBeNull();
        (await viewer.PostAsync("/api/laboratory/runs", """{"swaps":1}""")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var refusal = await (await host.Owner.PostAsync("/api/laboratory/runs", """{"swaps":201,"seed":-1}""")).ReadAsync<Refusal>(HttpStatusCode.UnprocessableEntity);
        refusal.Errors.Select(e => e.Field).ShouldBe(["swaps", "seed"]);
    }
}
