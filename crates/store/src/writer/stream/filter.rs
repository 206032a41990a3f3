//! A Bloom filter over the ids of a generation: it says of an id that is not there, nearly always, that it is not.

/// Keys a filter is made for.
pub(crate) const FILTER_KEYS_MAX: usize = 1 << 17;

/// Sixteen bits for each key: about one wrong "maybe" in two thousand answers.
const BITS_LOG2: u32 = 21;
const BYTES: usize = 1 << (BITS_LOG2 - 3);
const PROBES: u64 = 7;

/// A set that never denies a key it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter(Box<[u8]>);

impl Filter {
    pub(crate) fn of(fingerprints: impl IntoIterator<Item = u128>) -> Self {
        let mut bits = vec![0; BYTES];
        for fingerprint in fingerprints {
            probes(fingerprint).for_each(|(byte, mask)| bits[byte] |= mask);
        }
        Self(bits.into_boxed_slice())
    }

    /// Reads a stored filter. `None` when it has another size.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == BYTES).then(|| Self(bytes.into()))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn may_have(&self, fingerprint: u128) -> bool {
        probes(fingerprint).all(|(byte, mask)| self.0[byte] & mask != 0)
    }
}

/// The bits of a key: two hashes make any number of them (Kirsch and Mitzenmacher).
fn probes(fingerprint: u128) -> impl Iterator<Item = (usize, u8)> {
    let bytes = fingerprint.to_be_bytes();
    let [first, step] = [0, 8].map(|at| {
        let mut half = [0; 8];
        half.copy_from_slice(&bytes[at..at + 8]);
        u64::from_be_bytes(half)
    });
    (0..PROBES).map(move |probe| {
        let bit = first.wrapping_add(probe.wrapping_mul(step | 1)) >> (u64::BITS - BITS_LOG2);
        let byte = usize::try_from(bit >> 3).unwrap_or(0);
        (byte, 1 << (bit & 7))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_ever_denied_and_few_strangers_are_let_in() {
        let key = |number: u32| payment::stream::fingerprint(&format!("ticket-{number}"));
        let keys = u32::try_from(FILTER_KEYS_MAX).unwrap();
        let filter = Filter::of((0..keys).map(key));
        assert!((0..keys).all(|number| filter.may_have(key(number))));
        let let_in = (keys..keys + 100_000).filter(|number| filter.may_have(key(*number))).count();
        assert!(let_in < 200, "{let_in} of 100,000");
    }
}
