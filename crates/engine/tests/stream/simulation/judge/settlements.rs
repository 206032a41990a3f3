//! Settlements: their versions follow each other, and their entries are only added.

use payment::stream::Settlement;
use store::SettlementRecord;

use super::{Judge, Verdict, books, must};

impl Judge {
    pub(super) fn note_settlement(&mut self, record: &SettlementRecord) -> Verdict {
        let after = &record.after;
        let before = self.settlements.get(&after.id);
        let version_before = before.map_or(0, |settlement| settlement.version);
        must("I3", after.version == version_before + 1, || {
            format!("{}: version {} follows {version_before}", after.id, after.version)
        })?;
        books::only_added(before.map_or(&[], Settlement::entries), &record.entries, after.entries())?;
        self.settlements.insert(after.id, after.clone());
        Ok(())
    }
}
