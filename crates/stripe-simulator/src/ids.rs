//! Ids and every other draw: from the seed, so that two runs of one seed answer alike to the byte.
//!
//! Each kind of id counts by itself. Then a further request for one kind moves the ids of no other.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 24;

/// Where ids come from.
#[derive(Debug)]
pub(crate) struct Ids {
    seed: u64,
    drawn: HashMap<&'static str, u64>,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, drawn: HashMap::new() }
    }

    /// A new id: the prefix of its kind (`pi_`), then letters and digits.
    pub(crate) fn next(&mut self, prefix: &'static str) -> String {
        let letters = self.letters(prefix);
        format!("{prefix}{letters}")
    }

    /// Letters and digits for what is no id: secrets, codes, fingerprints.
    pub(crate) fn letters(&mut self, what: &'static str) -> String {
        let drawn = self.drawn.entry(what).or_default();
        *drawn += 1;
        let digest = digest(self.seed, what, *drawn);
        digest
            .iter()
            .take(LENGTH)
            .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
            .collect()
    }

    /// Decimal digits, such as an authorization code.
    pub(crate) fn digits(&mut self, what: &'static str, length: usize) -> String {
        let drawn = self.drawn.entry(what).or_default();
        *drawn += 1;
        let digest = digest(self.seed, what, *drawn);
        digest.iter().take(length).map(|byte| char::from(b'0' + byte % 10)).collect()
    }
}

/// A number below 1,000 that depends on nothing but seed, purpose and count.
pub(crate) fn permille(seed: u64, purpose: &str, count: u64) -> u16 {
    let digest = digest(seed, purpose, count);
    u16::from_be_bytes([digest[0], digest[1]]) % 1_000
}

fn digest(seed: u64, what: &str, count: u64) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(what.as_bytes());
    hash.update(count.to_be_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_ids_whatever_else_is_drawn() {
        let (mut one, mut other) = (Ids::new(7), Ids::new(7));
        other.next("ch_");
        assert_eq!(one.next("pi_"), other.next("pi_"));
        assert_ne!(one.next("pi_"), Ids::new(8).next("pi_"));
    }
}
