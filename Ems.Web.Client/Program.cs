using Ems.Web.Client.Services;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;
using MudBlazor.Services;

var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.Services.AddMudServices();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(new HttpClient { BaseAddress = new Uri(builder.HostEnvironment.BaseAddress) });
builder.Services.AddSingleton<ApiClient>();
builder.Services.AddSingleton<BlotterStore>();
builder.Services.AddSingleton<MarketStore>();
builder.Services.AddSingleton<Session>();
builder.Services.AddSingleton<TradingConnection>();
await builder.Build().RunAsync();
