//! What rails and the owner asked to be kept.

use std::collections::BTreeMap;

use payment::{RailId, Timestamp};
use rusqlite::Connection;
use store::{Batch, RailChange, SettingsChange};

use super::shop::*;

fn change(change_set: Option<&[u8]>, last_observation: u64, scanned: bool) -> Batch {
    let change_set = change_set.map(<[u8]>::to_vec);
    let change = RailChange { rail: RailId::BITCOIN, change_set, last_observation, scanned };
    Batch { rail_changes: vec![change], ..Batch::default() }
}

fn settings(rows: &[(&str, &str)], at: i64) -> Batch {
    let rows = rows.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Batch { settings: Some(SettingsChange { rows, at: Timestamp::from_millis(at) }), ..Batch::default() }
}

#[tokio::test]
async fn a_rail_gets_its_change_sets_back_in_order_and_its_highest_number() {
    let mut shop = Shop::open().await;
    for (change_set, number) in [(Some(&b"one"[..]), 7), (None, 9), (Some(b"two"), 0)] {
        shop.writer.write(&change(change_set, number, false)).unwrap();
    }
    let memory = shop.writer.rail_memory(RailId::BITCOIN).unwrap();
    assert_eq!(memory.change_sets, [b"one".to_vec(), b"two".to_vec()]);
    assert_eq!((memory.last_observation, memory.restored), (9, false));
    assert_eq!(shop.writer.last_observation(RailId::BITCOIN).unwrap(), 9);
    let read = shop.reader().rail_memory(RailId::BITCOIN).unwrap();
    assert_eq!((read.change_sets, read.last_observation), (memory.change_sets, 9));
}

#[tokio::test]
async fn a_number_that_does_not_fit_is_refused_and_not_wrapped() {
    let mut shop = Shop::open().await;
    let refused = shop.writer.write(&change(None, u64::MAX, false)).unwrap_err();
    assert!(refused.to_string().contains("18446744073709551615"), "{refused}");
    assert_eq!(shop.writer.last_observation(RailId::BITCOIN).unwrap(), 0);
}

#[tokio::test]
async fn changed_settings_are_kept_with_what_they_were() {
    let mut shop = Shop::open().await;
    shop.writer.write(&settings(&[("shop.name", "Bean There"), ("shop.language", "en")], 1)).unwrap();
    shop.writer.write(&settings(&[("shop.name", "Bean Here")], 2)).unwrap();
    let now: BTreeMap<String, String> = [("shop.name".to_owned(), "Bean Here".to_owned())].into();
    assert_eq!(shop.writer.settings().unwrap(), now);
    assert_eq!(shop.reader().settings().await.unwrap(), now);
    let log = Connection::open(shop.path()).unwrap();
    let mut log = log.prepare("select key, before, after, changed_at from setting_change").unwrap();
    let rows = log.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    let rows: Vec<(String, Option<String>, Option<String>, i64)> = rows.map(Result::unwrap).collect();
    let change = |key: &str, before: Option<&str>, after: Option<&str>, at| {
        (key.to_owned(), before.map(str::to_owned), after.map(str::to_owned), at)
    };
    assert_eq!(
        rows,
        [
            change("shop.language", None, Some("en"), 1),
            change("shop.name", None, Some("Bean There"), 1),
            change("shop.name", Some("Bean There"), Some("Bean Here"), 2),
            change("shop.language", Some("en"), None, 2),
        ]
    );
}
