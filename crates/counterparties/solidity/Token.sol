// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// Who has how much: what every token of ours is built on.
///
/// It is begun by a call and not by a constructor, so that its code can also be laid at the address of a real token.
abstract contract Balances {
    string public name;
    string public symbol;
    uint8 public decimals;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error TooLittle(address owner, uint256 has, uint256 needs);
    error AlreadyBegun();

    /// Each holder begins with the same amount.
    function begin(string calldata symbol_, uint8 decimals_, address[] calldata holders, uint256 each) external {
        if (totalSupply > 0) revert AlreadyBegun();
        name = string.concat("Test ", symbol_);
        symbol = symbol_;
        decimals = decimals_;
        totalSupply = each * holders.length;
        for (uint256 i = 0; i < holders.length; i++) {
            balanceOf[holders[i]] = each;
            emit Transfer(address(0), holders[i], each);
        }
    }

    function moveUnits(address from, address to, uint256 value) internal virtual {
        uint256 has = balanceOf[from];
        if (has < value) revert TooLittle(from, has, value);
        balanceOf[from] = has - value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }

    /// Zero may be moved by everybody and from everybody, which is how addresses are poisoned on real tokens too.
    function spendAllowance(address from, uint256 value) internal {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < value) revert TooLittle(from, allowed, value);
        allowance[from][msg.sender] = allowed - value;
    }

    function allow(address spender, uint256 value) internal {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
    }
}

/// ERC-20 to the letter.
contract PlainToken is Balances {
    function transfer(address to, uint256 value) external returns (bool) {
        moveUnits(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        spendAllowance(from, value);
        moveUnits(from, to, value);
        return true;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allow(spender, value);
        return true;
    }
}

/// As USDT on Ethereum: nothing is returned, so a caller that reads a truth value from it fails.
contract SilentToken is Balances {
    function transfer(address to, uint256 value) external {
        moveUnits(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external {
        spendAllowance(from, value);
        moveUnits(from, to, value);
    }

    function approve(address spender, uint256 value) external {
        allow(spender, value);
    }
}

/// One part in a hundred of each transfer is burnt on the way: less arrives than was sent.
contract TollToken is PlainToken {
    function moveUnits(address from, address to, uint256 value) internal override {
        uint256 toll = value / 100;
        super.moveUnits(from, to, value - toll);
        super.moveUnits(from, address(0), toll);
    }
}

/// Announces transfers that never happened: balances stay as they are.
contract HollowToken is PlainToken {
    function moveUnits(address from, address to, uint256 value) internal override {
        emit Transfer(from, to, value);
    }
}
