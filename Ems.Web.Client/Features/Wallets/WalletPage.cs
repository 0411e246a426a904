using System.Security.Cryptography;
using Ems.Web.Client.Contracts;
using Ems.Web.Client.Services;
using Microsoft.AspNetCore.Components;

namespace Ems.Web.Client.Features.Wallets;

/// <summary>What the ticket says of a transaction, whole tokens.</summary>
public sealed record Promise(string Sell, decimal Most, string Buy, decimal Least);

/// <summary>A page on which the connected wallet signs: it knows chain and linked addresses, and sends nothing that was not looked at just before.</summary>
public abstract class WalletPage : ComponentBase, IDisposable
{
    [Inject] protected ApiClient Api { get; set; } = default!;
    [Inject] protected Services.Wallets Wallets { get; set; } = default!;

    /// <summary>The chain, or null until it is known.</summary>
    protected ChainStatus? Chain { get; private set; }

    /// <summary>The private way, or null until it is known.</summary>
    protected WalletDoorRow? Door { get; private set; }

    /// <summary>Who had the transaction that was followed last, when it went by the private way.</summary>
    protected string? Relay { get; private set; }

    /// <summary>Why the last thing asked for was not done.</summary>
    protected string? Problem { get; set; }

    /// <summary>What was done.</summary>
    protected string? Outcome { get; set; }

    protected bool IsBusy { get; private set; }

    /// <summary>Whether the connected address is proved to be the signed-in person's.</summary>
    protected bool IsLinked => Wallets.Connected is { } on && linked.Any(w => w.Address.Equals(on.Address, StringComparison.OrdinalIgnoreCase));

    private IReadOnlyList<WalletRow> linked = [];

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        Wallets.Changed += Draw;
        await Wallets.LookAsync();
        Door = (await Api.Door()).Value;
        // A wallet that does not know the chain gets the private way to it.
        Chain = (await Api.Chain()).Value is { } chain ? chain with { RpcUrl = chain.RpcUrl is null ? null : Door?.Url ?? chain.RpcUrl } : null;
        linked = (await Api.Wallets()).Value ?? [];
    }

    /// <summary>One thing at a time; what went wrong before is forgotten.</summary>
    protected async Task Busy(Func<Task> work)
    {
        (IsBusy, Problem, Outcome) = (true, null, null);
        try
        {
            await work();
        }
        finally
        {
            IsBusy = false;
        }
    }

    /// <summary>The value, or null with the reason shown.</summary>
    protected T? Take<T>(ApiResult<T> answer) where T : class
    {
        Problem = answer.Ok ? null : answer.Refusal?.Text ?? answer.Problem;
        return answer.Value;
    }

    /// <summary>A last look at a transaction on the newest block; null with the reason shown.</summary>
    protected async Task<SignScreenRow?> InspectAsync(UnsignedTransaction transaction, Promise? promise) => Take(await Api.Inspect(promise is { } p
        ? new() { Transaction = transaction, Sell = p.Sell, Most = p.Most, Buy = p.Buy, Least = p.Least } : new() { Transaction = transaction }));

    /// <summary>Looks, has the wallet sign and send, and follows to the end.</summary>
    /// <param name="show">Takes what the last look showed.</param>
    /// <returns>True when it is final and did what it should.</returns>
    protected async Task<bool> SendAsync(UnsignedTransaction transaction, Promise? promise, Action<SignScreenRow> show)
    {
        Relay = null;
        if (await InspectAsync(transaction, promise) is not { } seen)
        {
            return false;
        }
        show(seen);
        return seen.Refusals.Count == 0 && await Wallets.SendTransactionAsync(seen.What, seen.Transaction) is not null
            && await Wallets.FollowAsync(async (hash, nonce) =>
            {
                var row = (await Api.Transaction(hash, transaction.From!, nonce)).Value;
                Relay = row?.Relay ?? Relay;
                return row;
            });
    }

    /// <summary>Whether the wallet sends by the private way, by the proof of an address that nobody else can have asked for.</summary>
    protected async Task<bool> IsPrivateAsync()
    {
        var probe = "0x" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        await Wallets.ProbeAsync(probe);
        Door = (await Api.Door(probe)).Value ?? Door;
        return Door is { Seen: true };
    }

    /// <summary>Gives the wallet the private way to the chain.</summary>
    protected async Task<bool> GoPrivateAsync() => Door?.Url is { } url && await Wallets.AddChainAsync((long)Chain!.ChainId, $"{Chain.Name}, private", url) && await IsPrivateAsync();

    /// <summary>Tokens of the local chain for the connected wallet.</summary>
    protected Task FaucetAsync() => Busy(async () =>
    {
        if (Take(await Api.AskFaucet(new() { Address = Wallets.Connected!.Address })) is { } gift)
        {
            Outcome = "The local chain's faucet gave " + string.Join(", ", gift.Amounts.Select(a => $"{Shared.Format.Amount(a.Amount)} {a.Symbol}")) + ".";
        }
    });

    protected static NumberText? Number(string? text) => string.IsNullOrWhiteSpace(text) ? null : new NumberText(text.Trim());

    private void Draw() => _ = InvokeAsync(StateHasChanged);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops what the page started.</summary>
    protected virtual void Dispose(bool disposing) => Wallets.Changed -= Draw;
}
