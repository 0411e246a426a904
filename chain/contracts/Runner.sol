// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Tokens} from "./Tokens.sol";

/// @title Trades what it was given and keeps nothing.
/// @notice Holds no approvals of anybody, so whatever a router or a token does here can reach only what this slice sent.
contract Runner {
    address private immutable mandates = msg.sender;

    error NotMandates(address sender);
    error RouterFailed(address router, bytes reason);

    /// @notice Sells what it was sent of sellToken through the router and hands what that brought, and what is left, to the owner.
    /// @param kept what it had of sellToken before: dust that somebody sent to hold a slice up
    /// @return bought what the trade brought, base units of buyToken
    /// @return back what it did not sell, base units of sellToken
    function run(address sellToken, address buyToken, address router, bytes calldata data, address owner, uint256 kept)
        external
        returns (uint256 bought, uint256 back)
    {
        if (msg.sender != mandates) revert NotMandates(msg.sender);
        uint256 before = Tokens.balanceOf(buyToken, address(this));
        Tokens.approve(sellToken, router, Tokens.balanceOf(sellToken, address(this)) - kept);
        (bool ok, bytes memory reason) = router.call(data);
        if (!ok) revert RouterFailed(router, reason);
        uint256 left = Tokens.balanceOf(sellToken, address(this));
        Tokens.approve(sellToken, router, 0);
        back = left > kept ? left - kept : 0;
        if (back != 0) Tokens.transfer(sellToken, owner, back);
        bought = Tokens.balanceOf(buyToken, address(this)) - before;
        if (bought != 0) Tokens.transfer(buyToken, owner, bought);
    }
}
