using Ems.Execution.Venues.Ethereum.Abi;

namespace Ems.Execution.Venues.Ethereum.Uniswap;

/// <summary>The swaps of Uniswap's routers (V2 Router02, V3 SwapRouter), by exact input and by exact output.</summary>
public static class RouterAbi
{
    /// <summary>V2, exact input: amountIn, amountOutMin, path, to, deadline.</summary>
    public static readonly AbiFunction V2Swap = AbiFunction.Parse("swapExactTokensForTokens(uint256,uint256,address[],address,uint256) returns (uint256[])");
    /// <summary>V3, exact input: tokenIn, tokenOut, fee, recipient, deadline, amountIn, amountOutMinimum, sqrtPriceLimitX96.</summary>
    public static readonly AbiFunction V3Swap = AbiFunction.Parse("exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160) params) returns (uint256)");
    /// <summary>V2, exact output: amountOut, amountInMax, path, to, deadline.</summary>
    public static readonly AbiFunction V2SwapOut = AbiFunction.Parse("swapTokensForExactTokens(uint256,uint256,address[],address,uint256) returns (uint256[])");
    /// <summary>V3, exact output: tokenIn, tokenOut, fee, recipient, deadline, amountOut, amountInMaximum, sqrtPriceLimitX96.</summary>
    public static readonly AbiFunction V3SwapOut = AbiFunction.Parse("exactOutputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160) params) returns (uint256)");
}
