using System.ComponentModel;
using System.Security.Claims;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Core.Risk;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.MarketData;
using Ems.Execution.Engine.Storage;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Access;
using Ems.Web.Features.Accounts;
using Ems.Web.Features.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ems.Web.Features.Orders;

/// <summary>Orders of one account.</summary>
public static class OrderEndpoints
{
    private const int PageMax = 500;

    /// <summary>Maps them under <c>/api/accounts/{account}/orders</c>.</summary>
    public static RouteGroupBuilder MapOrders(this RouteGroupBuilder api)
    {
        var orders = api.MapGroup("/accounts/{account}/orders").WithTags("Orders");
        orders.MapPost("", Submit).RequireAuthorization(Policies.TradeAccount).WithName("SubmitOrder")
            .WithSummary("Takes an order.").WithDescription("202 means journaled: its further fate comes by push or GET. A repeat of the same body under the same clOrdId gets the first answer again.");
        orders.MapPost("/preview", Preview).RequireAuthorization(Policies.ViewAccount).WithName("PreviewOrder").WithSummary("What the order would do, changing nothing.");
        orders.MapGet("", History).RequireAuthorization(Policies.ViewAccount).WithName("ListOrders").WithSummary("All orders, newest first.");
        orders.MapGet("/{clOrdId}", Find).RequireAuthorization(Policies.ViewAccount).WithName("GetOrder").WithSummary("One order with its children, fills, timeline and routes.");
        orders.MapGet("/{clOrdId}/detectability", Detect).RequireAuthorization(Policies.ViewAccount).WithName("GetOrderDetectability")
            .WithSummary("How well a simple detector finds the order's slices in the tape.");
        orders.MapPatch("/{clOrdId}", Replace).RequireAuthorization(Policies.TradeAccount).WithName("ReplaceOrder").WithSummary("Changes a running order.");
        orders.MapPost("/{clOrdId}/cancel", Cancel).RequireAuthorization(Policies.TradeAccount).WithName("CancelOrder").WithSummary("Cancels; the end comes when the venues have answered.");
        orders.MapPost("/{clOrdId}/pause", Pause).RequireAuthorization(Policies.TradeAccount).WithName("PauseOrder").WithSummary("Stops an order from sending.");
        orders.MapPost("/{clOrdId}/resume", Resume).RequireAuthorization(Policies.TradeAccount).WithName("ResumeOrder").WithSummary("Lets a paused order go on.");
        orders.MapPost("/{clOrdId}/stop-recurring", StopRecurring).RequireAuthorization(Policies.TradeAccount).WithName("StopRecurringOrder").WithSummary("Ends a repetition; orders it made stay.");
        return api;
    }

    private static async Task<Results<Accepted<OrderAck>, UnprocessableEntity<Refusal>>> Submit(
        string account, Body<NewOrderRequest> body, ClaimsPrincipal user, IGrainFactory grains, MarketDataHub market, TimeProvider time)
    {
        var read = OrderReader.Read(body.Value, market.Catalog, time.GetUtcNow());
        if (read.Errors.Count > 0)
        {
            return ApiProblems.Fields(read.Errors);
        }
        var mid = read.CashOrderQty is null ? null : AccountRows.Mid(market, read.Spec.Instrument);
        var result = await Grain(grains, account).SubmitAsync(new SubmitOrder(CashOrder.InBaseUnits(read, mid), BodyHash.Of(body.Value), Actor(user), read.Cron));
        if (result.Errors.Count > 0)
        {
            // Without a price a cash order has no quantity: a retry of a known one is answered all the same, a new one is refused for that.
            return read.CashOrderQty is not null && mid is null ? ApiProblems.Denied(CashOrder.NoPrice(read.Spec.Instrument)) : ApiProblems.Fields(result.Errors);
        }
        return result.Denial is { } denial
            ? ApiProblems.Denied(denial)
            : TypedResults.Accepted($"/api/accounts/{account}/orders/{read.Spec.ClOrdId}", new OrderAck(read.Spec.ClOrdId.Value, result.OrdStatus, result.Adjustments));
    }

    private static async Task<Ok<OrderPreview>> Preview(string account, Body<NewOrderRequest> body, IGrainFactory grains, MarketDataHub market, TimeProvider time)
    {
        var read = OrderReader.Read(body.Value, market.Catalog, time.GetUtcNow());
        if (read.Errors.Count > 0)
        {
            return TypedResults.Ok(OrderRows.Preview(read.Spec, read.Errors));
        }
        var mid = read.CashOrderQty is null ? null : AccountRows.Mid(market, read.Spec.Instrument);
        if (read.CashOrderQty is not null && mid is null)
        {
            var none = CashOrder.NoPrice(read.Spec.Instrument);
            return TypedResults.Ok(OrderRows.Preview(read.Spec, []) with { DenyCode = none.Code.ToString(), DenyText = none.Text });
        }
        return TypedResults.Ok(OrderRows.Preview(await Grain(grains, account).PreviewAsync(CashOrder.InBaseUnits(read, mid))));
    }

