using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Ems.EndToEnd.Harness;

/// <summary>
/// A wallet on another device, reached by WalletConnect v2 through a relay of this machine (walletconnect/peer.mjs speaks the real
/// protocol with the wallets' own library). What it is asked is answered by a <see cref="TestWallet"/>, whose key stays in this process.
/// </summary>
public sealed class FarWallet : IAsyncDisposable
{
    private readonly Process process;
    private readonly TestWallet wallet;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly TaskCompletionSource<int> port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FarWallet(Process process, TestWallet wallet) => (this.process, this.wallet) = (process, wallet);

    /// <summary>The relay, as the application's setting names it.</summary>
    public string RelayUrl { get; private set; } = "";

    /// <summary>Everything it said, for a failed test's message.</summary>
    public string Said => string.Join('\n', lines);

    public static async Task<FarWallet> StartAsync(TestWallet wallet)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Repository.Root, "tests", "Ems.EndToEnd", "walletconnect", "peer.mjs")])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var far = new FarWallet(new Process { StartInfo = start, EnableRaisingEvents = true }, wallet);
        far.process.OutputDataReceived += (_, e) => far.Line(e.Data);
        far.process.ErrorDataReceived += (_, e) => far.lines.Enqueue(e.Data ?? "");
        far.process.Exited += (_, _) => far.port.TrySetException(new InvalidOperationException("The relay ended: " + far.Said));
        far.process.Start();
        far.process.BeginOutputReadLine();
        far.process.BeginErrorReadLine();
        far.RelayUrl = $"ws://127.0.0.1:{await far.port.Task.WaitAsync(TimeSpan.FromSeconds(30))}";
        return far;
    }

    /// <summary>Its owner scans a pairing, and agrees or not.</summary>
    public void Pair(string uri, bool declines = false) => Send(new { @do = "pair", uri, declines, address = wallet.Address });

    /// <summary>Its owner ends the session over there.</summary>
    public void End() => Send(new { @do = "end" });

    /// <summary>The relay drops every connection, once.</summary>
    public void CutConnections() => Send(new { @do = "cut" });

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
        process.Dispose();
    }

    private void Line(string? text)
    {
        if (text is null)
        {
            return;
        }
        lines.Enqueue(text);
        if (!text.StartsWith('{'))
        {
            return;
        }
        var line = JsonDocument.Parse(text).RootElement;
        if (line.TryGetProperty("port", out var number))
        {
            port.TrySetResult(number.GetInt32());
        }
        if (line.TryGetProperty("asked", out var asked))
        {
            _ = AnswerAsync(asked.GetInt32(), line);
        }
    }

    private async Task AnswerAsync(int id, JsonElement line)
    {
        var answer = JsonDocument.Parse(await wallet.AnswerAsync(JsonSerializer.Serialize(new { method = line.GetProperty("method"), @params = line.GetProperty("params") }))).RootElement;
        Send(answer.TryGetProperty("error", out var error) ? new { @do = "answer", id, error } : new { @do = "answer", id, result = answer.GetProperty("result") });
    }

    private void Send(object order)
    {
        lock (process)
        {
            process.StandardInput.WriteLine(JsonSerializer.Serialize(order));
            process.StandardInput.Flush();
        }
    }
}
