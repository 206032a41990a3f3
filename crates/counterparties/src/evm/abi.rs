//! How arguments and answers of contracts are written: words of 32 bytes, what has a length behind them.
//!
//! Source: the Contract ABI Specification in the documentation of Solidity.

use super::U256;

const WORD_BYTES: usize = 32;

/// One argument.
pub(super) enum Argument<'value> {
    /// An integer.
    Number(U256),
    /// An address, as `0x` text.
    Address(&'value str),
    /// A text.
    Text(&'value str),
    /// A list of integers.
    Numbers(Vec<U256>),
    /// A list of addresses.
    Addresses(&'value [String]),
}

/// The arguments of one call, in hex digits.
pub(super) fn written(arguments: &[Argument<'_>]) -> String {
    let mut heads = String::new();
    let mut tails = String::new();
    for argument in arguments {
        match argument.inline() {
            Some(word) => heads += &word,
            None => {
                let offset = arguments.len() * WORD_BYTES + tails.len() / 2;
                heads += &word(U256::from(offset));
                tails += &argument.with_length();
            }
        }
    }
    heads + &tails
}

/// The integer that a call answered; nothing when it is none.
pub(super) fn number(answer: &str) -> Option<U256> {
    U256::from_str_radix(answer.strip_prefix("0x")?.get(..WORD_BYTES * 2)?, 16).ok()
}

impl Argument<'_> {
    fn inline(&self) -> Option<String> {
        match self {
            Self::Number(number) => Some(word(*number)),
            Self::Address(address) => Some(address_word(address)),
            Self::Text(_) | Self::Numbers(_) | Self::Addresses(_) => None,
        }
    }

    fn with_length(&self) -> String {
        match self {
            Self::Number(_) | Self::Address(_) => String::new(),
            Self::Text(text) => {
                let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
                let whole = digits.len().next_multiple_of(WORD_BYTES * 2);
                word(U256::from(text.len())) + &format!("{digits:0<whole$}")
            }
            Self::Numbers(list) => counted(list.iter().copied().map(word)),
            Self::Addresses(list) => counted(list.iter().map(|address| address_word(address))),
        }
    }
}

fn counted(words: impl ExactSizeIterator<Item = String>) -> String {
    word(U256::from(words.len())) + &words.collect::<String>()
}

fn word(number: U256) -> String {
    format!("{number:064x}")
}

fn address_word(address: &str) -> String {
    format!("{:0>64}", address.trim_start_matches("0x").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{Argument, U256, number, written};

    /// The example of the specification: `f(uint256,uint32[],bytes10,bytes)`, with a text for the bytes.
    #[test]
    fn what_has_a_length_stands_behind_the_words() {
        let arguments = [
            Argument::Number(U256::from(0x123)),
            Argument::Numbers(vec![U256::from(0x456), U256::from(0x789)]),
            Argument::Text("Hello, world!"),
        ];
        let words = [
            "0000000000000000000000000000000000000000000000000000000000000123",
            "0000000000000000000000000000000000000000000000000000000000000060",
            "00000000000000000000000000000000000000000000000000000000000000c0",
            "0000000000000000000000000000000000000000000000000000000000000002",
            "0000000000000000000000000000000000000000000000000000000000000456",
            "0000000000000000000000000000000000000000000000000000000000000789",
            "000000000000000000000000000000000000000000000000000000000000000d",
            "48656c6c6f2c20776f726c642100000000000000000000000000000000000000",
        ];
        assert_eq!(written(&arguments), words.concat());
        assert_eq!(number(&format!("0x{}", words[0])), Some(U256::from(0x123)));
        assert_eq!(number("0x"), None);
    }
}
