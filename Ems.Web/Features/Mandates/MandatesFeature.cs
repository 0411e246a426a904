using System.Security.Claims;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.OnChain.Keys;
using Ems.Execution.Venues.OnChain.Mandates;
using Ems.Execution.Venues.OnChain.Runtime;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Access;
using Ems.Web.Features.Problems;
using Ems.Web.Features.Wallets;

namespace Ems.Web.Features.Mandates;

/// <summary>Mandates over REST, and the keys that fill them.</summary>
public static class MandatesFeature
{
    private const int AuditMax = 200;

    /// <summary>Registers the service and who looks after mandates.</summary>
    public static IServiceCollection AddMandates(this IServiceCollection services)
    {
        services.AddSingleton<MandateService>();
        services.AddHostedService<MandateKeeper>();
        return services;
    }

    /// <summary>Maps <c>/api/accounts/{account}/mandates</c> and <c>/api/executors</c>.</summary>
    public static RouteGroupBuilder MapMandates(this RouteGroupBuilder api)
    {
        var mandates = api.MapGroup("/accounts/{account}/mandates").WithTags("Mandates").AddEndpointFilter(NodeAsync);
        mandates.MapPost("/prepare", Prepare).RequireAuthorization(Policies.TradeAccount).WithName("PrepareMandate").WithSummary("The terms and the text for the wallet to sign; stores nothing.");
        mandates.MapPost("", Submit).RequireAuthorization(Policies.TradeAccount).WithName("SubmitMandate").WithSummary("Takes a signed mandate.");
        mandates.MapGet("", List).RequireAuthorization(Policies.ViewAccount).WithName("GetMandates").WithSummary("The account's mandates, newest first.");
        mandates.MapGet("/{hash}", Get).RequireAuthorization(Policies.ViewAccount).WithName("GetMandate").WithSummary("One mandate, with what its owner sends to end it.");
        mandates.MapPost("/{hash}/stop", Stop).RequireAuthorization(Policies.TradeAccount).WithName("StopMandate").WithSummary("The server uses it no more, at once; its orders are canceled.");
        mandates.MapPost("/{hash}/orders", Order).RequireAuthorization(Policies.TradeAccount).WithName("OrderByMandate").WithSummary("A TWAP whose slices the server fills by the mandate.");
        var executors = api.MapGroup("/executors").WithTags("Mandates").RequireAuthorization(Policies.OperateInstance);
        executors.MapGet("", Executors).WithName("GetExecutors").WithSummary("The server's executor keys: addresses, balances, budgets.");
        executors.MapPost("/rotate", Rotate).WithName("RotateExecutor").WithSummary("A new key for new mandates; the old one serves those that name it.");
        executors.MapGet("/audit", Audit).WithName("GetExecutorAudit").WithSummary("What was done with keys, newest first.");
        return api;
    }

    private static async Task<IResult> Prepare(Body<MandateDraft> body, ClaimsPrincipal me, MandateService service, LinkedWallets wallets, CancellationToken ct) =>
        service.Unavailable ?? await service.PrepareAsync(body.Value, me, wallets, ct);

    private static async Task<IResult> Submit(string account, Body<SignedMandateRequest> body, ClaimsPrincipal me, MandateService service, LinkedWallets wallets, CancellationToken ct) =>
        service.Unavailable ?? await service.SubmitAsync(new(account), body.Value, me, wallets, ct);

    private static async Task<IResult> List(string account, MandateBook book, MandateService service, CancellationToken ct)
    {
        var rows = new List<MandateRow>();
        foreach (var entry in book.Of(new(account)))
        {
            rows.Add(await service.RowAsync(entry, ct));
        }
        return TypedResults.Ok<IReadOnlyList<MandateRow>>(rows);
    }

    private static async Task<IResult> Get(string account, string hash, MandateBook book, MandateService service, CancellationToken ct) =>
        Of(book, account, hash) is { } entry
            ? TypedResults.Ok(new MandateDetail(await service.RowAsync(entry, ct), MandateReader.Terms(entry.Terms, entry.ChainId, entry.Contract), entry.Contract,
                Hex.Encode(MandateContract.Revoke(entry.Mandate)), Hex.Encode(MandateContract.RaiseNonce(entry.Mandate.Nonce + 1))))
            : Unknown(hash);

    private static async Task<IResult> Stop(string account, string hash, ClaimsPrincipal me, MandateBook book, MandateService service, CancellationToken ct) =>
        Of(book, account, hash) is { } entry ? await service.StopAsync(entry, me, ct) : Unknown(hash);

    private static async Task<IResult> Order(string account, string hash, Body<MandateOrderRequest> body, ClaimsPrincipal me, MandateBook book, MandateService service) =>
        service.Unavailable ?? (Of(book, account, hash) is { } entry ? await service.OrderAsync(entry, body.Value, me) : Unknown(hash));

    private static async Task<IResult> Executors(IServerKeys keys, ExecutorPolicy policy, ChainRuntime chain, CancellationToken ct)
    {
        var rows = new List<ExecutorRow>();
        foreach (var key in keys.Executors())
        {
            decimal? balance = chain.State.Mode == ChainMode.Starting ? null : (decimal)await chain.BalanceAsync(Address.Zero, key.Address, ct) / 1_000_000_000_000_000_000m;
            var refusal = chain.State.Mode == ChainMode.Starting ? null : await policy.RefusalAsync(key.Address, ct);
            rows.Add(new(key.Name, key.Address.ToString(), key.CreatedAt, key.RetiredAt, balance, policy.Bounds.BalanceFloor, policy.SpentToday(key.Address), policy.Bounds.GasBudgetPerDay, refusal?.Code));
        }
        return TypedResults.Ok<IReadOnlyList<ExecutorRow>>(rows);
    }

    private static async Task<IResult> Rotate(ClaimsPrincipal me, IServerKeys keys, ExecutorPolicy policy, ChainRuntime chain, CancellationToken ct)
    {
        _ = await keys.RotateExecutorAsync(me.Identity!.Name!, ct);
        return await Executors(keys, policy, chain, ct);
    }

    private static IResult Audit(IServerKeys keys) => TypedResults.Ok(keys.Audited(AuditMax).Select(e => new ExecutorEventRow(e.Time, e.Actor, e.What, e.Address.ToString(), e.Text)).ToList());

    private static MandateEntry? Of(MandateBook book, string account, string hash) => book.Find(hash) is { } entry && entry.Account == new AccountId(account) ? entry : null;

    private static IResult Unknown(string hash) => ApiProblems.Problem(404, "UnknownMandate", "There is no such mandate.", $"hash={Execution.Core.Algos.NumberRules.Shown(hash)}");

    /// <summary>A node that does not answer is its own trouble, not the request's.</summary>
    private static async ValueTask<object?> NodeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (RpcException e)
        {
            return ApiProblems.Problem(503, "ChainUnavailable", e.Message);
        }
    }
}
