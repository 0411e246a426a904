using System.Diagnostics;
using System.Globalization;

namespace Ems.Execution.Venues.Ethereum.Local;

/// <summary>A local Ethereum node (anvil, from npm) as a child process on a port of its own choice. It ends with us, also when we are killed.</summary>
public sealed class AnvilProcess : IAsyncDisposable
{
    private const string ReadyWords = "Listening on 127.0.0.1:";
    private const int StartSecondsMax = 20;

    // The shell holds our end of a pipe: when it closes, because we dispose or because we die, it ends the node.
    private const string Guard = "exec 3<&0; \"$@\" 3<&- </dev/null & p=$!; (cat <&3; kill $p) >/dev/null 2>&1 & exec 3<&-; wait $p";

    private readonly Process process;

    private AnvilProcess(Process process, int port) => (this.process, Address) = (process, new Uri($"http://127.0.0.1:{port}"));

    /// <summary>HTTP address; the WebSocket is at the same port.</summary>
    public Uri Address { get; }

    /// <summary>Address of the WebSocket.</summary>
    public Uri WebSocketAddress => new UriBuilder(Address) { Scheme = "ws" }.Uri;

    /// <summary>The program in a folder of npm packages, or on PATH; null where there is none.</summary>
    public static string? Find(string? packagesFolder)
    {
        string[] candidates =
        [
            .. packagesFolder is null ? Array.Empty<string>() : [Path.Combine(packagesFolder, "@foundry-rs", "anvil-linux-amd64", "bin", "anvil")],
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(p => Path.Combine(p, "anvil")),
        ];
        return candidates.FirstOrDefault(File.Exists);
    }

    /// <summary>Starts the program and waits until it listens.</summary>
    /// <param name="program">Path of anvil.</param>
    /// <param name="arguments">More arguments, such as --no-mining.</param>
    /// <param name="ct">Ends the wait, and the node.</param>
    public static async Task<AnvilProcess> StartAsync(string program, IReadOnlyList<string> arguments, CancellationToken ct = default)
    {
        string[] own = [program, "--host", "127.0.0.1", "--port", "0", .. arguments];
        var guarded = !OperatingSystem.IsWindows();
        var process = Process.Start(new ProcessStartInfo(guarded ? "/bin/sh" : program, guarded ? ["-c", Guard, "sh", .. own] : own[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
            deadline.CancelAfter(TimeSpan.FromSeconds(StartSecondsMax));
            while (await process.StandardOutput.ReadLineAsync(deadline.Token).ConfigureAwait(false) is { } line)
            {
                if (line.StartsWith(ReadyWords, StringComparison.Ordinal))
                {
                    // Read on, so that the pipe never fills and stops the node.
                    _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                    _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                    return new(process, int.Parse(line.AsSpan(ReadyWords.Length), CultureInfo.InvariantCulture));
                }
            }
            throw new InvalidOperationException("anvil ended before it listened: " + await process.StandardError.ReadToEndAsync(ct).ConfigureAwait(false));
        }
        catch
        {
            await EndAsync(process).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await EndAsync(process).ConfigureAwait(false);

    private static async Task EndAsync(Process process)
    {
        if (OperatingSystem.IsWindows() && !process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
        process.StandardInput.Close();
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        process.Dispose();
    }
}
