using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Ems.EndToEnd.Harness;

/// <summary>The real host as a process of its own, on a port and a data folder of its own.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(90);
    private readonly Process process;
    private readonly StreamWriter log;
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(Process process, Uri address, StreamWriter log) => (this.process, Address, this.log) = (process, address, log);

    public Uri Address { get; }

    public bool HasExited => process.HasExited;

    /// <summary>Starts it; returns before it is ready.</summary>
    /// <param name="dataPath">Its data folder.</param>
    /// <param name="port">Its port.</param>
    /// <param name="logFile">What it writes goes to the end of this file.</param>
    /// <param name="settings">Further settings, <c>Section:Key=value</c>.</param>
    public static HostProcess Launch(string dataPath, int port, string logFile, params string[] settings) =>
        Launch(Repository.Root, Repository.HostDll, dataPath, port, logFile, settings);

    /// <summary>The same from a published folder.</summary>
    public static HostProcess LaunchPublished(string published, string dataPath, int port, string logFile, params string[] settings) =>
        Launch(published, Path.Combine(published, Path.GetFileName(Repository.HostDll)), dataPath, port, logFile, settings);

    private static HostProcess Launch(string workingFolder, string dll, string dataPath, int port, string logFile, string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{port}");
        var start = new ProcessStartInfo("dotnet", [dll, $"--Data:Path={dataPath}", $"--Urls={address.ToString().TrimEnd('/')}", .. settings.Select(s => "--" + s)])
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0";
        var host = new HostProcess(new Process { StartInfo = start, EnableRaisingEvents = true }, address, new StreamWriter(logFile, append: true) { AutoFlush = true });
        host.process.OutputDataReceived += (_, e) => host.Line(e.Data);
        host.process.ErrorDataReceived += (_, e) => host.Line(e.Data);
        host.process.Exited += (_, _) => host.ready.TrySetException(new InvalidOperationException($"The host ended with exit code {host.process.ExitCode} before it was ready; see {logFile}."));
        host.process.Start();
        host.process.BeginOutputReadLine();
        host.process.BeginErrorReadLine();
        return host;
    }

    /// <summary>Completes when the host has printed its address.</summary>
    public Task ReadyAsync() => ready.Task.WaitAsync(StartMax);

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        // A kill during the start is no failed start.
        _ = ready.Task.ContinueWith(t => t.Exception, TaskScheduler.Default);
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }
        process.Dispose();
        await log.DisposeAsync();
    }

    private void Line(string? text)
    {
        if (text is null)
        {
            return;
        }
        lock (log)
        {
            log.WriteLine(text);
        }
        if (text.StartsWith("Ems is ready", StringComparison.Ordinal))
        {
            ready.TrySetResult();
        }
    }
}
