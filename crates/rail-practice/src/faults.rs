//! A bad network between the rail and the books.

use std::collections::BTreeMap;

use payment::{Observation, TransferRef};

use crate::draws::Draws;

const DROPPED_PERCENT: u32 = 30;
const DOUBLED_PERCENT: u32 = 30;

/// Delivers readings badly: drops some, doubles some, and shuffles them all.
///
/// The highest reading of each transfer always arrives, as it does with the next complete report; so books that heed
/// the numbers end up as if all had arrived in order. The same seed treats the same readings the same.
#[must_use]
pub fn unreliable(observations: Vec<Observation>, seed: u64) -> Vec<Observation> {
    let mut draws = Draws::from_seed(seed);
    let mut last: BTreeMap<TransferRef, u64> = BTreeMap::new();
    for observation in &observations {
        let highest = last.entry(observation.reference.clone()).or_default();
        *highest = observation.number.max(*highest);
    }
    let mut delivered = Vec::new();
    for observation in observations {
        let is_last = last.get(&observation.reference) == Some(&observation.number);
        if !is_last && draws.chance(DROPPED_PERCENT) {
            continue;
        }
        if draws.chance(DOUBLED_PERCENT) {
            delivered.push(observation.clone());
        }
        delivered.push(observation);
    }
    shuffle(&mut delivered, &mut draws);
    delivered
}

/// Fisher and Yates.
fn shuffle<T>(list: &mut [T], draws: &mut Draws) {
    for end in (1..list.len()).rev() {
        list.swap(end, draws.place(end + 1));
    }
}
