// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Tokens} from "./Tokens.sol";

/// One end of a bridge between two local chains, standing in for a chain's own bridge. What is sent here stays here; what was sent at the
/// other end is delivered by the messenger and claimed after a delay. A message that was not delivered by its deadline is expired here, once
/// and for all, and only then given back at the other end: never both paid. The messenger is trusted, as it proves nothing.
contract BridgeGate {
    address public immutable messenger;
    uint256 public immutable delay;
    uint256 public nextNonce;
    /// Hash of a message that waits or was delivered; closed once it was given back.
    mapping(uint256 => bytes32) public sent;
    mapping(uint256 => bytes32) public incoming;
    mapping(uint256 => uint256) public claimableAt;

    bytes32 private constant CLOSED = bytes32(uint256(1));

    event Sent(uint256 indexed nonce, address indexed from, address token, address to, uint256 amount, uint256 deadline);
    event Delivered(uint256 indexed nonce, uint256 claimableAt);
    event Claimed(uint256 indexed nonce, address to, uint256 amount);
    event Expired(uint256 indexed nonce);
    event Refunded(uint256 indexed nonce, address to, uint256 amount);

    error NotMessenger(address sender);
    error NothingSent();
    error DeadlinePassed(uint256 deadline);
    error DeadlineAhead(uint256 deadline);
    error AlreadyIncoming(uint256 nonce);
    error NotDelivered(uint256 nonce);
    error NotYet(uint256 claimableAt);
    error NotWaiting(uint256 nonce);

    modifier onlyMessenger() {
        if (msg.sender != messenger) revert NotMessenger(msg.sender);
        _;
    }

    constructor(address messenger_, uint256 delay_) {
        (messenger, delay) = (messenger_, delay_);
    }

    /// Takes amount and fee of a token; the amount goes to an address at the other end.
    function send(address token, address to, uint256 amount, uint256 fee, uint256 deadline) external returns (uint256 nonce) {
        if (amount == 0) revert NothingSent();
        if (block.timestamp > deadline) revert DeadlinePassed(deadline);
        nonce = nextNonce++;
        sent[nonce] = keccak256(abi.encode(nonce, token, msg.sender, amount + fee));
        Tokens.transferFrom(token, msg.sender, address(this), amount + fee);
        emit Sent(nonce, msg.sender, token, to, amount, deadline);
    }

    /// The other end's message arrives.
    function deliver(uint256 nonce, address token, address to, uint256 amount, uint256 deadline) external onlyMessenger {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline);
        if (incoming[nonce] != 0) revert AlreadyIncoming(nonce);
        incoming[nonce] = keccak256(abi.encode(token, to, amount));
        claimableAt[nonce] = block.timestamp + delay;
        emit Delivered(nonce, claimableAt[nonce]);
    }

    /// Pays what was delivered; anybody may ask, only the named address is paid.
    function claim(uint256 nonce, address token, address to, uint256 amount) external {
        if (incoming[nonce] != keccak256(abi.encode(token, to, amount))) revert NotDelivered(nonce);
        if (block.timestamp < claimableAt[nonce]) revert NotYet(claimableAt[nonce]);
        incoming[nonce] = CLOSED;
        Tokens.transfer(token, to, amount);
        emit Claimed(nonce, to, amount);
    }

    /// From now on the message can never be delivered here.
    function expire(uint256 nonce, uint256 deadline) external onlyMessenger {
        if (block.timestamp <= deadline) revert DeadlineAhead(deadline);
        if (incoming[nonce] != 0) revert AlreadyIncoming(nonce);
        incoming[nonce] = CLOSED;
        emit Expired(nonce);
    }

    /// Gives back what was sent and expired at the other end, fee included.
    function refund(uint256 nonce, address token, address from, uint256 amount) external onlyMessenger {
        if (sent[nonce] != keccak256(abi.encode(nonce, token, from, amount))) revert NotWaiting(nonce);
        sent[nonce] = CLOSED;
        Tokens.transfer(token, from, amount);
        emit Refunded(nonce, from, amount);
    }
}
