// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {PlainToken} from "Token.sol";

/// As USDC: an owner's signature (EIP-712) lets anybody carry out one transfer and pay its gas (EIP-3009).
contract AuthorizedToken is PlainToken {
    string public constant version = "2";
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 public constant TRANSFER_WITH_AUTHORIZATION_TYPEHASH = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    mapping(address => mapping(bytes32 => bool)) public authorizationState;

    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);

    error Untimely(uint256 validAfter, uint256 validBefore);
    error AlreadyUsed(bytes32 nonce);
    error NotSignedBy(address owner);

    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN, keccak256(bytes(name)), keccak256(bytes(version)), block.chainid, address(this))
        );
    }

    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        if (block.timestamp <= validAfter || block.timestamp >= validBefore) revert Untimely(validAfter, validBefore);
        if (authorizationState[from][nonce]) revert AlreadyUsed(nonce);
        bytes32 terms = keccak256(
            abi.encode(TRANSFER_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce)
        );
        address signer = ecrecover(keccak256(abi.encodePacked("\x19\x01", DOMAIN_SEPARATOR(), terms)), v, r, s);
        if (signer == address(0) || signer != from) revert NotSignedBy(from);
        authorizationState[from][nonce] = true;
        emit AuthorizationUsed(from, nonce);
        moveUnits(from, to, value);
    }
}
