//! Payers' tabs and their settlements in a batch.

use money::Money;
use payment::stream::settlement::{Bill, SettlementApplied};
use payment::stream::{OnTab, Settlement, SettlementEvent, SettlementState, Tab};
use payment::{RailId, SettlementId, Timestamp};
use store::{Record, SettlementRecord, Source, UnderWay};

use super::WorkingSet;
use crate::charging::Ring;
use crate::command::EngineError;
use crate::feed::Change;

impl WorkingSet<'_> {
    /// What is on a tab.
    pub(crate) fn tab(&self, tab: &Tab) -> Result<Option<OnTab>, EngineError> {
        match self.newest(|staged| staged.tabs.get(tab).copied()) {
            Some(on) => Ok(Some(on)),
            None => Ok(self.writer.tab(tab)?),
        }
    }

    pub(crate) fn keep_tab(&mut self, tab: Tab, on: OnTab) {
        self.layer.tabs.insert(tab, on);
    }

    /// Committed tabs that wait, oldest first; what is on them may have changed in this batch.
    pub(crate) fn tabs_waiting(
        &self,
        rail: RailId,
        since_at_most: Timestamp,
        after: Option<&(Tab, OnTab)>,
        limit: u32,
    ) -> Result<Vec<(Tab, OnTab)>, EngineError> {
        Ok(self.writer.tabs_waiting(rail, since_at_most, after, limit)?)
    }

    pub(crate) fn settlement(&self, id: SettlementId) -> Result<Option<Settlement>, EngineError> {
        match self.newest(|staged| staged.settlements.get(&id).cloned()) {
            Some(settlement) => Ok(Some(settlement)),
            None => Ok(self.writer.settlement(id)?),
        }
    }

    /// Committed settlements that wait for a rail.
    pub(crate) fn settlements_under_way(
        &self,
        rail: RailId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<UnderWay>, EngineError> {
        Ok(self.writer.settlements_under_way(rail, after, limit)?)
    }

    /// Takes everything from a tab into a settlement.
    pub(crate) fn open_settlement(
        &mut self,
        id: SettlementId,
        bill: Bill,
        at: Timestamp,
    ) -> Result<(), EngineError> {
        let (tab, zero) = (bill.tab.clone(), Money::zero(bill.tab.currency));
        let event = SettlementEvent::Opened { bill };
        let settlement = Settlement::open(id, &event, at)?;
        let on = self.tab(&tab)?.ok_or(EngineError::NoSuchSettlement)?;
        self.keep_tab(tab.clone(), OnTab { owed: zero, parts: 0, settlement: Some(id), ..on });
        self.layer.rings.push((tab.rail, Ring::Opened));
        self.stage_settlement(event, Source::Till, at, SettlementApplied { settlement, entries: Vec::new() });
        Ok(())
    }

    /// Applies an event to a settlement; one that changes nothing is not recorded. A tab whose settlement is paid is
    /// free for the next.
    pub(crate) fn settlement_event(
        &mut self,
        id: SettlementId,
        event: &SettlementEvent,
        source: Source,
        at: Timestamp,
    ) -> Result<Settlement, EngineError> {
        let settlement = self.settlement(id)?.ok_or(EngineError::NoSuchSettlement)?;
        let Some(applied) = settlement.apply(event)? else { return Ok(settlement) };
        let after = applied.settlement.clone();
        self.stage_settlement(event.clone(), source, at, applied);
        let tab = &after.bill.tab;
        match &after.state {
            SettlementState::Charged { .. } => {
                if let Some(on) = self.tab(tab)? {
                    self.keep_tab(tab.clone(), OnTab { settlement: None, ..on });
                }
            }
            SettlementState::Charging | SettlementState::Asking { .. } => {
                if matches!(event, SettlementEvent::TriedAgain) {
                    self.layer.rings.push((tab.rail, Ring::TriedAgain));
                }
            }
            SettlementState::SetAside { .. } => {}
        }
        Ok(after)
    }

    fn stage_settlement(
        &mut self,
        event: SettlementEvent,
        source: Source,
        at: Timestamp,
        applied: SettlementApplied,
    ) {
        let SettlementApplied { settlement, entries } = applied;
        self.layer.changes.push(Change::Status);
        self.layer.settlements.insert(settlement.id, settlement.clone());
        let record = SettlementRecord { event, source, at, entries, after: settlement };
        self.layer.batch.records.push(Record::Settlement(Box::new(record)));
    }
}
