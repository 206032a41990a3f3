//! Many balances in one request: a few instructions that read them, sent as the code of a contract that is never created.
//!
//! `eth_call` runs that code and answers what it would have stored: one word that is always 1, then one word for each
//! balance. No contract need stand on the chain, and no provider must know an extension.

use alloy::primitives::{Address, Bytes, U256};
use alloy::sol_types::SolCall;

alloy::sol! {
    /// ERC-20.
    function balanceOf(address owner) external view returns (uint256);
}

/// How many balances fit one question: its code stays below the 49,152 bytes of EIP-3860 and its answer below the 24,576
/// of EIP-170.
pub(crate) const HOLDINGS_MAX: usize = 400;

/// Gas for one contract's answer. A token behind a proxy needs a tenth.
const GAS_PER_CALL: [u8; 3] = [0x01, 0x86, 0xa0];
const WORD: usize = 32;
/// Where in memory the answer begins; below it is the call's own place.
const ANSWER_AT: usize = 0x40;

/// An address, and what of: `None` is the native coin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Holding {
    pub(crate) owner: Address,
    pub(crate) contract: Option<Address>,
}

/// The code that reads these balances.
pub(super) fn question(of: &[Holding]) -> Bytes {
    let mut code = Vec::new();
    // memory[0..4] = selector of balanceOf; the owner follows it.
    code.push(op::PUSH4);
    code.extend(balanceOfCall::SELECTOR);
    code.extend([op::PUSH1, 0xe0, op::SHL, op::PUSH1, 0, op::MSTORE]);
    // The first word is 1, so that no balance decides how the answer begins (EIP-3541).
    code.extend([op::PUSH1, 1]);
    store(&mut code, ANSWER_AT);
    for (place, holding) in of.iter().enumerate() {
        let at = ANSWER_AT + WORD * (place + 1);
        match holding.contract {
            None => native(&mut code, holding.owner),
            Some(contract) => token(&mut code, holding.owner, contract, at),
        }
        store(&mut code, at);
    }
    push2(&mut code, WORD * (of.len() + 1));
    push2(&mut code, ANSWER_AT);
    code.push(op::RETURN);
    Bytes::from(code)
}

/// The balances; `None` when it is no answer to so many.
pub(super) fn answer(bytes: &[u8], count: usize) -> Option<Vec<Option<U256>>> {
    let (words, rest) = bytes.as_chunks::<WORD>();
    let (first, balances) = words.split_first()?;
    let is_whole = rest.is_empty() && U256::from_be_bytes(*first) == U256::ONE && balances.len() == count;
    let balance =
        |word: &[u8; WORD]| Some(U256::from_be_bytes(*word)).filter(|balance| *balance != U256::MAX);
    is_whole.then(|| balances.iter().map(balance).collect())
}

fn native(code: &mut Vec<u8>, owner: Address) {
    push_address(code, owner);
    code.push(op::BALANCE);
}

/// Leaves the balance on the stack, or a word of ones when the contract fails or answers too little.
fn token(code: &mut Vec<u8>, owner: Address, contract: Address, at: usize) {
    push_address(code, owner);
    code.extend([op::PUSH1, 4, op::MSTORE]);
    code.extend([op::PUSH1, 0x20]);
    push2(code, at);
    code.extend([op::PUSH1, 0x24, op::PUSH1, 0]);
    push_address(code, contract);
    code.push(op::PUSH3);
    code.extend(GAS_PER_CALL);
    code.push(op::STATICCALL);
    // success and 31 < size of the answer; 0 - not(that) is all ones where it failed.
    code.extend([op::RETURNDATASIZE, op::PUSH1, 0x1f, op::LT, op::AND, op::ISZERO, op::PUSH1, 0, op::SUB]);
    push2(code, at);
    code.extend([op::MLOAD, op::OR]);
}

/// Stores the word on the stack.
fn store(code: &mut Vec<u8>, at: usize) {
    push2(code, at);
    code.push(op::MSTORE);
}

fn push2(code: &mut Vec<u8>, number: usize) {
    let number = u16::try_from(number).expect("HOLDINGS_MAX words of 32 bytes end below 2^16");
    code.push(op::PUSH2);
    code.extend(number.to_be_bytes());
}

fn push_address(code: &mut Vec<u8>, address: Address) {
    code.push(op::PUSH20);
    code.extend(address);
}

/// Instructions of the virtual machine.
mod op {
    pub(super) const SUB: u8 = 0x03;
    pub(super) const LT: u8 = 0x10;
    pub(super) const ISZERO: u8 = 0x15;
    pub(super) const AND: u8 = 0x16;
    pub(super) const OR: u8 = 0x17;
    pub(super) const SHL: u8 = 0x1b;
    pub(super) const BALANCE: u8 = 0x31;
    pub(super) const RETURNDATASIZE: u8 = 0x3d;
    pub(super) const MLOAD: u8 = 0x51;
    pub(super) const MSTORE: u8 = 0x52;
    pub(super) const PUSH1: u8 = 0x60;
    pub(super) const PUSH2: u8 = 0x61;
    pub(super) const PUSH3: u8 = 0x62;
    pub(super) const PUSH4: u8 = 0x63;
    pub(super) const PUSH20: u8 = 0x73;
    pub(super) const RETURN: u8 = 0xf3;
    pub(super) const STATICCALL: u8 = 0xfa;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[U256]) -> Vec<u8> {
        words.iter().flat_map(U256::to_be_bytes::<WORD>).collect()
    }

    #[test]
    fn the_largest_question_and_its_answer_are_within_the_limits_of_every_chain() {
        let of = Holding { owner: Address::ZERO, contract: Some(Address::ZERO) };
        assert!(question(&[of; HOLDINGS_MAX]).len() <= 49_152);
        let words = vec![U256::ONE; HOLDINGS_MAX + 1];
        assert!(self::words(&words).len() <= 24_576);
    }

    #[test]
    fn an_answer_is_read_word_by_word_and_ones_are_no_balance() {
        let bytes = words(&[U256::ONE, U256::from(7), U256::MAX, U256::ZERO]);
        assert_eq!(answer(&bytes, 3), Some(vec![Some(U256::from(7)), None, Some(U256::ZERO)]));
    }

    #[test]
    fn anything_else_is_no_answer() {
        for bytes in [
            Vec::new(),
            words(&[U256::ONE]),
            words(&[U256::from(2), U256::ZERO]),
            words(&[U256::ONE, U256::ZERO, U256::ZERO]),
            [words(&[U256::ONE, U256::ZERO]), vec![0]].concat(),
        ] {
            assert_eq!(answer(&bytes, 1), None, "{bytes:?}");
        }
    }
}
