using System.Globalization;
using System.Text.Json;
using Microsoft.JSInterop;

namespace Ems.Web.Client.Services;

/// <summary>A wallet that announced itself (EIP-6963).</summary>
public sealed record WalletInfo(string Uuid, string Name, string Rdns, string? Icon);

/// <summary>The connected wallet: its account and chain (EIP-155 number).</summary>
public sealed record ConnectedWallet(WalletInfo Info, string Address, long ChainId);

/// <summary>The browser's wallets, by lib/wallet.js. One is connected at a time; every request ends, with or without the wallet.</summary>
public sealed class Wallets(IJSRuntime js, TimeProvider time) : IAsyncDisposable
{
    private IJSObjectReference? module, watch;
    private DotNetObjectReference<Wallets>? self;
    private long asked;

    /// <summary>Raised when anything below changes.</summary>
    public event Action? Changed;

    public IReadOnlyList<WalletInfo> Found { get; private set; } = [];

    public ConnectedWallet? Connected { get; private set; }

    /// <summary>The newest request, or null.</summary>
    public WalletRequest? Request { get; private set; }

    /// <summary>Looks for wallets, now and from now on.</summary>
    public async Task LookAsync()
    {
        if (module is null)
        {
            module = await js.InvokeAsync<IJSObjectReference>("import", "/lib/wallet.js");
            self = DotNetObjectReference.Create(this);
            watch = await module.InvokeAsync<IJSObjectReference>("watch", self);
        }
        await module.InvokeVoidAsync("look");
        await OnWallets();
    }

    /// <summary>Asks a wallet for its account.</summary>
    public async Task<bool> ConnectAsync(WalletInfo wallet)
    {
        if (await AskAsync(wallet, $"Let {wallet.Name} show its account to this page", "eth_requestAccounts") is not { ValueKind: JsonValueKind.Array } accounts || accounts.GetArrayLength() == 0
            || await RawAsync(wallet, "eth_chainId") is not { Result: { } chain })
        {
            return false;
        }
        Connected = new(wallet, accounts[0].GetString()!, Chain(JsonDocument.Parse(chain).RootElement.GetString()));
        await module!.InvokeVoidAsync("listen", wallet.Uuid, self);
        Changed?.Invoke();
        return true;
    }

    /// <summary>Forgets the connected wallet; the wallet keeps its permission until its owner takes it back there.</summary>
    public void Disconnect()
    {
        Connected = null;
        Request = Request?.Abandon("Disconnected.");
        Changed?.Invoke();
    }

    /// <summary>Has the connected wallet sign a text (personal_sign); null when it did not.</summary>
    public async Task<string?> SignTextAsync(string what, string text)
    {
        var wallet = Connected ?? throw new InvalidOperationException("No wallet is connected.");
        var hex = await module!.InvokeAsync<string>("textToHex", text);
        return (await AskAsync(wallet.Info, what, "personal_sign", hex, wallet.Address))?.GetString();
    }

    /// <summary>Asks the connected wallet to change to another chain (EIP-3326).</summary>
    public async Task<bool> SwitchChainAsync(long chainId) =>
        await AskAsync((Connected ?? throw new InvalidOperationException("No wallet is connected.")).Info, $"Change to chain {chainId}", "wallet_switchEthereumChain",
            new Dictionary<string, string> { ["chainId"] = "0x" + chainId.ToString("x", CultureInfo.InvariantCulture) }) is not null;

    /// <summary>Called by the page's script.</summary>
    [JSInvokable]
    public async Task OnWallets()
    {
        Found = await module!.InvokeAsync<WalletInfo[]>("wallets");
        Changed?.Invoke();
    }

    /// <summary>Called by the page's script: the account changed; null when there is none any more.</summary>
    [JSInvokable]
    public void OnAccounts(string uuid, string? account)
    {
        if (Connected?.Info.Uuid == uuid && Connected.Address != account)
        {
            // Whatever was asked was asked of somebody else.
            Request = Request?.Abandon(account is null ? "The wallet disconnected." : "The wallet changed its account.");
            Connected = account is null ? null : Connected with { Address = account };
            Changed?.Invoke();
        }
    }

    /// <summary>Called by the page's script: the chain changed.</summary>
    [JSInvokable]
    public void OnChain(string uuid, string chain)
    {
        if (Connected?.Info.Uuid == uuid && Chain(chain) is var id && id != Connected.ChainId)
        {
            Request = Request is { What: var what } && what.StartsWith("Change to chain", StringComparison.Ordinal) ? Request : Request?.Abandon("The wallet changed its chain.");
            Connected = Connected with { ChainId = id };
            Changed?.Invoke();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (watch is not null)
            {
                await watch.InvokeVoidAsync("dispose");
                await watch.DisposeAsync();
            }
            if (module is not null)
            {
                await module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The page is closing.
        }
        self?.Dispose();
    }

    /// <summary>Asks and follows the request to its end; null when it ended without a result. An answer that comes too late is not used.</summary>
    private async Task<JsonElement?> AskAsync(WalletInfo wallet, string what, string method, params object[] parameters)
    {
        var number = ++asked;
        Move(WalletRequest.Ask(what, time.GetUtcNow()));
        var answering = RawAsync(wallet, method, parameters);
        while (!answering.IsCompleted && number == asked && Request is { IsOver: false } waiting)
        {
            await Task.WhenAny(answering, Task.Delay(TimeSpan.FromMilliseconds(500), time));
            if (waiting.At(time.GetUtcNow()) is var now && now != waiting && Request == waiting)
            {
                Move(now);
            }
        }
        if (!answering.IsCompleted || number != asked || Request is not { IsOver: false } request)
        {
            return null;
        }
        var answer = await answering;
        Move(answer.Result is null ? request.Refuse(answer.Code, answer.Message ?? "The wallet refused.") : request.Sign());
        return answer.Result is { } json ? JsonDocument.Parse(json).RootElement : null;
    }

    private async Task<Answer> RawAsync(WalletInfo wallet, string method, params object[] parameters) =>
        await module!.InvokeAsync<Answer>("request", wallet.Uuid, method, JsonSerializer.Serialize(parameters));

    private void Move(WalletRequest request)
    {
        Request = request;
        Changed?.Invoke();
    }

    private static long Chain(string? hex) =>
        hex is { Length: > 2 } && long.TryParse(hex.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id : 0;

    private sealed record Answer(string? Result, int Code, string? Message);
}
