// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestToken} from "./TestToken.sol";

/// A router for local chains that behaves as it is told: honestly, or in one of the ways a bad one would.
contract TestRouter {
    enum Mode { Honest, LeavesRest, PaysElsewhere, PaysNothing, PaysOwnerOnly, CallsBack }

    function trade(TestToken sell, uint256 qty, TestToken buy, uint256 pay, Mode mode, address other, bytes calldata data) external {
        sell.transferFrom(msg.sender, address(this), mode == Mode.LeavesRest ? qty - 1 : qty);
        if (mode == Mode.CallsBack) {
            (bool ok, bytes memory reason) = other.call(data);
            if (!ok) {
                assembly ("memory-safe") {
                    revert(add(reason, 32), mload(reason))
                }
            }
        }
        if (mode == Mode.PaysElsewhere || mode == Mode.PaysOwnerOnly) buy.mint(other, pay);
        else if (mode != Mode.PaysNothing) buy.mint(msg.sender, pay);
    }
}
