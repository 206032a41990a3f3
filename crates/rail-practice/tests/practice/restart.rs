//! Stopping and going on: from what was committed, and from nothing else.

use money::Currency;
use payment::{Rail, RailError};
use rail_practice::{Act, Mining, PracticeRail};

use crate::books::{Books, converged, fresh, offered, pay, rail, unconfirmed, watch_to_its_end, watching};

fn reopened(books: &Books) -> PracticeRail {
    rail(&books.kept().memory(), Mining::OnDemand)
}

#[tokio::test(start_paused = true)]
async fn a_reopened_rail_goes_on_where_the_committed_one_stopped() {
    let (rail, books) = (fresh(), Books::new());
    let address = offered(&rail, &books, 1).await;
    watching(&rail, &books, async {
        rail.act(&pay(&address, 10_000)).unwrap();
        rail.act(&Act::MineBlock).unwrap();
        rail.act(&pay(&address, 500)).unwrap();
        books.until_level(&address, &unconfirmed()).await;
    })
    .await;
    let before = books.kept();
    let tip = rail.health(Currency::BTC).tip;
    drop(rail);

    let rail = reopened(&books);
    assert_eq!(rail.health(Currency::BTC).tip, tip);
    let after = watching(&rail, &books, books.until(|kept| kept.reports.len() > before.reports.len())).await;
    let complete = after.reports.last().unwrap();
    assert!(complete.complete && complete.change_set.is_none());
    let last = before.memory().last_observation;
    assert!(complete.observations.iter().all(|seen| seen.number > last));
    let levels = |seen: Vec<_>| converged(seen).into_values().map(|seen| seen.level).collect::<Vec<_>>();
    assert_eq!(
        levels(complete.observations.iter().collect()),
        levels(before.observations().collect()),
        "nothing but the numbers is new"
    );
    assert_eq!(complete.observations.len(), 2);
    rail.act(&Act::DoubleSpend { address }).unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_watch_ends_when_a_report_is_not_committed_and_the_next_one_tells_it_again() {
    let (rail, books) = (fresh(), Books::new());
    let address = offered(&rail, &books, 1).await;
    rail.act(&pay(&address, 10_000)).unwrap();
    books.refuse(true);
    assert!(matches!(watch_to_its_end(&rail, &books).await, Err(RailError::NotSent(_))));
    rail.act(&Act::MineBlock).unwrap();
    assert!(watch_to_its_end(&rail, &books).await.is_err());
    assert!(books.kept().reports.is_empty());

    books.refuse(false);
    let kept = watching(&rail, &books, books.until(|kept| !kept.reports.is_empty())).await;
    assert_eq!(kept.reports[0].observations.len(), 1);
    assert_eq!(kept.reports[0].observations[0].level.confirmations(), 1);
    assert_eq!(reopened(&books).health(Currency::BTC).tip.unwrap().height, 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_never_committed_never_happened() {
    let (rail, books) = (fresh(), Books::new());
    let address = offered(&rail, &books, 1).await;
    rail.act(&pay(&address, 10_000)).unwrap();
    drop(rail);

    let rail = reopened(&books);
    let kept = watching(&rail, &books, async {
        rail.act(&Act::MineBlock).unwrap();
        books.until(|kept| kept.change_sets.len() == 2).await
    })
    .await;
    assert_eq!(kept.observations().count(), 0);
    rail.act(&pay(&address, 10_000)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_watch_dropped_before_it_learns_of_its_commit_doubles_nothing() {
    let (rail, books) = (fresh(), Books::new());
    let address = offered(&rail, &books, 1).await;
    rail.act(&pay(&address, 10_000)).unwrap();
    rail.act(&Act::MineBlock).unwrap();
    books.fall_silent(true);
    watching(&rail, &books, books.until(|kept| !kept.reports.is_empty())).await;

    books.fall_silent(false);
    let kept = watching(&rail, &books, books.until(|kept| kept.reports.len() == 2)).await;
    assert_eq!(kept.reports[0].change_set, kept.reports[1].change_set, "told again");
    assert_eq!(converged(kept.observations()).len(), 1);
    assert_eq!(reopened(&books).health(Currency::BTC).tip.unwrap().height, 1);
}
