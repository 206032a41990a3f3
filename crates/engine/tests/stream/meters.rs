//! What the engine measures of itself is what happened, second by second and in all.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{EngineError, Outcomes, SECONDS_KEPT, Second, Totals};
use payment::RailId;
use store::Trouble;

use crate::clock::MORNING;
use crate::parcels::{instruction, ticket};
use crate::shop::{PATIENCE, Shop, confirmed, eur, replaced, seen, unconfirmed};

const FIRST_SECOND: i64 = MORNING / 1_000;

impl Shop {
    /// Waits until so many commands are measured: that happens right after they are answered.
    async fn measured(&self, commands: u64) -> Totals {
        let waiting = async {
            loop {
                let totals = self.engine.meters().totals();
                if totals.commands == commands {
                    return totals;
                }
                tokio::task::yield_now().await;
            }
        };
        let measured = tokio::time::timeout(PATIENCE, waiting).await;
        measured.unwrap_or_else(|_| panic!("{commands} commands: {:#?}", self.engine.meters().totals()))
    }

    fn seconds(&self) -> Vec<Second> {
        self.engine.meters().seconds()
    }
}

#[tokio::test]
async fn a_second_says_what_became_of_its_instructions_and_how_long_that_took() {
    let shop = Shop::open_quiet().await;
    shop.try_take([ticket("a", 100), ticket("b", i64::MAX), ticket("c", 100)]).await.unwrap();
    shop.try_take([ticket("a", 100), ticket("c", 5), instruction("d", eur(1), "barter")]).await.unwrap();
    shop.measured(2).await;
    let [second] = shop.seconds().try_into().expect("one second");
    assert_eq!(second.at, FIRST_SECOND);
    let outcomes = Outcomes { accepted: 2, duplicate: 1, conflict: 1, rejected: 1, dead_letter: 1 };
    assert_eq!((second.commands, second.outcomes), (2, outcomes));
    // The first parcel was taken apart: each of its instructions was committed alone.
    assert_eq!((second.commits, second.commit_rows), (3, 3));
    let (latency, commit) = (second.latency.unwrap(), second.commit.unwrap());
    assert!(latency.p50_us <= latency.p99_us && latency.p99_us <= latency.max_us, "{latency:?}");
    assert!(commit.max_us > 0 && commit.max_us <= latency.max_us, "{commit:?} {latency:?}");
}

#[tokio::test]
async fn idle_seconds_are_there_with_their_zeros_and_the_oldest_go() {
    let shop = Shop::open_quiet().await;
    shop.try_take([ticket("a", 100)]).await.unwrap();
    shop.measured(1).await;
    shop.clock.turn(Duration::from_secs(3));
    let seconds = shop.seconds();
    let ats: Vec<i64> = seconds.iter().map(|second| second.at - FIRST_SECOND).collect();
    assert_eq!(ats, [0, 1, 2, 3]);
    assert_eq!(seconds[0].outcomes.accepted, 1);
    assert_eq!(seconds[3], Second { at: FIRST_SECOND + 3, ..Second::default() });
    shop.clock.turn(Duration::from_secs(3_600));
    let seconds = shop.seconds();
    assert_eq!((seconds.len(), seconds[0].at), (SECONDS_KEPT, FIRST_SECOND + 3_603 - 299));
    assert!(seconds.iter().all(|second| second.commands == 0 && second.latency.is_none()));
}

#[tokio::test]
async fn a_clock_that_is_set_names_the_seconds_anew_and_makes_no_gap() {
    let shop = Shop::open_quiet().await;
    shop.clock.turn(Duration::from_secs(2));
    shop.clock.jump(-3_600_000);
    let ats: Vec<i64> = shop.seconds().iter().map(|second| second.at - FIRST_SECOND).collect();
    assert_eq!(ats, [-3_600, -3_599, -3_598]);
}

#[tokio::test]
async fn totals_count_by_rail_and_what_was_booked_and_is_gone() {
    let shop = Shop::open_quiet().await;
    shop.try_take([ticket("a", 100), ticket("b", 100)]).await.unwrap();
    let (safe, seen_only) = (shop.charge(450).await, shop.charge(450).await);
    shop.saw([
        seen("t1:0", 1, &safe.address, safe.coins, confirmed(1)),
        seen("t2:0", 2, &seen_only.address, seen_only.coins, unconfirmed()),
    ])
    .await;
    let gone = [("t1:0", 3, &safe), ("t2:0", 4, &seen_only)];
    shop.saw(gone.map(|(name, number, code)| seen(name, number, &code.address, code.coins, replaced())))
        .await;
    // A parcel, two sales opened, two payments started, two addresses, two reports.
    let totals = shop.measured(9).await;
    assert_eq!(totals.accepted, BTreeMap::from([(RailId::CASH, 2)]));
    assert_eq!((totals.withdrawn, totals.reversed), (2, 1));
    assert_eq!((totals.latency.count(), totals.commit.count()), (9, totals.commits));
    assert!(totals.queue_max >= 1, "{totals:?}");
}

#[tokio::test]
async fn what_was_not_recorded_is_counted_as_answered_and_not_as_accepted() {
    let shop = Shop::open_quiet().await;
    shop.trouble(Trouble::CommitLost);
    let lost = shop.try_take([ticket("a", 100)]).await.unwrap_err();
    assert!(matches!(lost, EngineError::Storage(_)), "{lost}");
    let totals = shop.measured(1).await;
    assert_eq!((totals.accepted.len(), totals.commits), (0, 0));
    // Found in the journal when it is opened anew: booked.
    shop.trouble(Trouble::AnswerLost);
    shop.try_take([ticket("b", 100)]).await.unwrap();
    assert_eq!(shop.measured(2).await.accepted[&RailId::CASH], 1);
}

#[tokio::test]
async fn nothing_waits_in_a_queue_that_is_idle_or_closed() {
    let shop = Shop::open_quiet().await;
    let (waiting, bound) = shop.engine.meters().queue();
    assert!(waiting == 0 && bound > 1_000, "{waiting} of {bound}");
    let meters = shop.engine.meters().clone();
    shop.engine.stop().await;
    assert_eq!(meters.queue(), (0, bound));
}
