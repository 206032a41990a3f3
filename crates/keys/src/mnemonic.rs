//! The words behind a wallet, as BIP-39 defines them (English list, empty passphrase).
//!
//! Invariants: the words are wiped when dropped; no error and no `Debug` repeats a word.

use std::fmt;

use bip39::Language;
use zeroize::Zeroizing;

use crate::Secret;

/// A valid BIP-39 mnemonic: its words are in the English list and its checksum fits.
pub struct Mnemonic(bip39::Mnemonic);

/// How many words a new mnemonic gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordCount {
    /// 128 bits of randomness.
    Twelve,
    /// 256 bits of randomness.
    TwentyFour,
}

/// Why words are no mnemonic. None of these repeats a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MnemonicError {
    /// BIP-39 knows only five lengths.
    #[error("a mnemonic has 12, 15, 18, 21 or 24 words, but these are {0}: type all of them")]
    WordCount(usize),
    /// A word is misspelt, or of another language.
    #[error("word {position} is not in the English BIP-39 list: correct it")]
    UnknownWord {
        /// Counted from 1, as people count words.
        position: usize,
    },
    /// All words are in the list, but not these words in this order.
    #[error(
        "each word is right, but together they fail the checksum: compare their order and each word with your copy"
    )]
    Checksum,
    /// The operating system gave no randomness.
    #[error("the operating system gave no random numbers: restart the computer, then try again")]
    NoRandomness,
}

/// Is this, in small letters, a word of the list that mnemonics are made of? For whoever masks what looks like one.
#[must_use]
pub fn is_mnemonic_word(word: &str) -> bool {
    Language::English.find_word(word).is_some()
}

impl Mnemonic {
    /// Makes new words from the operating system's randomness.
    ///
    /// # Errors
    /// [`MnemonicError::NoRandomness`].
    pub fn create(count: WordCount) -> Result<Self, MnemonicError> {
        let mut entropy = Zeroizing::new([0_u8; 32]);
        let entropy = match count {
            WordCount::Twelve => &mut entropy[..16],
            WordCount::TwentyFour => &mut entropy[..],
        };
        getrandom::fill(entropy).map_err(|_| MnemonicError::NoRandomness)?;
        let words = bip39::Mnemonic::from_entropy(entropy).expect("16 and 32 bytes are sizes BIP-39 allows");
        Ok(Self(words))
    }

    /// Reads words as people type them: any case, any blanks between, 12 to 24 of them.
    ///
    /// # Errors
    /// Says how many words there are, or which is unknown by its position, or that the checksum fails.
    pub fn parse(text: &str) -> Result<Self, MnemonicError> {
        // Made at full size at once: a string that grows leaves copies of the words behind in freed memory.
        let mut lower = Zeroizing::new(String::with_capacity(text.len()));
        lower.extend(text.chars().map(|letter| letter.to_ascii_lowercase()));
        let words = bip39::Mnemonic::parse_in_normalized(Language::English, &lower)?;
        Ok(Self(words))
    }

    /// The words in their order, for the one screen or terminal that shows them.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        self.0.words()
    }

    /// The words in one line, as they are kept in the [`Vault`](crate::Vault).
    pub fn as_secret(&self) -> Secret {
        let mut line = String::with_capacity(self.words().map(|word| word.len() + 1).sum());
        for word in self.words() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        Secret::new(line)
    }

    /// The BIP-39 seed with an empty passphrase.
    pub(crate) fn seed(&self) -> Zeroizing<[u8; 64]> {
        Zeroizing::new(self.0.to_seed_normalized(""))
    }
}

impl fmt::Debug for Mnemonic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mnemonic(…)")
    }
}

impl From<bip39::Error> for MnemonicError {
    fn from(error: bip39::Error) -> Self {
        match error {
            bip39::Error::BadWordCount(count) => Self::WordCount(count),
            bip39::Error::UnknownWord(index) => Self::UnknownWord { position: index + 1 },
            bip39::Error::InvalidChecksum => Self::Checksum,
            bip39::Error::BadEntropyBitCount(_) | bip39::Error::AmbiguousLanguages(_) => {
                unreachable!("parsing words in one given language takes no entropy and guesses no language")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABANDON: &str =
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    #[test]
    fn new_words_read_back_and_are_never_the_same() {
        for (count, words) in [(WordCount::Twelve, 12), (WordCount::TwentyFour, 24)] {
            let first = Mnemonic::create(count).unwrap();
            let second = Mnemonic::create(count).unwrap();
            assert_eq!(first.words().count(), words);
            assert_eq!(Mnemonic::parse(first.as_secret().expose()).unwrap().0, first.0);
            assert_ne!(first.0, second.0);
        }
    }

    #[test]
    fn case_and_blanks_do_not_matter() {
        let typed = "  ABANDON abandon\tAbandon abandon\n abandon   abandon abandon abandon\u{a0}abandon abandon abandon About \n";
        assert_eq!(Mnemonic::parse(typed).unwrap().as_secret().expose(), ABANDON);
    }

    #[test]
    fn an_unknown_word_is_named_by_its_position_only() {
        let cases = [(ABANDON.replacen("abandon", "canary", 1), 1), (ABANDON.replace("about", "aboutt"), 12)];
        for (typed, position) in cases {
            let error = Mnemonic::parse(&typed).unwrap_err();
            assert_eq!(error, MnemonicError::UnknownWord { position });
            assert_eq!(
                error.to_string(),
                format!("word {position} is not in the English BIP-39 list: correct it")
            );
        }
    }

    #[test]
    fn letters_that_only_look_english_are_unknown() {
        let error = Mnemonic::parse(&ABANDON.replacen('a', "а", 1)).unwrap_err();
        assert_eq!(error, MnemonicError::UnknownWord { position: 1 });
    }

    #[test]
    fn right_words_in_the_wrong_order_fail_the_checksum() {
        let swapped = ABANDON.replace("abandon about", "about abandon");
        assert_eq!(Mnemonic::parse(&swapped).unwrap_err(), MnemonicError::Checksum);
    }

    #[test]
    fn only_the_five_lengths_of_bip_39_are_read() {
        for count in [0, 1, 11, 13, 23, 25, 5_000] {
            let error = Mnemonic::parse(&"abandon ".repeat(count)).unwrap_err();
            assert_eq!(error, MnemonicError::WordCount(count));
        }
        // The all-zero entropies of BIP-39 for the lengths between 12 and 24.
        for (zeros, last) in [(14, "address"), (17, "agent"), (20, "admit"), (23, "art")] {
            assert!(Mnemonic::parse(&format!("{}{last}", "abandon ".repeat(zeros))).is_ok());
        }
    }

    #[test]
    fn debug_hides_the_words() {
        let mnemonic = Mnemonic::parse(ABANDON).unwrap();
        assert_eq!(format!("{mnemonic:?} {:?}", mnemonic.as_secret()), "Mnemonic(…) Secret(…)");
    }

    #[test]
    fn the_seed_is_that_of_the_specification() {
        // First English vector with an empty passphrase, as every BIP-39 implementation gives it.
        let seed = Mnemonic::parse(ABANDON).unwrap().seed();
        assert_eq!(seed[..8], [0x5e, 0xb0, 0x0b, 0xbd, 0xdc, 0xf0, 0x69, 0x08]);
    }
}
