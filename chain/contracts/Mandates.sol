// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SliceRules} from "./SliceRules.sol";
import {Runner} from "./Runner.sol";
import {Tokens} from "./Tokens.sol";

/// @notice What an owner signs once (EIP-712): the executor may sell for him within these bounds and in no other way.
/// @param sellTotal most that may be sold in all, base units of sellToken
/// @param maxSlice most that may be sold at once, base units of sellToken
/// @param minInterval least seconds between two slices
/// @param minPrice worst price: base units of buyToken per base unit of sellToken, times 1e18
/// @param expiry last second at which a slice may be filled, Unix time
/// @param routers the only contracts that may be traded with
/// @param executor the only address that may fill
/// @param nonce at least the owner's present nonce, or the mandate is revoked
struct Mandate {
    address owner;
    address sellToken;
    address buyToken;
    uint256 sellTotal;
    uint256 maxSlice;
    uint256 minInterval;
    uint256 minPrice;
    uint256 expiry;
    address[] routers;
    address executor;
    uint256 nonce;
}

interface IERC1271 {
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4);
}

/// @title Slices of a signed mandate.
/// @notice Owners approve this contract for exactly what a mandate may sell. It never calls anything but tokens and its runner, so an
/// approval given here can be used for nothing else; the runner, which calls routers with the executor's data, holds no approval and
/// no funds between transactions.
contract Mandates is SliceRules {
    struct Progress {
        uint256 sold;
        uint64 lastAt;
        bool revoked;
    }

    bytes32 public constant MANDATE_TYPEHASH = keccak256(
        "Mandate(address owner,address sellToken,address buyToken,uint256 sellTotal,uint256 maxSlice,uint256 minInterval,uint256 minPrice,uint256 expiry,address[] routers,address executor,uint256 nonce)"
    );
    bytes32 public constant NONCE_TYPEHASH = keccak256("RaiseNonce(address owner,uint256 nonce)");
    bytes32 private constant DOMAIN_TYPEHASH = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    /// @dev secp256k1 order / 2: a higher s is a second signature of the same message (EIP-2).
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    Runner public immutable runner;
    mapping(bytes32 mandate => Progress) public progress;
    /// @notice Mandates of a lower nonce are revoked.
    mapping(address owner => uint256) public nonces;
    bool private busy;

    event SliceFilled(bytes32 indexed mandate, address indexed owner, uint256 qty, uint256 bought, uint256 sold);
    event MandateRevoked(bytes32 indexed mandate, address indexed owner);
    event NonceRaised(address indexed owner, uint256 nonce);

    error NotExecutor(address sender);
    error NotOwner(address sender);
    error BadSignature();
    error Revoked();
    error RouterNotAllowed(address router);
    error SameToken();
    error BoughtTooLittle(uint256 bought, uint256 least);
    error NonceNotHigher(uint256 nonce, uint256 present);
    error Reentered();

    constructor() {
        runner = new Runner();
    }

    /// @notice Sells at most qty for the owner through a router, within his mandate. All that is bought, and all that was not sold, is his
    /// before the call returns, or nothing happened.
    /// @param qty most that is sold; what the trade leaves of it does not count as sold
    /// @param data what the router is called with; its recipient must be the runner
    /// @param minBought the executor's own bound for this slice; the mandate's worst price holds as well
    /// @return bought what the trade brought the owner, base units of buyToken
    function fill(Mandate calldata m, bytes calldata signature, address router, bytes calldata data, uint256 qty, uint256 minBought)
        external
        returns (uint256 bought)
    {
        if (busy) revert Reentered();
        busy = true;
        if (msg.sender != m.executor) revert NotExecutor(msg.sender);
        if (m.sellToken == m.buyToken) revert SameToken();
        bytes32 hash = mandateHash(m);
        Progress storage p = progress[hash];
        if (p.revoked || m.nonce < nonces[m.owner]) revert Revoked();
        checkRouter(m, router);
        checkTime(block.timestamp, m.expiry, p.lastAt, m.minInterval);
        p.sold = nextSold(m.sellTotal, m.maxSlice, p.sold, qty);
        p.lastAt = uint64(block.timestamp);
        checkSignature(m.owner, typed(hash), signature);

        uint256 back;
        (bought, back) = trade(m, router, data, qty);
        p.sold = settled(p.sold, qty, back);
        uint256 least = leastBought(qty - back, m.minPrice);
        if (minBought > least) least = minBought;
        if (bought < least) revert BoughtTooLittle(bought, least);
        emit SliceFilled(hash, m.owner, qty - back, bought, p.sold);
        busy = false;
    }

    /// @notice Ends one mandate for ever.
    function revoke(Mandate calldata m) external {
        if (msg.sender != m.owner) revert NotOwner(msg.sender);
        bytes32 hash = mandateHash(m);
        progress[hash].revoked = true;
        emit MandateRevoked(hash, m.owner);
    }

    /// @notice Ends every mandate of the sender with a nonce below this one.
    function raiseNonce(uint256 nonce) external {
        raise(msg.sender, nonce);
    }

    /// @notice The same by the owner's signature, which costs him nothing: anybody may bring it.
    function raiseNonceBySignature(address owner, uint256 nonce, bytes calldata signature) external {
        checkSignature(owner, typed(keccak256(abi.encode(NONCE_TYPEHASH, owner, nonce))), signature);
        raise(owner, nonce);
    }

    /// @notice The EIP-712 struct hash of a mandate, its name in this contract.
    function mandateHash(Mandate calldata m) public pure returns (bytes32) {
        return keccak256(
            abi.encode(
                MANDATE_TYPEHASH, m.owner, m.sellToken, m.buyToken, m.sellTotal, m.maxSlice, m.minInterval, m.minPrice, m.expiry,
                keccak256(abi.encodePacked(m.routers)), m.executor, m.nonce
            )
        );
    }

    function domainSeparator() public view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("EMS Mandates"), keccak256("1"), block.chainid, address(this)));
    }

    function raise(address owner, uint256 nonce) private {
        if (nonce <= nonces[owner]) revert NonceNotHigher(nonce, nonces[owner]);
        nonces[owner] = nonce;
        emit NonceRaised(owner, nonce);
    }

    /// @dev The lesser of what the runner sent and what the owner got, both ways: what else reached him in the same transaction was neither
    /// bought nor given back, and what a token kept on the way was not either.
    function trade(Mandate calldata m, address router, bytes calldata data, uint256 qty) private returns (uint256 bought, uint256 back) {
        uint256 kept = Tokens.balanceOf(m.sellToken, address(runner));
        Tokens.transferFrom(m.sellToken, m.owner, address(runner), qty);
        uint256 hadBuy = Tokens.balanceOf(m.buyToken, m.owner);
        uint256 hadSell = Tokens.balanceOf(m.sellToken, m.owner);
        (bought, back) = runner.run(m.sellToken, m.buyToken, router, data, m.owner, kept);
        uint256 got = Tokens.balanceOf(m.buyToken, m.owner) - hadBuy;
        if (got < bought) bought = got;
        got = Tokens.balanceOf(m.sellToken, m.owner) - hadSell;
        if (got < back) back = got;
    }

    function checkRouter(Mandate calldata m, address router) private pure {
        for (uint256 i = 0; i < m.routers.length; i++) {
            if (m.routers[i] == router) return;
        }
        revert RouterNotAllowed(router);
    }

    function typed(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domainSeparator(), structHash));
    }

    /// @dev A key's own signature, or a contract wallet's word (ERC-1271).
    function checkSignature(address signer, bytes32 hash, bytes calldata signature) private view {
        if (signature.length == 65) {
            bytes32 r = bytes32(signature[0:32]);
            bytes32 s = bytes32(signature[32:64]);
            uint8 v = uint8(signature[64]);
            if (uint256(s) <= HALF_ORDER && signer != address(0) && ecrecover(hash, v, r, s) == signer) return;
        }
        if (signer.code.length > 0) {
            try IERC1271(signer).isValidSignature(hash, signature) returns (bytes4 answer) {
                if (answer == IERC1271.isValidSignature.selector) return;
            } catch {}
        }
        revert BadSignature();
    }
}
