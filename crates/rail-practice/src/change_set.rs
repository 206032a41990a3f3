//! What the rail asks to be stored, and how it reads it back: JSON with an explicit version.

use payment::rail::RailMemory;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::chain::{Chain, Event};

/// The newest version. Version 2 brought coins beside bitcoin; what can be said in version 1 still is, so that an older
/// program reads it.
const VERSION: u32 = 2;

/// One stored piece of the simulated world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Content {
    /// An address was handed out. Storing it twice is harmless.
    Offered { address: String },
    /// Events in a row, the first being number `first` of all. Those already known are skipped when read back.
    Happened { first: u64, events: Vec<Event> },
}

/// Only what is needed to tell a newer encoding from a broken one.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Why the simulated world can't be opened from what was stored.
#[derive(Debug, Error)]
pub enum OpenError {
    /// A newer program wrote it.
    #[error(
        "practice data number {index} has version {version}, this program reads {VERSION}: update Tillstream"
    )]
    Newer {
        /// Which change set, from 0.
        index: usize,
        /// Its version.
        version: u32,
    },
    /// It isn't what any version writes.
    #[error("practice data number {index} is damaged ({source}): restore a backup")]
    Damaged {
        /// Which change set, from 0.
        index: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Something between two change sets is missing.
    #[error("practice data before number {index} is missing: restore a backup")]
    Gap {
        /// The change set that doesn't follow the one before, from 0.
        index: usize,
    },
}

pub(crate) fn offered(address: &str) -> Vec<u8> {
    encode(1, Content::Offered { address: address.to_owned() })
}

pub(crate) fn happened(first: u64, events: &[Event]) -> Vec<u8> {
    let has_coin = |event: &Event| matches!(event, Event::Sent { coin: Some(_), .. });
    let version = if events.iter().any(has_coin) { VERSION } else { 1 };
    encode(version, Content::Happened { first, events: events.to_vec() })
}

/// Folds everything stored.
pub(crate) fn read(memory: &RailMemory) -> Result<Chain, OpenError> {
    let mut chain = Chain::default();
    for (index, bytes) in memory.change_sets.iter().enumerate() {
        match decode(index, bytes)? {
            Content::Offered { address } => chain.offer(address),
            Content::Happened { first, events } => {
                let known = chain.events().checked_sub(first).ok_or(OpenError::Gap { index })?;
                // More known than memory can hold means that all of these are.
                let known = usize::try_from(known).unwrap_or(usize::MAX);
                events.iter().skip(known).for_each(|event| chain.apply(event));
            }
        }
    }
    Ok(chain)
}

fn encode(version: u32, content: Content) -> Vec<u8> {
    let stored = Stored { version, content };
    serde_json::to_vec(&stored).expect("strings, numbers and lists always have a JSON form")
}

fn decode(index: usize, bytes: &[u8]) -> Result<Content, OpenError> {
    let damaged = |source| OpenError::Damaged { index, source };
    let Versioned { version } = serde_json::from_slice(bytes).map_err(damaged)?;
    if !(1..=VERSION).contains(&version) {
        return Err(OpenError::Newer { index, version });
    }
    let stored: Stored = serde_json::from_slice(bytes).map_err(damaged)?;
    Ok(stored.content)
}

#[cfg(test)]
mod tests {
    use money::{Currency, Money};
    use payment::Timestamp;

    use super::*;
    use crate::act::Act;

    fn memory(change_sets: &[&str]) -> RailMemory {
        let change_sets = change_sets.iter().map(|text| text.as_bytes().to_vec()).collect();
        RailMemory { change_sets, ..RailMemory::default() }
    }

    fn every_event() -> Vec<Event> {
        vec![
            Event::Sent { txid: "aa".into(), address: "bcrt1q".into(), sat: 7, at_ms: 9, coin: None },
            Event::Replaced { txid: "aa".into() },
            Event::Dropped { txid: "aa".into() },
            Event::BlockFound { hash: "bb".into(), at_ms: 10 },
            Event::BlocksOrphaned { count: 1, keep: true },
        ]
    }

    /// Shops have this form on disk: it may never change under version 1.
    const STORED: &str = concat!(
        r#"{"version":1,"content":{"happened":{"first":0,"events":["#,
        r#"{"event":"sent","txid":"aa","address":"bcrt1q","sat":7,"at_ms":9},"#,
        r#"{"event":"replaced","txid":"aa"},"#,
        r#"{"event":"dropped","txid":"aa"},"#,
        r#"{"event":"block_found","hash":"bb","at_ms":10},"#,
        r#"{"event":"blocks_orphaned","count":1,"keep":true}]}}}"#,
    );

    #[test]
    fn the_stored_form_is_fixed() {
        assert_eq!(String::from_utf8(happened(0, &every_event())).unwrap(), STORED);
        let offered = String::from_utf8(offered("bcrt1q")).unwrap();
        assert_eq!(offered, r#"{"version":1,"content":{"offered":{"address":"bcrt1q"}}}"#);
    }

    #[test]
    fn a_payment_in_another_coin_is_stored_with_it() {
        let coin = Currency::on_chain("USDC", 8_453, 6).unwrap();
        let mut chain = Chain::default();
        chain.offer("0xpractice1".to_owned());
        let pay = Act::Pay { address: "0xpractice1".to_owned(), amount: Money::new(7, coin) };
        let events = chain.decide(&pay, Timestamp::from_millis(9)).unwrap();
        let stored = String::from_utf8(happened(0, &events)).unwrap();
        assert!(stored.starts_with(r#"{"version":2,"#), "{stored}");
        assert!(stored.contains(r#""coin":{"code":"USDC.8453","scale":6}"#), "{stored}");
        let read = read(&memory(&[&stored])).unwrap();
        assert_eq!(read.readings(0)[0].amount, Money::new(7, coin));
    }

    #[test]
    fn a_change_set_stored_twice_counts_once() {
        let once = read(&memory(&[STORED])).unwrap();
        let twice = read(&memory(&[STORED, STORED])).unwrap();
        assert_eq!((once.events(), once.levels()), (twice.events(), twice.levels()));
        assert_eq!(once.events(), 5);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let refused = |text: &str| read(&memory(&[STORED, text])).unwrap_err().to_string();
        let newer = refused(r#"{"version":3,"content":{"something":"new"}}"#);
        assert_eq!(newer, "practice data number 1 has version 3, this program reads 2: update Tillstream");
        let gap = refused(r#"{"version":1,"content":{"happened":{"first":6,"events":[]}}}"#);
        assert_eq!(gap, "practice data before number 1 is missing: restore a backup");
        for damaged in ["", "{", "[]", r#"{"version":1}"#, r#"{"version":1,"content":{"offered":{}}}"#] {
            assert!(refused(damaged).starts_with("practice data number 1 is damaged"), "{damaged}");
        }
    }
}