    private static Results<Ok<OrderHistoryPage>, UnprocessableEntity<Refusal>> History(
        string account, JournalReader journal, [Description("How many to leave out, from the newest.")] int skip = 0, [Description("How many to give, 1 to 500.")] int take = 100)
    {
        if (skip < 0 || take is < 1 or > PageMax)
        {
            var (field, value) = skip < 0 ? ("skip", skip) : ("take", take);
            return ApiProblems.Fields([new(field, "range", value.ToString(System.Globalization.CultureInfo.InvariantCulture), $"skip is 0 or more, take is 1 to {PageMax}.")]);
        }
        var rows = journal.Parents(new AccountId(account), skip, take + 1);
        return TypedResults.Ok(new OrderHistoryPage([.. rows.Take(take).Select(OrderRows.Row)], skip, rows.Count > take));
    }

    private static async Task<Results<Ok<OrderDetail>, ProblemHttpResult>> Find(string account, string clOrdId, IGrainFactory grains, MarketDataHub market) =>
        await Grain(grains, account).FindAsync(new ClOrdId(clOrdId)) is { } found
            ? TypedResults.Ok(OrderRows.Detail(found, market.Catalog))
            : ApiProblems.UnknownOrder(clOrdId);

    private static async Task<Results<Ok<DetectabilityRow>, ProblemHttpResult>> Detect(string account, string clOrdId, IGrainFactory grains, TapeHub tapes, TimeProvider time) =>
        await Grain(grains, account).FindAsync(new ClOrdId(clOrdId)) is { } found
            ? TypedResults.Ok(DetectabilityRows.Of(found, tapes, time.GetUtcNow()))
            : ApiProblems.UnknownOrder(clOrdId);

    private static async Task<Results<Accepted, UnprocessableEntity<Refusal>, ProblemHttpResult>> Replace(
        string account, string clOrdId, Body<ReplaceOrderRequest> body, ClaimsPrincipal user, IGrainFactory grains)
    {
        var (qty, px, parameters, errors) = OrderReader.Read(body.Value);
        return errors.Count > 0 ? ApiProblems.Fields(errors)
            : Answer(clOrdId, await Grain(grains, account).ReplaceAsync(new ReplaceParent(new ClOrdId(clOrdId), qty, px, parameters, Actor(user))));
    }

    private static async Task<Results<Accepted, UnprocessableEntity<Refusal>, ProblemHttpResult>> Cancel(string account, string clOrdId, ClaimsPrincipal user, IGrainFactory grains) =>
        Answer(clOrdId, await Grain(grains, account).CancelAsync(new ClOrdId(clOrdId), Actor(user)));

    private static async Task<Results<Accepted, UnprocessableEntity<Refusal>, ProblemHttpResult>> Pause(
        string account, string clOrdId, ClaimsPrincipal user, IGrainFactory grains, [Description("Leave working children on the books.")] bool keepChildren = false) =>
        Answer(clOrdId, await Grain(grains, account).PauseAsync(new ClOrdId(clOrdId), Actor(user), keepChildren));

    private static async Task<Results<Accepted, UnprocessableEntity<Refusal>, ProblemHttpResult>> Resume(string account, string clOrdId, ClaimsPrincipal user, IGrainFactory grains) =>
        Answer(clOrdId, await Grain(grains, account).ResumeAsync(new ClOrdId(clOrdId), Actor(user)));

    private static async Task<Results<Accepted, UnprocessableEntity<Refusal>, ProblemHttpResult>> StopRecurring(string account, string clOrdId, ClaimsPrincipal user, IGrainFactory grains) =>
        Answer(clOrdId, await Grain(grains, account).StopRecurringAsync(new ClOrdId(clOrdId), Actor(user)));

    private static Results<Accepted, UnprocessableEntity<Refusal>, ProblemHttpResult> Answer(string clOrdId, Denial? denial) =>
        denial is null ? TypedResults.Accepted((string?)null)
        : denial.Code == DenyCode.UnknownOrder ? ApiProblems.UnknownOrder(clOrdId)
        : ApiProblems.Denied(denial);

    private static IAccountGrain Grain(IGrainFactory grains, string account) => grains.GetGrain<IAccountGrain>(account);

    private static string Actor(ClaimsPrincipal user) => user.Identity?.Name ?? throw new InvalidOperationException("An order comes from a signed-in person.");
}
