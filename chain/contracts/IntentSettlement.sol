// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IntentPuller} from "./IntentPuller.sol";
import {Tokens} from "./Tokens.sol";

/// @notice What an owner signs: the order struct of CoW Protocol (GPv2), so that wallets and tools know it.
/// @param receiver who gets what is bought; zero stands for the owner
/// @param kind keccak256 of "sell" (all of sellAmount for at least buyAmount) or "buy" (buyAmount for at most sellAmount)
struct Intent {
    address sellToken;
    address buyToken;
    address receiver;
    uint256 sellAmount;
    uint256 buyAmount;
    uint32 validTo;
    bytes32 appData;
    uint256 feeAmount;
    bytes32 kind;
    bool partiallyFillable;
    bytes32 sellTokenBalance;
    bytes32 buyTokenBalance;
}

interface IContractSigner {
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4);
}

/// @title Settles signed intents on a local chain, one at a time, through a router.
/// @notice Speaks the signatures and names (uid) of CoW Protocol and is none of its code. Everything that a trade brings is the
/// receiver's, the surplus included; nothing stays here.
contract IntentSettlement {
    enum Scheme { Eip712, EthSign, Eip1271 }

    bytes32 public constant TYPE_HASH = keccak256(
        "Order(address sellToken,address buyToken,address receiver,uint256 sellAmount,uint256 buyAmount,uint32 validTo,bytes32 appData,uint256 feeAmount,string kind,bool partiallyFillable,string sellTokenBalance,string buyTokenBalance)"
    );
    bytes32 private constant DOMAIN_TYPE_HASH = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant SELL = keccak256("sell");
    bytes32 private constant BUY = keccak256("buy");
    bytes32 private constant ERC20_BALANCE = keccak256("erc20");
    /// @dev secp256k1 order / 2 (EIP-2).
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    uint256 private constant UID_BYTES = 56;

    IntentPuller public immutable puller;
    address public immutable solver;
    mapping(bytes32 uidHash => uint256) private filled;
    bool private busy;

    event IntentFilled(bytes uid, address indexed owner, uint256 sold, uint256 bought);
    event IntentInvalidated(bytes uid, address indexed owner);

    error NotSolver(address sender);
    error NotOwner(address sender);
    error BadSignature();
    error Expired(uint32 validTo);
    error Unsupported();
    error Overfilled(uint256 filled, uint256 qty, uint256 amount);
    error NotWhole(uint256 qty, uint256 amount);
    error BoughtTooLittle(uint256 bought, uint256 least);
    error SoldTooMuch(uint256 sold, uint256 most);
    error NotSpent(uint256 left);
    error RouterNotAllowed(address router);
    error RouterFailed(bytes reason);
    error Reentered();

    constructor(address solver_) {
        puller = new IntentPuller();
        solver = solver_;
    }

    /// @notice Fills (a part of) an owner's intent.
    /// @param qty what is filled: of sellToken for a sell intent, of buyToken for a buy intent
    /// @param sellQty what is sold for it
    /// @param data call of the router; it must pay this contract
    function fill(Intent calldata o, address owner, Scheme scheme, bytes calldata signature, uint256 qty, uint256 sellQty, address router, bytes calldata data)
        external
        returns (uint256 bought)
    {
        if (msg.sender != solver) revert NotSolver(msg.sender);
        if (busy) revert Reentered();
        busy = true;
        if (block.timestamp > o.validTo) revert Expired(o.validTo);
        if (router == address(puller)) revert RouterNotAllowed(router);
        uint256 least = take(o, owner, scheme, signature, qty, sellQty);
        bought = trade(o, owner, sellQty, router, data);
        if (bought < least) revert BoughtTooLittle(bought, least);
        emit IntentFilled(uidOf(digestOf(o), owner, o.validTo), owner, sellQty, bought);
        busy = false;
    }

    /// @notice Ends an intent for ever, whatever an order book does.
    function invalidate(bytes calldata uid) external {
        if (uid.length != UID_BYTES || address(bytes20(uid[32:52])) != msg.sender) revert NotOwner(msg.sender);
        filled[keccak256(uid)] = type(uint256).max;
        emit IntentInvalidated(uid, msg.sender);
    }

    /// @notice What is filled of an intent, in its own unit; the largest number once it is invalidated.
    function filledAmount(bytes calldata uid) external view returns (uint256) {
        return filled[keccak256(uid)];
    }

    function domainSeparator() public view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE_HASH, keccak256("Gnosis Protocol"), keccak256("v2"), block.chainid, address(this)));
    }

    function digestOf(Intent calldata o) public view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domainSeparator(), keccak256(abi.encode(TYPE_HASH, o))));
    }

    function uidOf(bytes32 digest, address owner, uint32 validTo) public pure returns (bytes memory) {
        return abi.encodePacked(digest, owner, validTo);
    }

    /// @dev Checks signature and bounds and counts the fill, before any token moves.
    function take(Intent calldata o, address owner, Scheme scheme, bytes calldata signature, uint256 qty, uint256 sellQty) private returns (uint256 least) {
        if (
            o.sellTokenBalance != ERC20_BALANCE || o.buyTokenBalance != ERC20_BALANCE || o.feeAmount != 0 || o.sellToken == o.buyToken || qty == 0 || o.sellAmount == 0 || o.buyAmount == 0
                || (o.kind != SELL && o.kind != BUY)
        ) revert Unsupported();
        bytes32 digest = digestOf(o);
        checkSignature(owner, scheme, digest, signature);
        bytes32 key = keccak256(uidOf(digest, owner, o.validTo));
        uint256 amount = o.kind == SELL ? o.sellAmount : o.buyAmount;
        uint256 before = filled[key];
        if (before > amount || qty > amount - before) revert Overfilled(before, qty, amount);
        if (!o.partiallyFillable && qty != amount) revert NotWhole(qty, amount);
        filled[key] = before + qty;
        if (o.kind == SELL) {
            if (sellQty != qty) revert SoldTooMuch(sellQty, qty);
            // Rounded up: a part is never cheaper than the whole.
            least = (qty * o.buyAmount + o.sellAmount - 1) / o.sellAmount;
        } else {
            uint256 most = qty * o.sellAmount / o.buyAmount;
            if (sellQty > most) revert SoldTooMuch(sellQty, most);
            least = qty;
        }
    }

    function trade(Intent calldata o, address owner, uint256 sellQty, address router, bytes calldata data) private returns (uint256 bought) {
        address receiver = o.receiver == address(0) ? owner : o.receiver;
        uint256 kept = Tokens.balanceOf(o.sellToken, address(this));
        uint256 had = Tokens.balanceOf(o.buyToken, address(this));
        puller.pull(o.sellToken, owner, sellQty);
        Tokens.approve(o.sellToken, router, sellQty);
        (bool ok, bytes memory reason) = router.call(data);
        if (!ok) revert RouterFailed(reason);
        Tokens.approve(o.sellToken, router, 0);
        uint256 left = Tokens.balanceOf(o.sellToken, address(this));
        if (left > kept) revert NotSpent(left - kept);
        uint256 before = Tokens.balanceOf(o.buyToken, receiver);
        Tokens.transfer(o.buyToken, receiver, Tokens.balanceOf(o.buyToken, address(this)) - had);
        // What reached the receiver: a token that keeps a tax delivers less.
        bought = Tokens.balanceOf(o.buyToken, receiver) - before;
    }

    function checkSignature(address owner, Scheme scheme, bytes32 digest, bytes calldata signature) private view {
        if (scheme == Scheme.Eip1271) {
            if (owner.code.length > 0) {
                try IContractSigner(owner).isValidSignature(digest, signature) returns (bytes4 answer) {
                    if (answer == IContractSigner.isValidSignature.selector) return;
                } catch {}
            }
            revert BadSignature();
        }
        if (signature.length != 65 || owner == address(0)) revert BadSignature();
        bytes32 hash = scheme == Scheme.Eip712 ? digest : keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", digest));
        bytes32 s = bytes32(signature[32:64]);
        if (uint256(s) > HALF_ORDER || ecrecover(hash, uint8(signature[64]), bytes32(signature[0:32]), s) != owner) revert BadSignature();
    }
}
