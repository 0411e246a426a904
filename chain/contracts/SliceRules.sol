// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The bounds of a mandate, apart from tokens and signatures.
/// @notice Shared by the deployed contract (Mandates) and by the contract whose bounds are proved (SliceProof), so that what is proved
/// is what runs. Rules are require statements: the model checker does not take `if (…) revert E()` for an end.
abstract contract SliceRules {
    /// @dev Prices are buy units per sell unit, both in base units, times 1e18.
    uint256 internal constant PRICE_ONE = 1e18;

    error EmptySlice();
    error SliceTooLarge(uint256 qty, uint256 maxSlice);
    error TotalExceeded(uint256 qty, uint256 left);
    error MandateExpired(uint256 expiry);
    error TooSoon(uint256 lastAt);

    /// @notice What is sold after a slice of qty.
    /// @param total most that may ever be sold; sold is never above it
    function nextSold(uint256 total, uint256 maxSlice, uint256 sold, uint256 qty) internal pure returns (uint256) {
        require(qty != 0, EmptySlice());
        require(qty <= maxSlice, SliceTooLarge(qty, maxSlice));
        require(qty <= total - sold, TotalExceeded(qty, total - sold));
        return sold + qty;
    }

    /// @notice Refuses a slice that comes too late, or too soon after the one before.
    /// @param lastAt time of the slice before, 0 when there was none
    function checkTime(uint256 time, uint256 expiry, uint256 lastAt, uint256 minInterval) internal pure {
        require(time <= expiry, MandateExpired(expiry));
        // time is never before lastAt: block time only grows.
        require(lastAt == 0 || time - lastAt >= minInterval, TooSoon(lastAt));
    }

    /// @notice What is sold when some of a slice came back unsold: a purchase of so much knows its cost only when it is done.
    /// @param sold after nextSold took all of qty
    function settled(uint256 sold, uint256 qty, uint256 back) internal pure returns (uint256) {
        require(back < qty, EmptySlice());
        return sold - back;
    }

    /// @notice Least that must be bought for qty, rounded up in the owner's favour.
    function leastBought(uint256 qty, uint256 minPrice) internal pure returns (uint256) {
        uint256 product = qty * minPrice;
        return product == 0 ? 0 : (product - 1) / PRICE_ONE + 1;
    }
}
