//! How values are spread over fixed ranges since the engine started. Coarse, but never forgotten and cheap to add up
//! over tills and days, which percentiles are not.

/// Durations: from a fast disk's sync to a disk that nobody should sell with.
pub(super) const MICROSECONDS: &[u64] = &[
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 10_000_000,
];
/// What is committed together: one payment alone, up to a full batch of full parcels.
pub(super) const COUNTS: &[u64] = &[1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144];

/// Values counted by range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    bounds: &'static [u64],
    /// One more than there are bounds: the last counts what lies above all of them.
    counts: Vec<u64>,
    sum: u64,
}

impl Distribution {
    pub(super) fn over(bounds: &'static [u64]) -> Self {
        Self { bounds, counts: vec![0; bounds.len() + 1], sum: 0 }
    }

    pub(super) fn add(&mut self, value: u32) {
        let value = u64::from(value);
        let range = self.bounds.partition_point(|bound| *bound < value);
        self.counts[range] += 1;
        self.sum = self.sum.saturating_add(value);
    }

    /// How many values there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The sum of all values.
    #[must_use]
    pub const fn sum(&self) -> u64 {
        self.sum
    }

    /// Each range by the largest value it holds, with the number of values in it, smallest first; `None` for what is
    /// larger than every bound.
    pub fn ranges(&self) -> impl Iterator<Item = (Option<u64>, u64)> {
        let bounds = self.bounds.iter().copied().map(Some).chain([None]);
        bounds.zip(self.counts.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_in_the_first_range_that_holds_it() {
        let mut sizes = Distribution::over(&[1, 4]);
        [0, 1, 2, 4, 5, u32::MAX].into_iter().for_each(|size| sizes.add(size));
        let ranges: Vec<_> = sizes.ranges().collect();
        assert_eq!(ranges, [(Some(1), 2), (Some(4), 2), (None, 2)]);
        assert_eq!((sizes.count(), sizes.sum()), (6, 12 + u64::from(u32::MAX)));
    }
}
