// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SliceRules} from "./SliceRules.sol";

interface IAnything {
    function happens() external;
}

/// @title One mandate without tokens and signatures, for the model checker.
/// @notice Runs the same rules in the same order as Mandates.fill, with a call into code that may do anything, this contract's own
/// functions included, where Mandates calls tokens and routers. The checker proves every assertion for every sequence of calls.
contract SliceProof is SliceRules {
    uint256 private immutable total;
    uint256 private immutable maxSlice;
    uint256 private immutable minInterval;
    uint256 private immutable expiry;
    uint256 private immutable start;
    bool private busy;
    bool private revoked;
    uint256 private sold;
    uint256 private lastAt;
    /// @dev What has really left the owner; a slice that reverts moves nothing.
    uint256 private moved;
    bool private movedAfterEnd;

    constructor(uint256 total_, uint256 maxSlice_, uint256 minInterval_, uint256 expiry_) {
        (total, maxSlice, minInterval, expiry, start) = (total_, maxSlice_, minInterval_, expiry_, block.timestamp);
    }

    function fill(uint256 qty, uint256 back, uint256 bought, uint256 least, IAnything anything) external {
        require(!busy);
        busy = true;
        require(!revoked);
        // Block time only grows.
        require(block.timestamp >= lastAt && block.timestamp >= start);
        uint256 before = lastAt;
        checkTime(block.timestamp, expiry, lastAt, minInterval);
        sold = nextSold(total, maxSlice, sold, qty);
        lastAt = block.timestamp;
        uint256 time = block.timestamp;
        anything.happens();
        sold = settled(sold, qty, back);
        require(bought >= least);
        moved += qty - back;
        if (time > expiry) movedAfterEnd = true;
        busy = false;

        assert(qty - back > 0 && qty - back <= maxSlice);
        assert(before == 0 || time - before >= minInterval);
        assert(sold <= total);
        assert(moved == sold);
    }

    function revoke() external {
        revoked = true;
    }

    /// @dev Holds between any two transactions.
    function invariant() external view {
        if (busy) return;
        assert(moved <= total);
        assert(moved == sold);
        assert(!movedAfterEnd);
    }
}
