using System.Security.Claims;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Instruments;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;
using Ems.Web.Data;
using Ems.Web.Features.Access;
using Ems.Web.Features.Problems;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ems.Web.Features.Kill;

/// <summary>The kill switch. Whoever may trade may pull it; lifting it (level None) needs an administrator.</summary>
public static partial class KillEndpoints
{
    private const int ReasonMax = 200;

    /// <summary>Maps the account's and the organisation's switch.</summary>
    public static RouteGroupBuilder MapKill(this RouteGroupBuilder api)
    {
        api.MapPost("/accounts/{account}/kill", KillAccount).RequireAuthorization(Policies.TradeAccount).WithTags("Kill switch").WithName("KillAccount")
            .WithSummary("Pauses, cancels all, or cancels and flattens; proves zero open orders by asking the venues.");
        api.MapPost("/organisation/kill", KillOrganisation).RequireAuthorization(Policies.AdministerOrganisation).WithTags("Kill switch").WithName("KillOrganisation")
            .WithSummary("The same for every account of the organisations you administer, at once.");
        return api;
    }

    private static async Task<Results<Ok<KillSwitchReport>, UnprocessableEntity<Refusal>, ProblemHttpResult>> KillAccount(
        string account, Body<KillSwitchRequest> body, ClaimsPrincipal user, IAuthorizationService authorization, IGrainFactory grains, MarketDataHub market)
    {
        var (level, instrument, reason, errors) = Read(body.Value, market.Catalog);
        if (errors.Count > 0)
        {
            return ApiProblems.Fields(errors);
        }
        if (level == KillLevel.None && !(await authorization.AuthorizeAsync(user, new AccountId(account), Policies.AdministerAccount)).Succeeded)
        {
            return ApiProblems.Forbidden();
        }
        return TypedResults.Ok(Row(await grains.GetGrain<IAccountGrain>(account).KillAsync(level, instrument, user.Identity!.Name!, reason)));
    }

    private static async Task<Results<Ok<OrganisationKillReport>, UnprocessableEntity<Refusal>>> KillOrganisation(
        Body<KillSwitchRequest> body, ClaimsPrincipal user, AccessDirectory directory, IGrainFactory grains, MarketDataHub market, TimeProvider time, ILoggerFactory loggers, CancellationToken ct)
    {
        var (level, instrument, reason, errors) = Read(body.Value, market.Catalog);
        if (errors.Count > 0)
        {
            return ApiProblems.Fields(errors);
        }
        var started = time.GetTimestamp();
        var access = await directory.OfAsync(user.FindFirstValue(ClaimTypes.NameIdentifier)!, ct);
        var accounts = access.Organisations.Where(o => o.Role >= MemberRole.Admin).SelectMany(o => o.Accounts).Select(a => a.Account).Distinct();
        var reports = await Task.WhenAll(accounts.Select(KillOne));
        return TypedResults.Ok(new OrganisationKillReport(level.ToString(), reports, time.GetElapsedTime(started).TotalMilliseconds, reports.All(r => r.Report?.Proven == true)));

        async Task<AccountKillReport> KillOne(AccountId account)
        {
            try
            {
                return new(account.Value, Row(await grains.GetGrain<IAccountGrain>(account.Value).KillAsync(level, instrument, user.Identity!.Name!, reason)), null);
            }
            catch (Exception e)
            {
                // One account that cannot answer must not keep the others from being stopped, nor hide that it was not.
                KillFailed(loggers.CreateLogger(typeof(KillEndpoints)), account, e);
                return new(account.Value, null, "The account did not answer: " + e.GetType().Name);
            }
        }
    }

    private static (KillLevel Level, InstrumentId? Instrument, string Reason, IReadOnlyList<FieldError> Errors) Read(KillSwitchRequest r, InstrumentCatalog catalog)
    {
        var errors = new List<FieldError>();
        var named = Enum.GetNames<KillLevel>().Contains(r.Level, StringComparer.Ordinal);
        if (!named)
        {
            errors.Add(new("level", r.Level is null ? "required" : "choice", NumberRules.Shown(r.Level), $"Level is one of {string.Join(", ", Enum.GetNames<KillLevel>())}."));
        }
        InstrumentId? instrument = string.IsNullOrEmpty(r.Instrument) ? null : new InstrumentId(r.Instrument);
        if (instrument is { } id && catalog.Find(id) is null)
        {
            errors.Add(new("instrument", "unknown", NumberRules.Shown(r.Instrument), "There is no such instrument."));
        }
        if (r.Reason is { Length: > ReasonMax })
        {
            errors.Add(new("reason", "length", NumberRules.Shown(r.Reason), $"A reason has at most {ReasonMax} characters."));
        }
        return (named ? Enum.Parse<KillLevel>(r.Level!) : KillLevel.None, instrument, r.Reason ?? "", errors);
    }

    private static KillSwitchReport Row(KillReport r) =>
        new(r.Level.ToString(), [.. r.Venues.Select(v => new VenueOpenOrders(v.Venue.Value, v.OpenOrders, v.Error))], r.Elapsed.TotalMilliseconds, r.Proven, r.Text);

    [LoggerMessage(3101, LogLevel.Error, "The organisation's kill switch could not reach account {Account}")]
    private static partial void KillFailed(ILogger logger, AccountId account, Exception e);
}
