using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;

namespace Ems.Web.Features.Problems;

/// <summary>The last resort: a bug answers 500 with the trace id to look for in the log, and nothing of what is inside.</summary>
internal sealed partial class UnhandledExceptions(ILogger<UnhandledExceptions> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            return true;
        }
        if (exception is BadHttpRequestException bad)
        {
            await ApiProblems.Problem(bad.StatusCode, bad.StatusCode == 413 ? "BodyTooLarge" : "BadRequest", bad.Message).ExecuteAsync(httpContext);
            return true;
        }
        if (!httpContext.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            // The framework logs it and answers a page.
            return false;
        }
        var trace = Activity.Current?.TraceId.ToString() ?? httpContext.TraceIdentifier;
        Unhandled(logger, httpContext.Request.Method, httpContext.Request.Path, trace, exception);
        await ApiProblems.Problem(500, "InternalError", "Something failed here; what you sent may or may not have been done: look at your orders.", $"trace={trace}").ExecuteAsync(httpContext);
        return true;
    }

    [LoggerMessage(3001, LogLevel.Error, "{Method} {Path} failed, trace {Trace}")]
    private static partial void Unhandled(ILogger logger, string method, PathString path, string trace, Exception e);
}
