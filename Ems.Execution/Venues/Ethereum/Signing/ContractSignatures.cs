using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.Ethereum.Signing;

/// <summary>Signatures of keys and of contracts (ERC-1271): an account that is a contract says itself whether a signature is its own.</summary>
public sealed class ContractSignatures(EthApi eth)
{
    private static readonly AbiFunction IsValidSignature = AbiFunction.Parse("isValidSignature(bytes32 hash, bytes signature) returns (bytes4)");

    /// <summary>
    /// Whether <paramref name="account"/> stands behind the signature of the hash: by its key, or by its contract's word. A contract that
    /// reverts or answers anything but the magic value says no; a node that cannot be asked throws.
    /// </summary>
    public async Task<bool> IsValidAsync(Address account, byte[] hash32, byte[] signature, CancellationToken ct = default)
    {
        if (EthRecover.IsSignedBy(account, hash32, signature))
        {
            return true;
        }
        if ((await eth.CodeAsync(account, ct).ConfigureAwait(false)).Length == 0)
        {
            return false;
        }
        try
        {
            var answer = await eth.CallAsync(new(null, account, IsValidSignature.Encode(hash32, signature)), ct: ct).ConfigureAwait(false);
            return answer.Length >= 32 && ((byte[])IsValidSignature.DecodeOutput(answer)[0]).AsSpan().SequenceEqual(IsValidSignature.Selector);
        }
        catch (Exception e) when (e is EthereumFormatException || e is RpcRefusedException { Error: var error } && (error.Code == 3 || error.RevertData() is not null || error.Message.Contains("revert", StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }
    }
}
