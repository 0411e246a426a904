using System.Globalization;
using System.Text;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Signing;
using Ems.Execution.Venues.Ethereum.Transactions;
using Microsoft.Playwright;

namespace Ems.EndToEnd.Harness;

/// <summary>
/// A wallet in the page (EIP-6963, EIP-1193) whose key stays here: the page's script only forwards. It can decline and
/// change its account, as people do, signs typed data and sends transactions to a node.
/// </summary>
public sealed class TestWallet(PrivateKeySigner key, long chainId = TestWallet.KnownChain)
{
    private const string Name = "Test Wallet";
    private const long KnownChain = 31337;
    private static readonly HttpClient Http = new();

    /// <summary>Its address.</summary>
    public string Address => Current.Address.ToString();

    /// <summary>Declines everything that needs its owner.</summary>
    public bool Declines { get; set; }

    /// <summary>What it was asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    private PrivateKeySigner Current { get; set; } = key;

    private long ChainId { get; set; } = chainId;

    /// <summary>Puts it into every page of the context.</summary>
    public async Task InstallAsync(IPage page)
    {
        await page.ExposeFunctionAsync<string, Task<string>>("emsTestWallet", AnswerAsync);
        await page.AddInitScriptAsync($$"""
            (() => {
              const handlers = {};
              const provider = {
                request: async ({ method, params }) => {
                  const answer = JSON.parse(await window.emsTestWallet(JSON.stringify({ method, params: params ?? [] })));
                  if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
                  return answer.result;
                },
                on: (name, handler) => { (handlers[name] ??= []).push(handler); },
                removeListener: (name, handler) => { handlers[name] = (handlers[name] ?? []).filter(h => h !== handler); },
              };
              window.emsTestWalletEmit = (name, value) => (handlers[name] ?? []).forEach(h => h(value));
              const detail = Object.freeze({ info: Object.freeze({ uuid: '350670db-19fa-4704-a166-e52e178b59d2', name: '{{Name}}', rdns: 'org.example.test', icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>' }), provider });
              const announce = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
              window.addEventListener('eip6963:requestProvider', announce);
              announce();
            })();
            """);
    }

    /// <summary>Its owner chooses another account.</summary>
    public async Task ChangeAccountAsync(IPage page, PrivateKeySigner other)
    {
        Current = other;
        await page.EvaluateAsync("address => window.emsTestWalletEmit('accountsChanged', [address])", Address);
    }

    /// <summary>Where it sends; without a node it cannot.</summary>
    public EthApi? Node { get; set; }

    /// <summary>What it answers to a request of EIP-1193, both as JSON.</summary>
    public async Task<string> AnswerAsync(string request)
    {
        var call = JsonDocument.Parse(request).RootElement;
        var method = call.GetProperty("method").GetString()!;
        var parameters = call.GetProperty("params");
        Asked.Add(method);
        switch (method)
        {
            case "eth_requestAccounts" or "personal_sign" or "eth_sendTransaction" or "eth_signTypedData_v4" when Declines:
                return Error(4001, "User rejected the request.");
            case "eth_requestAccounts" or "eth_accounts":
                return Result(new[] { Address.ToLowerInvariant() });
            case "eth_chainId":
                return Result("0x" + ChainId.ToString("x", CultureInfo.InvariantCulture));
            case "wallet_switchEthereumChain":
                var wanted = Hex.ParseLong(parameters[0].GetProperty("chainId").GetString());
                if (wanted != KnownChain)
                {
                    return Error(4902, "Unrecognized chain.");
                }
                ChainId = wanted;
                return Result(null);
            case "personal_sign":
                return Result(Current.SignHash(PersonalMessage.Hash(Encoding.UTF8.GetString(Hex.Decode(parameters[0].GetString())))).ToString());
            case "eth_signTypedData_v4":
                return Result(Current.SignHash(TypedData.Parse(parameters[1].GetString()!).Hash()).ToString());
            case "wallet_addEthereumChain":
                // As wallets do: the new way is asked for its chain before it is used.
                var way = new EthApi(new RpcPool([new HttpRpcChannel(Http, new(parameters[0].GetProperty("rpcUrls")[0].GetString()!), TimeProvider.System)],
                    (ulong)Hex.ParseLong(parameters[0].GetProperty("chainId").GetString()), new(), TimeProvider.System));
                (Node, ChainId) = (way, (long)await way.ChainIdAsync());
                return Result(null);
            case "eth_getBalance" when Node is { } node:
                return Result(Hex.Quantity(await node.BalanceAsync(Execution.Venues.Ethereum.Address.Parse(parameters[0].GetString()))));
            case "eth_sendTransaction" when Node is { } node:
                return Result(await SendAsync(node, parameters[0]));
            default:
                return Error(4200, "Unsupported method.");
        }
    }

    private async Task<string> SendAsync(EthApi node, JsonElement asked)
    {
        var (to, data) = (Execution.Venues.Ethereum.Address.Parse(asked.GetProperty("to").GetString()), Hex.Decode(asked.GetProperty("data").GetString()));
        var value = Hex.ParseQuantity(asked.GetProperty("value").GetString());
        var gas = await node.EstimateGasAsync(new(Current.Address, to, data, value));
        return await node.SendRawAsync(await Current.SignAsync(new Eip1559Transaction
        {
            ChainId = (ulong)ChainId, Nonce = await node.TransactionCountAsync(Current.Address, "pending"), GasLimit = gas + 100_000, To = to, Data = data, Value = value,
            MaxFeePerGas = 20_000_000_000, MaxPriorityFeePerGas = 1_000_000_000,
        }));
    }

    private static string Error(int code, string message) => JsonSerializer.Serialize(new { error = new { code, message } });

    private static string Result(object? value) => JsonSerializer.Serialize(new { result = value });
}
