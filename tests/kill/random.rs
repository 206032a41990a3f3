//! A small random source (SplitMix64) whose seed is printed, so that a run can be repeated.

use std::time::{SystemTime, UNIX_EPOCH};

pub struct Random(u64);

impl Random {
    /// From `TILLSTREAM_SEED` when it is set, else from the clock. Printed either way.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's seed may come from the clock, because it is printed"
    )]
    pub fn from_environment() -> Self {
        let given = std::env::var("TILLSTREAM_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| {
            let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
            u64::try_from(nanos % u128::from(u64::MAX)).unwrap()
        });
        println!("repeat with TILLSTREAM_SEED={seed}");
        Self(seed)
    }

    /// From another source's number.
    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A version 7 UUID in the text form of an id.
    pub fn id(&mut self, prefix: &str) -> String {
        let (a, b) = (self.next(), self.next());
        let (time, random) = (0x0192_0000_0000_u64 + (a >> 34), b & 0x3FFF_FFFF_FFFF_FFFF);
        format!("{prefix}_{time:012x}7{:03x}{:016x}", a & 0xFFF, 0x8000_0000_0000_0000 | random)
    }
}
