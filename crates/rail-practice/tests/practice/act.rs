//! What each act of the public looks like to the till.

use money::{Currency, Money};
use payment::transfer::WithdrawnReason;
use payment::{Level, Rail};
use rail_practice::{Act, ActRefused};

use crate::books::{Books, fresh, offered, pay, sat, unconfirmed, watching, withdrawn};

/// Confirmations at each reading; `None` where it was in no block.
fn confirmations(levels: &[Level]) -> Vec<Option<u32>> {
    let of = |level: &Level| match level {
        Level::Confirmed { confirmations, .. } => Some(*confirmations),
        Level::Unconfirmed { .. } | Level::Withdrawn { .. } => None,
    };
    levels.iter().map(of).collect()
}

#[tokio::test(start_paused = true)]
async fn a_payment_is_seen_unconfirmed_and_then_deeper_with_every_block() {
    let (rail, books) = (fresh(), Books::new());
    let address = offered(&rail, &books, 1).await;
    let kept = watching(&rail, &books, async {
        rail.act(&pay(&address, 10_000)).unwrap();
        books.until_level(&address, &unconfirmed()).await;
        rail.act(&Act::MineBlock).unwrap();
        rail.act(&Act::MineBlock).unwrap();
        books.until(|kept| kept.levels(&address).len() == 3).await
    })
    .await;
    let seen: Vec<_> = kept.observations().collect();
    assert!(seen.iter().all(|one| one.amount == sat(10_000) && one.reference == seen[0].reference));
    assert_eq!(seen.iter().map(|seen| seen.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(confirmations(&kept.levels(&address)), [None, Some(1), Some(2)]);
    let tip = rail.health(Currency::BTC).tip.unwrap();
    assert_eq!((tip.height, rail.health(Currency::BTC).is_up()), (2, true));
}

#[tokio::test(start_paused = true)]
async fn two_payments_to_one_address_are_two_transfers() {
    let (rail, books) = (fresh(), Books::new());
    let address = offered(&rail, &books, 1).await;
    let kept = watching(&rail, &books, async {
        rail.act(&pay(&address, 4_000)).unwrap();
        rail.act(&pay(&address, 6_000)).unwrap();
        books.until(|kept| kept.observations().count() == 2).await
    })
    .await;
    let seen: Vec<_> = kept.observations().collect();
    assert_ne!(seen[0].reference, seen[1].reference);
    assert_eq!((seen[0].amount, seen[1].amount), (sat(4_000), sat(6_000)));
}

#[tokio::test(start_paused = true)]
async fn a_double_spend_takes_back_the_newest_unconfirmed_payment() {
    let (rail, books) = (fresh(), Books::new());
    let address = offered(&rail, &books, 1).await;
    let kept = watching(&rail, &books, async {
        rail.act(&pay(&address, 10_000)).unwrap();
        rail.act(&pay(&address, 500)).unwrap();
        rail.act(&Act::DoubleSpend { address: address.clone() }).unwrap();
        books.until_level(&address, &withdrawn(WithdrawnReason::Replaced)).await
    })
    .await;
    assert_eq!(kept.observations().last().unwrap().amount, sat(500));
    rail.act(&Act::MineBlock).unwrap();
    assert_eq!(
        rail.act(&Act::DoubleSpend { address: address.clone() }),
        Err(ActRefused::NothingUnconfirmed(address))
    );
}

#[tokio::test(start_paused = true)]
async fn a_dropped_payment_is_withdrawn_and_no_block_brings_it_back() {
    let (rail, books) = (fresh(), Books::new());
    let (address, other) = (offered(&rail, &books, 1).await, offered(&rail, &books, 2).await);
    watching(&rail, &books, async {
        rail.act(&pay(&address, 10_000)).unwrap();
        rail.act(&Act::Drop { address: address.clone() }).unwrap();
        rail.act(&pay(&other, 10_000)).unwrap();
        rail.act(&Act::MineBlock).unwrap();
        let kept = books.until(|kept| confirmations(&kept.levels(&other)).contains(&Some(1))).await;
        assert_eq!(kept.levels(&address), [unconfirmed(), withdrawn(WithdrawnReason::Dropped)]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_reorganisation_that_keeps_payments_confirms_them_again_in_other_blocks() {
    for depth in [1, 2, 6] {
        let (rail, books) = (fresh(), Books::new());
        let address = offered(&rail, &books, 1).await;
        rail.act(&pay(&address, 10_000)).unwrap();
        (0..depth).for_each(|_| rail.act(&Act::MineBlock).unwrap());
        let kept = watching(&rail, &books, async {
            let before = books.until(|kept| !kept.reports.is_empty()).await;
            assert_eq!(confirmations(&before.levels(&address)), [Some(depth)]);
            rail.act(&Act::Reorganise { depth, keep: true }).unwrap();
            books.until(|kept| confirmations(&kept.levels(&address)).last() == Some(&Some(depth + 1))).await
        })
        .await;
        let levels = kept.levels(&address);
        assert_eq!(levels[1], unconfirmed(), "it waits for a block of the new chain");
        let (Level::Confirmed { block_hash: old, .. }, Level::Confirmed { block_hash: new, height, .. }) =
            (&levels[0], &levels[2])
        else {
            panic!("{levels:?}")
        };
        assert!(old != new && *height == 1);
        assert_eq!(rail.health(Currency::BTC).tip.unwrap().height, depth + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reorganisation_without_the_payments_withdraws_only_those_in_the_lost_blocks() {
    let (rail, books) = (fresh(), Books::new());
    let (old, new) = (offered(&rail, &books, 1).await, offered(&rail, &books, 2).await);
    rail.act(&pay(&old, 10_000)).unwrap();
    rail.act(&Act::MineBlock).unwrap();
    rail.act(&pay(&new, 10_000)).unwrap();
    rail.act(&Act::MineBlock).unwrap();
    let kept = watching(&rail, &books, async {
        rail.act(&Act::Reorganise { depth: 1, keep: false }).unwrap();
        books.until_level(&new, &withdrawn(WithdrawnReason::Replaced)).await
    })
    .await;
    assert_eq!(confirmations(&kept.levels(&old)).last(), Some(&Some(3)));
}

#[tokio::test(start_paused = true)]
async fn a_payment_a_hundred_blocks_deep_is_no_longer_news() {
    let (rail, books) = (fresh(), Books::new());
    let address = offered(&rail, &books, 1).await;
    rail.act(&pay(&address, 10_000)).unwrap();
    (0..150).for_each(|_| rail.act(&Act::MineBlock).unwrap());
    let kept = watching(&rail, &books, async {
        books.until(|kept| !kept.reports.is_empty()).await;
        (0..50).for_each(|_| rail.act(&Act::MineBlock).unwrap());
        books.until(|kept| kept.reports.len() == 2).await
    })
    .await;
    assert_eq!(confirmations(&kept.levels(&address)), [Some(100)]);
}

#[test]
fn what_cannot_be_done_is_refused_and_changes_nothing() {
    let rail = fresh();
    let stranger = "bcrt1qstranger".to_owned();
    assert_eq!(rail.act(&pay(&stranger, 1)), Err(ActRefused::UnknownAddress(stranger.clone())));
    assert_eq!(rail.act(&Act::Drop { address: stranger.clone() }), Err(ActRefused::UnknownAddress(stranger)));
    for depth in [0, 1] {
        let refused = rail.act(&Act::Reorganise { depth, keep: true });
        assert_eq!(refused, Err(ActRefused::WrongDepth { depth, height: 0 }));
    }
    assert_eq!(rail.health(Currency::BTC).tip.unwrap().height, 0);
}

#[tokio::test(start_paused = true)]
async fn only_bitcoin_above_zero_can_be_sent() {
    let (rail, books) = (fresh(), Books::new());
    let address = offered(&rail, &books, 1).await;
    for amount in [sat(0), sat(-1), Money::new(450, Currency::iso("EUR").unwrap())] {
        let refused = rail.act(&Act::Pay { address: address.clone(), amount });
        assert_eq!(refused, Err(ActRefused::WrongAmount(amount)));
    }
}
