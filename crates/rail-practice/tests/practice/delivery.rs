//! Readings delivered by a bad network.

use payment::{Level, Mark, Observation, Timestamp, TransferRef};
use rail_practice::unreliable;

use crate::books::{converged, sat};

/// Readings 1 to 40 of four transfers in turn.
fn observations() -> Vec<Observation> {
    let one = |number: u32| Observation {
        reference: TransferRef::new(format!("{}:0", number % 4)),
        number: number.into(),
        address: "bcrt1q".to_owned(),
        amount: sat(1),
        exact: None,
        level: Level::Confirmed {
            block_hash: "00".to_owned(),
            height: 1,
            confirmations: number,
            mark: Mark::Head,
        },
        seen_at: Timestamp::from_millis(0),
    };
    (1..=40).map(one).collect()
}

#[test]
fn whatever_is_lost_doubled_or_shuffled_the_highest_number_of_each_transfer_arrives() {
    let truth = converged(&observations());
    for seed in 0..500 {
        assert_eq!(converged(&unreliable(observations(), seed)), truth, "seed {seed}");
    }
}

#[test]
fn the_network_does_lose_double_and_shuffle() {
    let all = observations();
    let numbers = |seed| unreliable(all.clone(), seed).iter().map(|seen| seen.number).collect::<Vec<_>>();
    let deliveries: Vec<Vec<u64>> = (0..20).map(numbers).collect();
    for delivered in &deliveries {
        let mut distinct = delivered.clone();
        distinct.sort_unstable();
        assert_ne!(&distinct, delivered, "shuffled");
        distinct.dedup();
        assert!(distinct.len() < 40, "lost");
        assert!(distinct.len() < delivered.len(), "doubled");
    }
}

#[test]
fn the_same_seed_delivers_the_same() {
    assert_eq!(unreliable(observations(), 7), unreliable(observations(), 7));
    assert_ne!(unreliable(observations(), 7), unreliable(observations(), 8));
    assert_eq!(unreliable(Vec::new(), 7), []);
}
