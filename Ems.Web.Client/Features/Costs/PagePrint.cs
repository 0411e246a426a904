using Microsoft.JSInterop;

namespace Ems.Web.Client.Features.Costs;

/// <summary>The browser's print dialog; what of a page is a report says its print style.</summary>
internal static class PagePrint
{
    public static async Task RunAsync(IJSRuntime js)
    {
        await using var module = await js.InvokeAsync<IJSObjectReference>("import", "/lib/page.js");
        await module.InvokeVoidAsync("printPage");
    }
}
