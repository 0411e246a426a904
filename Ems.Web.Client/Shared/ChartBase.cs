using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Ems.Web.Client.Shared;

/// <summary>A drawing by one function of lib/charts.js: made after the first render, disposed with the component.</summary>
public abstract class ChartBase : ComponentBase, IAsyncDisposable
{
    private IJSObjectReference? module;

    [Inject] private IJSRuntime Js { get; set; } = default!;

    /// <summary>Where it is drawn.</summary>
    protected ElementReference Element { get; set; }

    /// <summary>The drawing, once made.</summary>
    protected IJSObjectReference? Chart { get; private set; }

    /// <summary>Makes the drawing with a function of the module.</summary>
    protected async Task MakeAsync(string function, params object?[] more)
    {
        module ??= await Js.InvokeAsync<IJSObjectReference>("import", "/lib/charts.js");
        Chart = await module.InvokeAsync<IJSObjectReference>(function, [Element, .. more]);
    }

    /// <summary>Feeds the drawing; nothing before it is made or after it is gone.</summary>
    protected async Task FeedAsync(string function, object data)
    {
        if (Chart is { } chart)
        {
            try
            {
                await chart.InvokeVoidAsync(function, data);
            }
            catch (JSDisconnectedException)
            {
                // The page is closing.
            }
        }
    }

    /// <summary>Takes the drawing away, to make another.</summary>
    protected async Task UnmakeAsync()
    {
        if (Chart is { } chart)
        {
            Chart = null;
            await chart.InvokeVoidAsync("dispose");
            await chart.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        try
        {
            await UnmakeAsync();
            if (module is not null)
            {
                await module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The page is closing.
        }
    }
}
