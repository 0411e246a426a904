using System.Numerics;
using System.Text.Json;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;
using Ems.Execution.Venues.Ethereum.Transactions;

namespace Ems.Execution.Venues.Ethereum.PrivateFlow.Loopback;

/// <summary>Which units stand in a block, in their order of payment.</summary>
internal static class UnitPacking
{
    /// <summary>Takes the dearest unit whose nonces are next and that fits, again and again. A transaction stands once.</summary>
    public static IReadOnlyList<BuilderUnit> Pack(IEnumerable<BuilderUnit> ordered, IReadOnlyDictionary<Address, ulong> nonces, BigInteger gasLimit)
    {
        var left = ordered.ToList();
        var next = new Dictionary<Address, ulong>(nonces);
        var packed = new List<BuilderUnit>();
        while (left.FindIndex(u => Fits(u, next, gasLimit)) is >= 0 and var at)
        {
            var unit = left[at];
            left.RemoveAt(at);
            packed.Add(unit);
            foreach (var tx in unit.Txs)
            {
                next[tx.From]++;
                gasLimit -= tx.Transaction.GasLimit;
            }
        }
        return packed;
    }

    private static bool Fits(BuilderUnit unit, Dictionary<Address, ulong> next, BigInteger gasLeft)
    {
        var seen = new Dictionary<Address, ulong>();
        foreach (var tx in unit.Txs)
        {
            var expected = seen.GetValueOrDefault(tx.From, next[tx.From]);
            if (tx.Transaction.Nonce != expected || (gasLeft -= tx.Transaction.GasLimit).Sign < 0)
            {
                return false;
            }
            seen[tx.From] = expected + 1;
        }
        return true;
    }
}

/// <summary>What transactions would do one behind the other on top of the newest block (eth_simulateV1).</summary>
internal static class BundleSimulator
{
    /// <summary>Per transaction its gas and, where it reverts, why.</summary>
    public static async Task<IReadOnlyList<(ulong GasUsed, string? Error)>> RunAsync(EthApi node, IEnumerable<SignedTransaction> txs, CancellationToken ct)
    {
        var calls = txs.Select(s =>
        {
            var call = new EthCall(s.From, s.Transaction.To, s.Transaction.Data, s.Transaction.Value, s.Transaction.GasLimit).ToJson();
            call["input"] = call["data"];
            call.Remove("data");
            return call;
        }).ToArray();
        var answer = await node.Client.SendAsync(new("eth_simulateV1",
            new Dictionary<string, object> { ["blockStateCalls"] = new[] { new Dictionary<string, object> { ["calls"] = calls } }, ["validation"] = false }, "latest"), ct).ConfigureAwait(false);
        return [.. answer.Entries("blocks").First().List("calls").Select(c => ((ulong)Hex.ParseLong(c.Text("gasUsed")), Hex.ParseLong(c.Text("status")) == 1 ? null : Reason(c)))];
    }

    /// <summary>The first unit of which a part reverts that may not, with the reason; null where all stand.</summary>
    public static async Task<(BuilderUnit Unit, string Why)?> FirstFailureAsync(EthApi node, IReadOnlyList<BuilderUnit> units, CancellationToken ct)
    {
        var results = await RunAsync(node, units.SelectMany(u => u.Txs), ct).ConfigureAwait(false);
        var at = 0;
        foreach (var unit in units)
        {
            foreach (var tx in unit.Txs)
            {
                if (results[at++].Error is { } why && !unit.MayRevert.Contains(tx.Hash))
                {
                    return (unit, why);
                }
            }
        }
        return null;
    }

    private static string Reason(JsonElement call)
    {
        var error = RpcWire.ReadOne(call).Error;
        var data = error?.RevertData() ?? (call.TryGetProperty("returnData", out var d) && d.ValueKind == JsonValueKind.String ? Hex.Decode(d.GetString()) : []);
        return data.Length > 0 ? RevertReason.InWords(data, []) : error?.Message ?? "reverted";
    }
}
