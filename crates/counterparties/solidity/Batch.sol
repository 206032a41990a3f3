// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

interface Transferable {
    function transfer(address to, uint256 value) external;
}

/// A contract that pays: many at once, and with the native coin in transfers that are no transactions of their own, as an
/// exchange or a contract wallet does.
contract Batch {
    error Refused(address to);

    receive() external payable {}

    function sendCoins(address[] calldata to, uint256[] calldata values) external payable {
        for (uint256 i = 0; i < to.length; i++) {
            (bool taken,) = to[i].call{value: values[i]}("");
            if (!taken) revert Refused(to[i]);
        }
    }

    /// From what this contract holds.
    function sendTokens(Transferable token, address[] calldata to, uint256[] calldata values) external {
        for (uint256 i = 0; i < to.length; i++) {
            token.transfer(to[i], values[i]);
        }
    }
}
