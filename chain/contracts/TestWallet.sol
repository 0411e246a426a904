// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// A wallet that is a contract: it says by ERC-1271 whether its owner signed.
contract TestWallet {
    address public immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function run(address to, bytes calldata data) external {
        require(msg.sender == owner, "owner");
        (bool ok,) = to.call(data);
        require(ok, "call");
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        require(signature.length == 65, "length");
        address signer = ecrecover(hash, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64]));
        return signer == owner ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}
