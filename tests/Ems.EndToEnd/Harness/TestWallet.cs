using System.Text;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Signing;
using Microsoft.Playwright;

namespace Ems.EndToEnd.Harness;

/// <summary>
/// A wallet in the page (EIP-6963, EIP-1193) whose key stays here: the page's script only forwards. It can decline, stay silent and
/// change its account, as people do.
/// </summary>
public sealed class TestWallet(PrivateKeySigner key, long chainId = 31337)
{
    private const string Name = "Test Wallet";

    /// <summary>Its address.</summary>
    public string Address => Current.Address.ToString();

    /// <summary>Declines everything that needs its owner.</summary>
    public bool Declines { get; set; }

    /// <summary>What it was asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    private PrivateKeySigner Current { get; set; } = key;

    /// <summary>Puts it into every page of the context.</summary>
    public async Task InstallAsync(IPage page)
    {
        await page.ExposeFunctionAsync<string, string>("emsTestWallet", Answer);
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

    private string Answer(string request)
    {
        var call = JsonDocument.Parse(request).RootElement;
        var method = call.GetProperty("method").GetString()!;
        Asked.Add(method);
        return method switch
        {
            "eth_requestAccounts" or "personal_sign" when Declines => JsonSerializer.Serialize(new { error = new { code = 4001, message = "User rejected the request." } }),
            "eth_requestAccounts" or "eth_accounts" => Result(new[] { Address.ToLowerInvariant() }),
            "eth_chainId" => Result("0x" + chainId.ToString("x", System.Globalization.CultureInfo.InvariantCulture)),
            "personal_sign" => Result(Current.SignHash(PersonalMessage.Hash(Encoding.UTF8.GetString(Hex.Decode(call.GetProperty("params")[0].GetString())))).ToString()),
            _ => JsonSerializer.Serialize(new { error = new { code = 4200, message = "Unsupported method." } }),
        };
    }

    private static string Result(object value) => JsonSerializer.Serialize(new { result = value });
}
