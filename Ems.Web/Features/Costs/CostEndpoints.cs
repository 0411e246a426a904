using System.ComponentModel;
using Ems.Execution.Core.Algos;
using Ems.Execution.Core.Analytics;
using Ems.Execution.Core.Orders;
using Ems.Execution.Core.Primitives;
using Ems.Execution.Engine.Analytics;
using Ems.Execution.Engine.MarketData;
using Ems.Web.Client.Contracts;
using Ems.Web.Features.Access;
using Ems.Web.Features.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ems.Web.Features.Costs;

/// <summary>What orders cost and why.</summary>
public static class CostEndpoints
{
    private const string Csv = "text/csv";
    private const string Parquet = "application/vnd.apache.parquet";
    private const string FromText = "A day (yyyy-MM-dd, UTC) or an ISO 8601 time; 30 days before the end when absent.";
    private const string ToText = "A day (included whole) or an ISO 8601 time; now when absent.";

    /// <summary>Maps them under <c>/api/accounts/{account}</c>.</summary>
    public static RouteGroupBuilder MapCosts(this RouteGroupBuilder api)
    {
        var costs = api.MapGroup("/accounts/{account}").WithTags("Costs").RequireAuthorization(Policies.ViewAccount);
        costs.MapGet("/orders/{clOrdId}/cost", OfOrder).WithName("GetOrderCost").WithSummary("What one order cost: its implementation shortfall in parts, benchmarks, mark-outs, leak meter.")
            .WithDescription("Also while it lives: then as if it ended now. Parts sum exactly to the total. What is not known is null or named in cost.missing.");
        costs.MapGet("/orders/{clOrdId}/cost/export", ExportOrder).WithName("ExportOrderCost").WithSummary("Its fills with their costs, as a file.")
            .Produces<byte[]>(200, Csv, Parquet);
        costs.MapGet("/costs", Groups).WithName("ListCosts").WithSummary("Costs over a period by venue, algo, trader, day or instrument, each figure with its 95 % interval.")
            .WithDescription("By the time the order was received. Means are over orders, weighted by notional; amounts of different quote currencies are never added. By venue, what was not filled is a group of its own.");
        costs.MapGet("/costs/export", Export).WithName("ExportCosts").WithSummary("The orders of a period with their costs, as a file, one line each.")
            .Produces<byte[]>(200, Csv, Parquet);
        return api;
    }

    private static Results<Ok<OrderCostReport>, ProblemHttpResult> OfOrder(string account, string clOrdId, CostReader reader, MarketDataHub market) =>
        reader.Find(new(account), new(clOrdId)) is { } view ? TypedResults.Ok(CostRows.Report(view, market.Catalog)) : ApiProblems.UnknownOrder(clOrdId);

    private static async Task<Results<FileContentHttpResult, UnprocessableEntity<Refusal>, ProblemHttpResult>> ExportOrder(
        string account, string clOrdId, CostReader reader, [Description("csv or parquet.")] string format = "csv")
    {
        if (FormatError(format) is { } error)
        {
            return ApiProblems.Fields([error]);
        }
        return reader.Find(new(account), new(clOrdId)) is { } view
            ? await FileAsync(CostTable.Fills, CostRows.Fills(view.Facts), format, $"cost-{Safe(clOrdId)}") : ApiProblems.UnknownOrder(clOrdId);
    }

    private static Results<Ok<CostReport>, UnprocessableEntity<Refusal>> Groups(
        string account, CostReader reader, MarketDataHub market, TimeProvider time, [Description(FromText)] string? from = null, [Description(ToText)] string? to = null,
        [Description("venue, algo (the default), trader, day or instrument.")] string? groupBy = null)
    {
        var query = CostQuery.Read(from, to, groupBy, time.GetUtcNow());
        if (query.Errors.Count > 0)
        {
            return ApiProblems.Fields(query.Errors);
        }
        var (orders, tooMany) = reader.Between(new(account), query.From, query.To);
        return tooMany ? ApiProblems.Fields([TooMany(from, reader.OrdersMax)]) : TypedResults.Ok(new CostReport(query.From, query.To, query.GroupBy,
            CostGroups.By(CostGrouping.None, orders, Currency), CostGroups.By(query.GroupBy, orders, Currency)));

        string Currency(InstrumentId i) => CostRows.CurrencyOf(i, market.Catalog);
    }

    private static async Task<Results<FileContentHttpResult, UnprocessableEntity<Refusal>>> Export(
        string account, CostReader reader, MarketDataHub market, TimeProvider time, [Description("csv or parquet.")] string format = "csv",
        [Description(FromText)] string? from = null, [Description(ToText)] string? to = null)
    {
        var query = CostQuery.Read(from, to, null, time.GetUtcNow());
        IReadOnlyList<FieldError> errors = FormatError(format) is { } error ? [.. query.Errors, error] : query.Errors;
        if (errors.Count > 0)
        {
            return ApiProblems.Fields(errors);
        }
        var (orders, tooMany) = reader.Between(new(account), query.From, query.To);
        return tooMany ? ApiProblems.Fields([TooMany(from, reader.OrdersMax)])
            : await FileAsync(CostTable.Orders(o => CostRows.CurrencyOf(o.Instrument, market.Catalog)), orders, format, FormattableString.Invariant($"costs-{query.From:yyyyMMdd}-{query.To:yyyyMMdd}"));
    }

    private static async Task<FileContentHttpResult> FileAsync<T>(IReadOnlyList<Column<T>> columns, IReadOnlyList<T> rows, string format, string name) => format == "csv"
        ? TypedResults.File(CsvExport.Write(columns, rows), Csv, name + ".csv")
        : TypedResults.File(await ParquetExport.WriteAsync(columns, rows), Parquet, name + ".parquet");

    private static FieldError? FormatError(string format) =>
        format is "csv" or "parquet" ? null : new("format", "one_of", NumberRules.Shown(format), "format is csv or parquet.");

    private static FieldError TooMany(string? from, int max) => new("from", "too_many", NumberRules.Shown(from ?? ""), $"The period holds more than {max} orders: choose a shorter one.");

    private static string Safe(string name) => new([.. name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')]);
}
