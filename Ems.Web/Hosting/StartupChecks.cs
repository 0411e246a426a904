using System.Net;
using System.Net.Sockets;
using Ems.Execution.Engine.Accounts;
using Ems.Execution.Engine.Hosting;
using Ems.Execution.Venues.Paper;
using Ems.Web.Data;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;

namespace Ems.Web.Hosting;

/// <summary>What must be true before anything starts. The port comes first: a second instance must not touch the first one's data.</summary>
public static class StartupChecks
{
    /// <summary>Checks ports, takes the data folder, prepares the database.</summary>
    /// <exception cref="StartupException">One of them is not as it must be.</exception>
    public static async Task RunAsync(WebApplication app)
    {
        // The test host listens on no port.
        if (app.Services.GetRequiredService<IServer>().GetType().Name.StartsWith("Kestrel", StringComparison.Ordinal))
        {
            CheckPorts(app.Configuration["Urls"]);
        }
        var data = app.Services.GetRequiredService<IOptions<DataOptions>>().Value;
        app.Services.GetRequiredService<InstanceLock>().Take(data.Path, data.LockFile);
        app.Services.GetService<IStartupValidator>()?.Validate();
        await DatabaseStart.PrepareAsync(app.Services, data.DatabaseFile);
        DatabaseStart.Probe(app.Services.GetRequiredService<IOptions<EngineOptions>>().Value.JournalFile);
        DatabaseStart.Probe(app.Services.GetRequiredService<IOptions<PaperOptions>>().Value.File);
        // Opens journal and market data, whose files may be bad, while nothing runs yet.
        app.Services.GetRequiredService<EngineServices>();
    }

    private static void CheckPorts(string? urls)
    {
        foreach (var url in (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(url.Replace("*", "0.0.0.0", StringComparison.Ordinal).Replace("+", "0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri) || uri.Port < 0)
            {
                throw new StartupException($"Urls has {url}, which is no address like http://127.0.0.1:5080.");
            }
            var host = IPAddress.TryParse(uri.Host, out var ip) ? ip : uri.Host == "localhost" ? IPAddress.Loopback : IPAddress.Any;
            try
            {
                using var probe = new TcpListener(host, uri.Port);
                probe.Start();
            }
            catch (SocketException e)
            {
                throw new StartupException(e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"{url} is in use: stop what listens there, or choose another with --Urls=http://127.0.0.1:<port>."
                    : $"{url} cannot be listened on: {e.Message}", e);
            }
        }
    }
}
