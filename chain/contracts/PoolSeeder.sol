// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Tokens} from "./Tokens.sol";

interface IPool {
    function mint(address to, int24 lower, int24 upper, uint128 liquidity, bytes calldata data) external returns (uint256, uint256);
    function token0() external view returns (address);
    function token1() external view returns (address);
}

/// Puts liquidity into pools of concentrated liquidity on local chains; the caller pays from an allowance.
contract PoolSeeder {
    struct Position { int24 lower; int24 upper; uint128 liquidity; }

    function seed(IPool pool, Position[] calldata positions) external {
        for (uint256 i = 0; i < positions.length; i++) {
            pool.mint(msg.sender, positions[i].lower, positions[i].upper, positions[i].liquidity, abi.encode(msg.sender));
        }
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata data) external {
        address payer = abi.decode(data, (address));
        // Only a payer that gave this contract an allowance can lose anything, and only on a local chain.
        require(payer == tx.origin, "payer");
        if (amount0 > 0) Tokens.transferFrom(IPool(msg.sender).token0(), payer, msg.sender, amount0);
        if (amount1 > 0) Tokens.transferFrom(IPool(msg.sender).token1(), payer, msg.sender, amount1);
    }
}
