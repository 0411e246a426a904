using Ems.Web.Client.Services;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;
using MudBlazor;
using MudBlazor.Services;

var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.Services.AddMudServices(o =>
{
    // Away from the ticket: a message must never cover Buy and Sell.
    o.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomLeft;
    o.SnackbarConfiguration.VisibleStateDuration = 2_500;
});
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(new HttpClient { BaseAddress = new Uri(builder.HostEnvironment.BaseAddress) });
builder.Services.AddSingleton<ApiClient>();
builder.Services.AddSingleton<BlotterStore>();
builder.Services.AddSingleton<MarketStore>();
builder.Services.AddSingleton<Session>();
builder.Services.AddSingleton<TradingConnection>();
builder.Services.AddSingleton<Wallets>();
await builder.Build().RunAsync();
