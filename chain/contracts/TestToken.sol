// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// A token for local chains: any number of decimals, and on wish the two bad habits of real tokens, a tax on transfers and
/// transfers that return nothing. Anybody may mint, so it is worth nothing.
contract TestToken {
    string public name;
    string public symbol;
    uint8 public immutable decimals;
    uint256 public immutable taxBps;
    bool public immutable silent;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error InsufficientBalance(uint256 has, uint256 needs);
    error InsufficientAllowance(uint256 has, uint256 needs);

    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 taxBps_, bool silent_) {
        require(taxBps_ < 10_000, "tax");
        (name, symbol, decimals, taxBps, silent) = (name_, symbol_, decimals_, taxBps_, silent_);
    }

    function mint(address to, uint256 value) external {
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return answer();
    }

    function transfer(address to, uint256 value) external returns (bool) {
        move(msg.sender, to, value);
        return answer();
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < value) revert InsufficientAllowance(allowed, value);
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - value;
        move(from, to, value);
        return answer();
    }

    function move(address from, address to, uint256 value) private {
        uint256 has = balanceOf[from];
        if (has < value) revert InsufficientBalance(has, value);
        uint256 tax = value * taxBps / 10_000;
        balanceOf[from] = has - value;
        balanceOf[to] += value - tax;
        totalSupply -= tax;
        emit Transfer(from, to, value - tax);
        if (tax > 0) emit Transfer(from, address(0), tax);
    }

    // A token that returns nothing ends its call here, with no data.
    function answer() private view returns (bool) {
        if (silent) assembly ("memory-safe") { return(0, 0) }
        return true;
    }
}
