using System.Numerics;
using Ems.Execution.Venues.Ethereum.Abi;
using Ems.Execution.Venues.Ethereum.Rpc;

namespace Ems.Execution.Venues.Ethereum;

/// <summary>
/// One chain through one client. The concepts are those of Nethereum.Web3 (client, eth, contract, function, event, account), so that
/// whoever has Nethereum can put it behind the same ports.
/// </summary>
public sealed class Web3(IRpcClient client)
{
    /// <summary>Questions to the node.</summary>
    public EthApi Eth { get; } = new(client);

    /// <summary>A contract at an address.</summary>
    public Contract GetContract(ContractAbi abi, Address address) => new(Eth, abi, address);
}

/// <summary>A contract at an address.</summary>
public sealed class Contract(EthApi eth, ContractAbi abi, Address address)
{
    /// <summary>Where it is.</summary>
    public Address Address => address;

    /// <summary>What it can.</summary>
    public ContractAbi Abi => abi;

    /// <summary>A function by its name, or by its signature where a name stands for several.</summary>
    public ContractFunction GetFunction(string name) => new(eth, abi, address, abi.Function(name));

    /// <summary>An event by its name.</summary>
    public AbiEvent GetEvent(string name) => abi.Event(name);
}

/// <summary>A function of a contract at an address.</summary>
public sealed class ContractFunction(EthApi eth, ContractAbi abi, Address address, AbiFunction function)
{
    /// <summary>Call data for the values.</summary>
    public byte[] Encode(params IReadOnlyList<object> values) => function.Encode(values);

    /// <summary>A call of the function, to simulate or to send.</summary>
    public EthCall Call(Address? from, BigInteger value, params IReadOnlyList<object> values) => new(from, address, function.Encode(values), value);

    /// <summary>Asks the function without sending; a revert is <see cref="CallRevertedException"/> with the reason in words.</summary>
    public async Task<object[]> CallAsync(CancellationToken ct, params IReadOnlyList<object> values)
    {
        try
        {
            return function.DecodeOutput(await eth.CallAsync(new(null, address, function.Encode(values)), ct: ct).ConfigureAwait(false));
        }
        catch (RpcRefusedException e) when (e.Error.Code == 3 || e.Error.RevertData() is not null)
        {
            throw new CallRevertedException(function.Signature, RevertReason.InWords(e.Error.RevertData() ?? [], abi.Errors), e);
        }
    }
}

/// <summary>A call that the contract refused.</summary>
public sealed class CallRevertedException(string signature, string reason, Exception inner) : Exception($"{signature} reverted: {reason}", inner)
{
    /// <summary>The reason in words.</summary>
    public string Reason { get; } = reason;
}
