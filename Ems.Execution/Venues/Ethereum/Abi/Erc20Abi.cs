namespace Ems.Execution.Venues.Ethereum.Abi;

/// <summary>The functions of tokens that are called here (EIP-20), and the two by which the chain's coin becomes a token and back (WETH9).</summary>
public static class Erc20Abi
{
    /// <summary>Units that an owner holds.</summary>
    public static readonly AbiFunction BalanceOf = AbiFunction.Parse("balanceOf(address owner) returns (uint256)");
    /// <summary>Units that a spender may still take from an owner.</summary>
    public static readonly AbiFunction Allowance = AbiFunction.Parse("allowance(address owner, address spender) returns (uint256)");
    /// <summary>Sets what a spender may take.</summary>
    public static readonly AbiFunction Approve = AbiFunction.Parse("approve(address spender, uint256 value) returns (bool)");
    /// <summary>Moves units of the sender.</summary>
    public static readonly AbiFunction Transfer = AbiFunction.Parse("transfer(address to, uint256 value) returns (bool)");
    /// <summary>Wraps the coin that comes with the call.</summary>
    public static readonly AbiFunction Deposit = AbiFunction.Parse("deposit()");
    /// <summary>Unwraps into the chain's coin.</summary>
    public static readonly AbiFunction Withdraw = AbiFunction.Parse("withdraw(uint256 amount)");
}
