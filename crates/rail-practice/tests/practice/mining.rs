//! Blocks that come by themselves, so that a newcomer sees "Paid".

use money::Currency;
use std::time::Duration;

use payment::Rail;
use payment::rail::RailMemory;
use rail_practice::Mining;
use tokio::time::Instant;

use crate::books::{Books, fresh, offered, pay, rail, unconfirmed, watching};

#[tokio::test(start_paused = true)]
async fn a_payment_confirms_by_itself_after_four_seconds_and_becomes_final() {
    let (rail, books) = (rail(&RailMemory::default(), Mining::PRACTICE), Books::new());
    let address = offered(&rail, &books, 1).await;
    watching(&rail, &books, async {
        rail.act(&pay(&address, 10_000)).unwrap();
        books.until_level(&address, &unconfirmed()).await;
        let paid = Instant::now();
        let confirmed = |confirmations| {
            books.until(move |kept| {
                kept.observations().any(|seen| seen.level.confirmations() == confirmations)
            })
        };
        confirmed(1).await;
        assert_eq!(paid.elapsed(), Duration::from_secs(4));
        confirmed(6).await;
        assert_eq!(paid.elapsed(), Duration::from_secs(24));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn no_block_comes_while_every_payment_is_final_or_gone() {
    let (rail, books) = (rail(&RailMemory::default(), Mining::PRACTICE), Books::new());
    let address = offered(&rail, &books, 1).await;
    watching(&rail, &books, async {
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        assert_eq!(rail.health(Currency::BTC).tip.unwrap().height, 0);
        rail.act(&pay(&address, 10_000)).unwrap();
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        assert_eq!(rail.health(Currency::BTC).tip.unwrap().height, 6);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn further_payments_do_not_put_the_block_off() {
    let (rail, books) = (rail(&RailMemory::default(), Mining::PRACTICE), Books::new());
    let address = offered(&rail, &books, 1).await;
    watching(&rail, &books, async {
        for _ in 0..3 {
            rail.act(&pay(&address, 1_000)).unwrap();
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        assert_eq!(rail.health(Currency::BTC).tip.unwrap().height, 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn on_demand_no_block_comes_by_itself() {
    let (rail, books) = (fresh(), Books::new());
    let address = offered(&rail, &books, 1).await;
    watching(&rail, &books, async {
        rail.act(&pay(&address, 10_000)).unwrap();
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        assert_eq!(rail.health(Currency::BTC).tip.unwrap().height, 0);
    })
    .await;
}
