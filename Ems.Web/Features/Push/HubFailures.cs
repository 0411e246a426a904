using Microsoft.AspNetCore.SignalR;

namespace Ems.Web.Features.Push;

/// <summary>Logs bugs in hub methods. The framework's own log cannot tell them from refusals, which are no errors, and is off.</summary>
internal sealed class HubFailures(ILogger<HubFailures> logger) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (Exception e) when (e is not HubException and not OperationCanceledException)
        {
            PushLog.HubFailed(logger, invocationContext.HubMethodName, e);
            throw;
        }
    }
}
