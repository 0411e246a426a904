using System.Numerics;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.OnChain.Signing;

/// <summary>What a call did in a simulation: the signer's balances after it less those before it, its gas, or why it reverted.</summary>
internal sealed record SimulatedCall(IReadOnlyDictionary<Address, BigInteger> Changes, ulong GasUsed, string? Reverted);

/// <summary>
/// Runs calls one behind the other on top of the newest block (eth_simulateV1) and asks the tokens themselves for balances before and after:
/// logs can say anything, balances are what counts.
/// </summary>
internal static class BalanceSimulation
{

    /// <summary>The last of <paramref name="calls"/>, after those before it, which must not revert.</summary>
    /// <exception cref="RpcException">The node cannot simulate.</exception>
    public static async Task<SimulatedCall> RunAsync(EthApi eth, Address owner, IReadOnlyList<Address> tokens, IReadOnlyList<UnsignedCall> calls, CancellationToken ct)
    {
        var balances = tokens.Select(t => new UnsignedCall(owner, t, Erc20Abi.BalanceOf.Encode(owner), 0)).ToArray();
        UnsignedCall[] all = [.. calls.SkipLast(1), .. balances, calls[^1], .. balances];
        var answer = await eth.Client.SendAsync(new("eth_simulateV1", new Dictionary<string, object>
        {
            ["blockStateCalls"] = new[] { new Dictionary<string, object> { ["calls"] = all.Select(Json).ToArray() } },
            ["validation"] = false,
        }, "latest"), ct).ConfigureAwait(false);
        // The blocks stand in a list by themselves, as the specification has it.
        var blocks = answer.ValueKind == JsonValueKind.Array ? answer : answer.GetProperty("blocks");
        var results = blocks.Entries("blocks").First().List("calls").ToArray();
        if (results.Length != all.Length)
        {
            throw new EthereumFormatException($"The node simulated {results.Length} of {all.Length} calls.");
        }
        var at = calls.Count - 1;
        for (var i = 0; i < at; i++)
        {
            if (Reason(results[i]) is { } why)
            {
                return new(new Dictionary<Address, BigInteger>(), 0, $"A step before it reverts: {why}");
            }
        }
        var own = results[at + balances.Length];
        if (Reason(own) is { } reverted)
        {
            return new(new Dictionary<Address, BigInteger>(), (ulong)Hex.ParseLong(own.Text("gasUsed")), reverted);
        }
        var changes = new Dictionary<Address, BigInteger>();
        for (var i = 0; i < tokens.Count; i++)
        {
            changes[tokens[i]] = Balance(results[at + balances.Length + 1 + i]) - Balance(results[at + i]);
        }
        return new(changes, (ulong)Hex.ParseLong(own.Text("gasUsed")), null);
    }

    private static Dictionary<string, string> Json(UnsignedCall call) => new()
    {
        ["from"] = call.From.ToString(), ["to"] = call.To.ToString(), ["input"] = Hex.Encode(call.Data), ["value"] = Hex.Quantity(call.Value),
    };

    private static BigInteger Balance(JsonElement call) => Reason(call) is { } why ? throw new EthereumFormatException($"A token does not tell a balance: {why}")
        : (BigInteger)Erc20Abi.BalanceOf.DecodeOutput(Hex.Decode(call.Text("returnData")))[0];

    private static string? Reason(JsonElement call)
    {
        if (Hex.ParseLong(call.Text("status")) == 1)
        {
            return null;
        }
        var error = RpcWire.ReadOne(call).Error;
        var data = error?.RevertData() ?? (call.TryGetProperty("returnData", out var d) && d.ValueKind == JsonValueKind.String ? Hex.Decode(d.GetString()) : []);
        return data.Length > 0 ? RevertReason.InWords(data, []) : error?.Message ?? "reverted";
    }
}
