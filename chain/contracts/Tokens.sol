// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

interface IERC20 {
    function balanceOf(address holder) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function approve(address spender, uint256 amount) external returns (bool);
}

/// @title Calls to tokens that may answer true, false or nothing at all (USDT answers nothing).
library Tokens {
    error TokenFailed(address token, bytes4 call);

    function balanceOf(address token, address holder) internal view returns (uint256) {
        return IERC20(token).balanceOf(holder);
    }

    function transfer(address token, address to, uint256 amount) internal {
        call(token, abi.encodeCall(IERC20.transfer, (to, amount)));
    }

    function transferFrom(address token, address from, address to, uint256 amount) internal {
        call(token, abi.encodeCall(IERC20.transferFrom, (from, to, amount)));
    }

    function approve(address token, address spender, uint256 amount) internal {
        call(token, abi.encodeCall(IERC20.approve, (spender, amount)));
    }

    /// @dev An account without code would take any call: it is no token.
    function call(address token, bytes memory data) private {
        (bool ok, bytes memory answer) = token.call(data);
        if (!ok || token.code.length == 0 || (answer.length != 0 && !abi.decode(answer, (bool)))) revert TokenFailed(token, bytes4(data));
    }
}
