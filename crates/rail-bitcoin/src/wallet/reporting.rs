//! From sightings to reports: every reading is numbered, and only what the books do not know yet is said again.

use bdk_wallet::bitcoin::Txid;
use payment::rail::Report;
use payment::{Level, Observation, TransferRef};

use super::interest::DEEP_CONFIRMATIONS;
use super::{Scan, Wallet};

impl Wallet {
    /// A report of everything (`complete`) or of what changed since the last committed one; `None` when there is
    /// nothing to say. `agreeing` counts the servers that know an unconfirmed transaction.
    pub(crate) fn report(&mut self, complete: bool, agreeing: impl Fn(Txid) -> u8) -> Option<Report> {
        self.reporting.clear();
        let mut observations = Vec::new();
        for (outpoint, sighting) in &self.sightings {
            let level = match &sighting.level {
                Level::Unconfirmed { .. } => Level::Unconfirmed { agreeing_servers: agreeing(outpoint.txid) },
                level => level.clone(),
            };
            if !complete && !self.reported.get(outpoint).is_none_or(|reported| is_news(reported, &level)) {
                continue;
            }
            self.last_number += 1;
            self.reporting.push((*outpoint, level.clone()));
            observations.push(Observation {
                reference: TransferRef::new(outpoint.to_string()),
                number: self.last_number,
                address: sighting.address.clone(),
                amount: sighting.amount,
                exact: None,
                level,
                seen_at: sighting.seen_at,
            });
        }
        if !complete && observations.is_empty() && !self.log.is_urgent() {
            return None;
        }
        let scanned = self.scan == Scan::Done;
        Some(Report { observations, change_set: self.log.hand_over(), complete, scanned })
    }

    /// The last report is committed.
    pub(crate) fn committed(&mut self) {
        self.log.committed();
        self.reported.extend(self.reporting.drain(..));
        if self.scan == Scan::Done {
            self.scan = Scan::Committed;
        }
    }
}

/// Would the books learn anything from it? Confirmations beyond a day of blocks are not counted on.
fn is_news(reported: &Level, now: &Level) -> bool {
    let is_deep = |level: &Level| level.confirmations() >= DEEP_CONFIRMATIONS;
    match (reported, now) {
        (Level::Confirmed { block_hash: one, .. }, Level::Confirmed { block_hash: other, .. })
            if one == other && is_deep(reported) && is_deep(now) =>
        {
            false
        }
        _ => reported != now,
    }
}

#[cfg(test)]
mod tests {
    use payment::Mark;

    use super::*;

    fn confirmed(block_hash: &str, confirmations: u32) -> Level {
        Level::Confirmed { block_hash: block_hash.to_owned(), height: 7, confirmations, mark: Mark::Head }
    }

    #[test]
    fn rising_confirmations_are_news_until_a_day_of_blocks_is_on_top() {
        assert!(is_news(&confirmed("a", 1), &confirmed("a", 2)));
        assert!(is_news(&confirmed("a", 143), &confirmed("a", 144)));
        assert!(!is_news(&confirmed("a", 144), &confirmed("a", 145)));
        assert!(!is_news(&confirmed("a", 1), &confirmed("a", 1)));
    }

    #[test]
    fn another_block_and_another_level_are_always_news() {
        assert!(is_news(&confirmed("a", 200), &confirmed("b", 200)));
        assert!(is_news(&confirmed("a", 200), &Level::Unconfirmed { agreeing_servers: 1 }));
        assert!(is_news(
            &Level::Unconfirmed { agreeing_servers: 1 },
            &Level::Unconfirmed { agreeing_servers: 2 }
        ));
    }
}
