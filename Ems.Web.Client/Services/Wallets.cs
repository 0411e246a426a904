using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ems.Web.Client.Contracts;
using Microsoft.JSInterop;

namespace Ems.Web.Client.Services;

/// <summary>A wallet that announced itself (EIP-6963).</summary>
public sealed record WalletInfo(string Uuid, string Name, string Rdns, string? Icon);

/// <summary>The connected wallet: its account and chain (EIP-155 number).</summary>
public sealed record ConnectedWallet(WalletInfo Info, string Address, long ChainId);

/// <summary>A pairing that waits for a wallet: its text and the same as a QR code, a path of squares in a view box of Size by Size.</summary>
public sealed record Pairing(string Uri, int Size, string Path);

/// <summary>The browser's wallets, by lib/wallet.js. One is connected at a time; every request ends, with or without the wallet.</summary>
public sealed class Wallets(IJSRuntime js, TimeProvider time) : IAsyncDisposable
{
    private const string ChangeTo = "Change to chain";
    private const int UnknownChain = 4902;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1), ProbeMax = TimeSpan.FromSeconds(4);
    private IJSObjectReference? module, watch;
    private DotNetObjectReference<Wallets>? self;
    private long asked;
    private int refusedCode;
    private string? pairingWith;

    /// <summary>Raised when anything below changes.</summary>
    public event Action? Changed;

    public IReadOnlyList<WalletInfo> Found { get; private set; } = [];

    public ConnectedWallet? Connected { get; private set; }

    /// <summary>The newest request, or null.</summary>
    public WalletRequest? Request { get; private set; }

    /// <summary>What a wallet elsewhere has to read before it can be asked, or null.</summary>
    public Pairing? Pairing { get; private set; }

    /// <summary>Why there is no connected wallet any more; null when nothing has to be said.</summary>
    public string? Notice { get; private set; }

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
        Notice = null;
        var number = asked + 1;
        pairingWith = wallet.Uuid;
        if (await AskAsync(wallet, $"Let {wallet.Name} show its account to this page", "eth_requestAccounts") is not { ValueKind: JsonValueKind.Array } accounts || accounts.GetArrayLength() == 0
            || await RawAsync(wallet, "eth_chainId") is not { Result: { } chain })
        {
            // Whatever the wallet still says to this is too late; a newer request goes on.
            if (number == asked)
            {
                await module!.InvokeVoidAsync("leave", wallet.Uuid);
                OnPairing(null);
            }
            return false;
        }
        Connected = new(wallet, accounts[0].GetString()!, Chain(JsonDocument.Parse(chain).RootElement.GetString()));
        await module!.InvokeVoidAsync("listen", wallet.Uuid, self);
        Changed?.Invoke();
        return true;
    }

    /// <summary>Forgets the connected wallet; the wallet keeps its permission until its owner takes it back there.</summary>
    public async Task DisconnectAsync()
    {
        var left = Connected?.Info.Uuid;
        Connected = null;
        Request = Request?.Abandon("Disconnected.");
        Changed?.Invoke();
        if (left is not null)
        {
            await module!.InvokeVoidAsync("leave", left);
        }
    }

    /// <summary>Gives up the pairing that waits.</summary>
    public async Task CancelPairingAsync()
    {
        Request = Request?.Abandon("You gave it up here.");
        OnPairing(null);
        await module!.InvokeVoidAsync("leave", pairingWith);
    }

    /// <summary>Text to the clipboard; false where the browser does not allow it.</summary>
    public async Task<bool> CopyAsync(string text) => await module!.InvokeAsync<bool>("copy", text);

    /// <summary>Has the connected wallet sign a text (personal_sign); null when it did not.</summary>
    public async Task<string?> SignTextAsync(string what, string text)
    {
        var wallet = Connected ?? throw new InvalidOperationException("No wallet is connected.");
        var hex = await module!.InvokeAsync<string>("textToHex", text);
        return (await AskAsync(wallet.Info, what, "personal_sign", hex, wallet.Address))?.GetString();
    }

    /// <summary>Has the connected wallet sign typed data (EIP-712, eth_signTypedData_v4); null when it did not.</summary>
    public async Task<string?> SignTypedDataAsync(string what, string json)
    {
        var wallet = Connected ?? throw new InvalidOperationException("No wallet is connected.");
        return (await AskAsync(wallet.Info, what, "eth_signTypedData_v4", wallet.Address, json))?.GetString();
    }

    /// <summary>Has the connected wallet sign a transaction and send it; its hash, or null when it did not.</summary>
    public async Task<string?> SendTransactionAsync(string what, UnsignedTransaction transaction)
    {
        var wallet = Connected ?? throw new InvalidOperationException("No wallet is connected.");
        var asked = new Dictionary<string, string>
        {
            ["from"] = transaction.From!, ["to"] = transaction.To!, ["data"] = transaction.Data!,
            ["value"] = Quantity(BigInteger.Parse(transaction.Value?.Text ?? "0", CultureInfo.InvariantCulture)),
        };
        return (await AskAsync(wallet.Info, what, "eth_sendTransaction", (request, hash) => request.Send(hash.GetString() ?? "", time.GetUtcNow()), asked))?.GetString();
    }

    /// <summary>Follows the transaction that was sent last to its end; true when it is final and did what it should.</summary>
    /// <param name="look">One look at it: its hash, and its nonce once that is known.</param>
    public async Task<bool> FollowAsync(Func<string, long?, Task<TransactionRow?>> look)
    {
        long? nonce = null;
        for (var number = asked; number == asked && Request is { State: WalletState.Sent, Hash: { } hash } sent;)
        {
            var seen = await look(hash, nonce);
            nonce = seen?.Nonce ?? nonce;
            if (number != asked || Request is not { State: WalletState.Sent } now)
            {
                break;
            }
            var next = (seen?.State switch
            {
                "Final" => now.Confirm(),
                "Reverted" => now.Revert(),
                "Dropped" => now.Drop(),
                "Replaced" => now.Replace("another transaction of the same nonce"),
                "Included" => now with { Text = $"In block {seen.Block}, {seen.Confirmations} of {seen.ConfirmationsNeeded} deep." },
                _ => now with { Text = null },
            }).At(time.GetUtcNow());
            if (next != now)
            {
                Move(next);
            }
            if (!next.IsOver)
            {
                await Task.Delay(LookEvery, time);
            }
        }
        return Request is { State: WalletState.Confirmed };
    }

    /// <summary>Asks the connected wallet to change to another chain (EIP-3326), and to take it in where it does not know it (EIP-3085).</summary>
    /// <param name="rpcUrl">Where the wallet would reach the chain; null when it must know it already.</param>
    public async Task<bool> SwitchChainAsync(long chainId, string? name = null, string? rpcUrl = null)
    {
        var wallet = (Connected ?? throw new InvalidOperationException("No wallet is connected.")).Info;
        var id = "0x" + chainId.ToString("x", CultureInfo.InvariantCulture);
        if (await AskAsync(wallet, $"{ChangeTo} {chainId}", "wallet_switchEthereumChain", new Dictionary<string, string> { ["chainId"] = id }) is not null)
        {
            return await TakeChainAsync(wallet);
        }
        return refusedCode == UnknownChain && rpcUrl is not null && await AddChainAsync(chainId, name, rpcUrl);
    }

    /// <summary>Asks the connected wallet to take a chain in, or another way to one that it knows (EIP-3085).</summary>
    public async Task<bool> AddChainAsync(long chainId, string? name, string rpcUrl)
    {
        var wallet = (Connected ?? throw new InvalidOperationException("No wallet is connected.")).Info;
        return await AskAsync(wallet, $"{ChangeTo} {chainId} by {new Uri(rpcUrl).Authority}", "wallet_addEthereumChain", new Dictionary<string, object>
        {
            ["chainId"] = "0x" + chainId.ToString("x", CultureInfo.InvariantCulture), ["chainName"] = name ?? $"Chain {chainId}", ["rpcUrls"] = new[] { rpcUrl },
            ["nativeCurrency"] = new Dictionary<string, object> { ["name"] = "Ether", ["symbol"] = "ETH", ["decimals"] = 18 },
        }) is not null && await TakeChainAsync(wallet);
    }

    /// <summary>Has the connected wallet ask its node for an address's balance, which tells whoever runs that node that it was asked. Waits only so long.</summary>
    public async Task ProbeAsync(string address)
    {
        if (Connected is { } on)
        {
            await Task.WhenAny(RawAsync(on.Info, "eth_getBalance", address, "latest"), Task.Delay(ProbeMax, time));
        }
    }

    /// <summary>Called by the page's script.</summary>
    [JSInvokable]
    public async Task OnWallets()
    {
        Found = await module!.InvokeAsync<WalletInfo[]>("wallets");
        Changed?.Invoke();
    }

    /// <summary>Called by the page's script: a pairing waits for its wallet; null when none does any more.</summary>
    [JSInvokable]
    public void OnPairing(Pairing? pairing)
    {
        // A code that comes after the end of what it was for is not shown.
        Pairing = Request is { IsOver: false } ? pairing : null;
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
            Notice = account is null ? $"{Connected.Info.Name} disconnected. Connect it again to go on." : null;
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
            Request = Request is { What: var what } && what.StartsWith(ChangeTo, StringComparison.Ordinal) ? Request : Request?.Abandon("The wallet changed its chain.");
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
    private Task<JsonElement?> AskAsync(WalletInfo wallet, string what, string method, params object[] parameters) =>
        AskAsync(wallet, what, method, (request, _) => request.Sign(), parameters);

    private async Task<JsonElement?> AskAsync(WalletInfo wallet, string what, string method, Func<WalletRequest, JsonElement, WalletRequest> take, params object[] parameters)
    {
        var number = ++asked;
        refusedCode = 0;
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
        if (answer.Result is not { } json)
        {
            refusedCode = answer.Code;
            Move(request.Refuse(answer.Code, answer.Message ?? "The wallet refused."));
            return null;
        }
        var result = JsonDocument.Parse(json).RootElement;
        Move(take(request, result));
        return result;
    }

    private async Task<Answer> RawAsync(WalletInfo wallet, string method, params object[] parameters) =>
        await module!.InvokeAsync<Answer>("request", wallet.Uuid, method, JsonSerializer.Serialize(parameters));

    /// <summary>A wallet that changed says so, but not every one does so before it answers.</summary>
    private async Task<bool> TakeChainAsync(WalletInfo wallet)
    {
        if (await RawAsync(wallet, "eth_chainId") is { Result: { } chain } && Connected is { } on)
        {
            Connected = on with { ChainId = Chain(JsonDocument.Parse(chain).RootElement.GetString()) };
            Changed?.Invoke();
        }
        return true;
    }

    private void Move(WalletRequest request)
    {
        Request = request;
        Changed?.Invoke();
    }

    private static string Quantity(BigInteger wei) => wei.IsZero ? "0x0" : "0x" + wei.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');

    private static long Chain(string? hex) =>
        hex is { Length: > 2 } && long.TryParse(hex.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id : 0;

    private sealed record Answer(string? Result, int Code, string? Message);
}
