//! Drawing lots from a seed: SplitMix64 (Steele, Lea and Flood, 2014). Good enough to choose customers, never secrets.

/// A seed's lots, drawn one after the other.
#[derive(Clone, Debug)]
pub struct Draws {
    state: u64,
}

impl Draws {
    /// Draws that depend on nothing but this number.
    #[must_use]
    pub const fn from_seed(seed: u64) -> Self {
        Self { state: seed }
    }

    /// One of `0..choices`, about equally likely. `choices` is at least 1.
    pub fn below(&mut self, choices: u32) -> u32 {
        let drawn = self.number() % u64::from(choices.max(1));
        u32::try_from(drawn).expect("it is below a 32-bit number")
    }

    /// A place in a list of `length`; 0 for an empty one.
    pub fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u32::try_from(length).unwrap_or(u32::MAX))).unwrap_or(0)
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// A place in a list, each as likely as its weight says; the first when all are zero.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut drawn = self.below(weights.iter().sum());
        let is_it = |weight: &u32| {
            let is_it = drawn < *weight;
            drawn = drawn.saturating_sub(*weight);
            is_it
        };
        weights.iter().position(is_it).unwrap_or(0)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_generator() {
        let mut draws = Draws::from_seed(1_234_567);
        let drawn = [draws.number(), draws.number(), draws.number()];
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn what_weighs_nothing_is_never_drawn_and_the_rest_as_its_weight_says() {
        let mut draws = Draws::from_seed(7);
        let mut drawn = [0; 4];
        (0..4_000).for_each(|_| drawn[draws.weighted(&[0, 1, 0, 3])] += 1);
        assert_eq!((drawn[0], drawn[2]), (0, 0));
        assert!((900..1_100).contains(&drawn[1]), "{drawn:?}");
        assert_eq!(draws.weighted(&[0, 0]), 0);
    }
}
