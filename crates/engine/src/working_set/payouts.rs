//! Payouts of processors, over what is committed.

use payment::payout::{PayoutApplied, PayoutReading};
use payment::{Payout, PayoutEvent, RailId, Timestamp};
use store::{PayoutRecord, Record};

use super::{WorkingSet, told_id};
use crate::command::EngineError;
use crate::feed::Change;

impl WorkingSet<'_> {
    /// Takes in what a processor tells of a payout; what it told before changes nothing.
    pub(crate) fn payout_read(
        &mut self,
        rail: RailId,
        reading: PayoutReading,
        at: Timestamp,
    ) -> Result<(), EngineError> {
        let id = told_id(rail, &reading.reference, reading.made_at);
        let known = match self.newest(|staged| staged.payouts.get(&id).cloned()) {
            Some(payout) => Some(payout),
            None => self.writer.payout(id)?,
        };
        let event = PayoutEvent::Read { rail, reading };
        let applied = match known {
            None => Some(Payout::open(id, &event)?),
            Some(payout) => payout.apply(&event)?,
        };
        let Some(PayoutApplied { payout, entries }) = applied else { return Ok(()) };
        self.layer.changes.push(Change::Status);
        self.layer.payouts.insert(id, payout.clone());
        let record = PayoutRecord { event, at, entries, after: payout };
        self.layer.batch.records.push(Record::Payout(Box::new(record)));
        Ok(())
    }
}
