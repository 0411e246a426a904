// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// Stands in for the OP stack's predeploy of that name on a local layer two: what layer one asks for data, and the fee of a signed
/// transaction's bytes by Ecotone's formula. A local node neither has the predeploy nor takes the fee.
contract GasPriceOracle {
    uint256 public l1BaseFee;
    uint256 public blobBaseFee;
    uint32 public baseFeeScalar;
    uint32 public blobBaseFeeScalar;
    bool public constant isEcotone = true;
    bool public constant isFjord = false;

    function getL1Fee(bytes calldata data) external view returns (uint256) {
        uint256 gas;
        for (uint256 i = 0; i < data.length; i++) gas += data[i] == 0 ? 4 : 16;
        return gas * (16 * uint256(baseFeeScalar) * l1BaseFee + uint256(blobBaseFeeScalar) * blobBaseFee) / 16e6;
    }
}
