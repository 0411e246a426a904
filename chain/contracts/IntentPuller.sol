// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Tokens} from "./Tokens.sol";

/// @title Holds the owners' approvals and moves tokens for the settlement only.
/// @notice Apart from the settlement, which calls routers with a solver's data, so that such a call reaches no approval.
contract IntentPuller {
    address public immutable settlement = msg.sender;

    error NotSettlement(address sender);

    function pull(address token, address from, uint256 amount) external {
        if (msg.sender != settlement) revert NotSettlement(msg.sender);
        Tokens.transferFrom(token, from, settlement, amount);
    }
}
