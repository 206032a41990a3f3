//! Payers' tabs: what gathers on them, when one is charged, and what became of a charge.

use money::Money;
use payment::charging::{ChargeStatus, Taken};
use payment::rail::RailFailureClass;
use payment::stream::settlement::{Answer, Bill};
use payment::stream::{
    Instruction, OnTab, Settlement, SettlementEvent, SettlementState, Tab, fee_of, settle_after_ms,
    settle_at, settle_soonest_ms,
};
use payment::{RailId, SettlementId, Timestamp};
use sha2::{Digest, Sha256};
use store::{FindingRecord, Source};

use super::{Desk, TILL};
use crate::command::{EngineError, Reply};
use crate::working_set::WorkingSet;

/// Tabs looked at by one command, so that no sale waits for long.
const PAGE_TABS: u32 = 256;

impl Desk<'_> {
    /// Puts a micropayment on its payer's tab.
    pub(super) fn put_on_tab(
        &self,
        work: &mut WorkingSet<'_>,
        tab: &Tab,
        amount: Money,
        number: i64,
    ) -> Result<(), EngineError> {
        let before = work.tab(tab)?;
        let after = match before {
            Some(on) => OnTab {
                owed: on.owed.checked_add(amount).map_err(payment::stream::ParcelError::from)?,
                parts: on.parts.saturating_add(1),
                last_micropayment: number,
                since: if on.parts == 0 { self.now } else { on.since },
                settlement: on.settlement,
            },
            None => {
                OnTab { owed: amount, parts: 1, last_micropayment: number, since: self.now, settlement: None }
            }
        };
        work.keep_tab(tab.clone(), after);
        Ok(())
    }

    /// Why nothing more goes on a payer's tab: whoever could not be charged gets no further credit.
    pub(super) fn closed_tab(&self, work: &WorkingSet<'_>, tab: &Tab) -> Result<Option<String>, EngineError> {
        let Some(id) = work.tab(tab)?.and_then(|on| on.settlement) else { return Ok(None) };
        let settlement = work.settlement(id)?.ok_or(EngineError::NoSuchSettlement)?;
        Ok(match settlement.state {
            SettlementState::SetAside { reason, .. } => {
                Some(format!("the tab of {} could not be charged ({reason}): settle {id} first", tab.payer))
            }
            SettlementState::Charging | SettlementState::Asking { .. } | SettlementState::Charged { .. } => {
                None
            }
        })
    }

    /// Charges a tab that has reached the amount for it.
    pub(super) fn settle_if_due(&self, work: &mut WorkingSet<'_>, tab: &Tab) -> Result<(), EngineError> {
        match settle_at(&self.settings.settlements, tab.rail, tab.currency) {
            Some(at) => self.settle_from(work, tab, at).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Charges the tabs of a page that have waited long enough, or (`although_young`) all of them, if they have what the
    /// rail takes at least.
    pub(crate) fn settle_tabs(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        although_young: bool,
        after: Option<&(Tab, OnTab)>,
    ) -> Result<Reply, EngineError> {
        let soonest_ms = settle_soonest_ms(&self.settings.settlements, rail);
        let Some(wait_ms) = (if although_young { Some(0) } else { soonest_ms }) else {
            return Ok(Reply::TabsSettled { count: 0, last: None });
        };
        let since_at_most = Timestamp::from_millis(self.now.millis().saturating_sub(wait_ms));
        let (mut count, page) = (0, work.tabs_waiting(rail, since_at_most, after, PAGE_TABS)?);
        for (tab, on) in &page {
            let waited_ms = self.now.millis().saturating_sub(on.since.millis());
            let wait_ms = settle_after_ms(&self.settings.settlements, rail, tab.currency);
            let is_due = although_young || wait_ms.is_some_and(|wait_ms| waited_ms >= wait_ms);
            if is_due && self.settle_from(work, tab, Money::zero(tab.currency))? {
                count += 1;
            }
        }
        let is_full = u32::try_from(page.len()) == Ok(PAGE_TABS);
        let last = page.into_iter().next_back().filter(|_| is_full).map(Box::new);
        Ok(Reply::TabsSettled { count, last })
    }

    /// What became of a charge.
    pub(crate) fn take_charge(
        &self,
        work: &mut WorkingSet<'_>,
        id: SettlementId,
        answer: Answer,
    ) -> Result<Reply, EngineError> {
        let settlement = work.settlement(id)?.ok_or(EngineError::NoSuchSettlement)?;
        let fee = self.fee_of_charge(&settlement, &answer)?;
        let Some(event) = settlement.judge(answer, fee) else { return Ok(Reply::Done) };
        if let SettlementEvent::SetAside { trouble: RailFailureClass::Protocol, reason } = &event {
            work.find(self.mismatch(&settlement, reason.clone()))?;
        }
        let tab = settlement.bill.tab;
        let settlement = work.settlement_event(id, &event, Source::Rail(tab.rail), self.now)?;
        if matches!(settlement.state, SettlementState::Charged { .. }) {
            self.settle_if_due(work, &tab)?;
        }
        Ok(Reply::Done)
    }

    /// Somebody decided that a settlement is tried again.
    pub(crate) fn retry_settlement(
        &self,
        work: &mut WorkingSet<'_>,
        id: SettlementId,
    ) -> Result<Reply, EngineError> {
        work.settlement_event(id, &SettlementEvent::TriedAgain, TILL, self.now)?;
        Ok(Reply::Done)
    }

    /// Can the rail be charged now?
    pub(super) fn chargeable(&self, rail: RailId) -> Result<(), String> {
        match self.charging.get(rail) {
            Some(Ok(rail)) if rail.health().is_up() => Ok(()),
            Some(Ok(_)) => Err("it does not answer".to_owned()),
            Some(Err(error)) => Err(error.reason().to_owned()),
            None => Err("it is not set up".to_owned()),
        }
    }

    /// The smallest amount that can be charged from a tab.
    pub(super) fn charge_min(&self, tab: &Tab) -> Option<Money> {
        match self.charging.get(tab.rail) {
            Some(Ok(rail)) => rail.charge_min(tab.currency),
            Some(Err(_)) | None => None,
        }
    }

    /// The tab of an instruction on a charging rail.
    pub(super) fn tab_of(rail: RailId, instruction: &Instruction) -> Option<Tab> {
        let payer = instruction.payer()?.to_owned();
        let currency = instruction.amount().currency();
        Some(Tab { payer, rail, method: instruction.method().to_owned(), currency })
    }

    /// Opens a settlement of everything on a tab if it has `at` and what the rail takes at least, and none is there.
    fn settle_from(&self, work: &mut WorkingSet<'_>, tab: &Tab, at: Money) -> Result<bool, EngineError> {
        let Some(on) = work.tab(tab)? else { return Ok(false) };
        let is_enough = self.charge_min(tab).is_some_and(|least| on.owed >= least) && on.owed >= at;
        if !is_enough || on.parts == 0 || on.settlement.is_some() {
            return Ok(false);
        }
        let OnTab { owed, parts, last_micropayment, .. } = on;
        let bill = Bill { tab: tab.clone(), amount: owed, parts, last_micropayment };
        work.open_settlement(self.settlement_id(&bill), bill, self.now)?;
        Ok(true)
    }

    /// Follows from what it takes, so that the same input makes the same journal.
    fn settlement_id(&self, bill: &Bill) -> SettlementId {
        let digest = Sha256::new()
            .chain_update(bill.tab.rail.name())
            .chain_update([0])
            .chain_update(bill.last_micropayment.to_be_bytes())
            .finalize();
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        SettlementId::generate(self.now, random)
    }

    /// What the shop's table says of it; nothing when the rail said itself.
    fn fee_of_charge(&self, settlement: &Settlement, answer: &Answer) -> Result<Money, EngineError> {
        let Bill { tab, amount, .. } = &settlement.bill;
        match answer {
            Answer::Status(ChargeStatus::Taken(Taken { fee: None, .. })) => {
                fee_of(&self.settings.fees, tab.rail, &tab.method, *amount)
                    .map_err(|error| EngineError::Rule(error.to_string()))
            }
            _ => Ok(Money::zero(amount.currency())),
        }
    }

    fn mismatch(&self, settlement: &Settlement, reason: String) -> FindingRecord {
        FindingRecord {
            subject: settlement.id.to_string(),
            kind: "mismatch",
            reason,
            payload: format!("{} of {}", settlement.bill.amount, settlement.bill.tab.payer),
            at: self.now,
        }
    }
}
