//! What a rail saw, brought to its owner: the sale that showed the address, or the stray payments.

use std::collections::HashSet;

use payment::rail::Report;
use payment::sale::Refused;
use payment::stray::StrayFinding;
use payment::transfer::WithdrawnReason;
use payment::{
    InvoiceId, Level, Observation, PaymentId, Policy, RailId, SaleEvent, StrayEvent, StrayReason, Transfer,
    TransferRef,
};
use store::{Source, TransferOwner};

use super::Desk;
use crate::command::{EngineError, Reply};
use crate::working_set::WorkingSet;

impl Desk<'_> {
    /// Commits what was seen together with what the rail must remember of it.
    pub(super) fn take_report(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        report: Report,
    ) -> Result<Reply, EngineError> {
        let highest = report.observations.iter().map(|o| o.number).max().unwrap_or(0);
        work.remember_report(rail, report.change_set, highest, report.scanned)?;
        let missing = if report.complete { self.missing(work, rail, &report.observations)? } else { vec![] };
        for observation in report.observations {
            let observation = Observation { number: spread(observation.number), ..observation };
            self.take_observation(work, rail, observation, report.complete)?;
        }
        for observation in missing {
            self.take_observation(work, rail, observation, false)?;
        }
        Ok(Reply::Done)
    }

    /// What the books hold open and a complete report does not name is gone.
    fn missing(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        reported: &[Observation],
    ) -> Result<Vec<Observation>, EngineError> {
        let named: HashSet<&TransferRef> = reported.iter().map(|o| &o.reference).collect();
        let number = spread(work.last_observation(rail)?) + 1;
        let mut gone = Vec::new();
        for (reference, owner) in work.open_transfers(rail)? {
            if named.contains(&reference) {
                continue;
            }
            if let Some(known) = self.transfer(work, &reference, owner)? {
                let level = Level::Withdrawn { reason: WithdrawnReason::Dropped };
                gone.push(Observation { number, level, ..known.latest });
            }
        }
        Ok(gone)
    }

    fn take_observation(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        observation: Observation,
        complete: bool,
    ) -> Result<(), EngineError> {
        let owner = work.owner_of_transfer(rail, &observation.reference)?;
        if let Some(owner) = owner
            && !self.is_news(work, &observation, owner, complete)?
        {
            return Ok(());
        }
        let outcome = match owner {
            Some(TransferOwner::Sale(invoice, payment)) => {
                self.observe_sale(work, rail, (invoice, payment), observation.clone())
            }
            Some(TransferOwner::Stray(stray)) => {
                let event = StrayEvent::Observed { observation: observation.clone() };
                work.stray_event(stray, &event, Source::Rail(rail), self.now).map(|_| ())
            }
            None => self.first_sight(work, rail, observation.clone()),
        };
        match outcome {
            Err(EngineError::Refused(refused)) => work.finding(rail, &observation, &refused, self.now),
            other => other,
        }
    }

    fn first_sight(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        observation: Observation,
    ) -> Result<(), EngineError> {
        let Some((invoice, payment)) = work.owner_of_address(rail, &observation.address)? else {
            return self.find_stray(work, rail, None, StrayReason::UnknownAddress, observation);
        };
        let sale = work.sale(invoice)?.ok_or(EngineError::NoSuchSale)?;
        match sale.admit(payment, &observation) {
            Ok(()) => self.observe_sale(work, rail, (invoice, payment), observation),
            Err(reason) => self.find_stray(work, rail, Some((invoice, payment)), reason, observation),
        }
    }

    fn observe_sale(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        (invoice, payment): (InvoiceId, PaymentId),
        observation: Observation,
    ) -> Result<(), EngineError> {
        let reference = observation.reference.clone();
        let event = SaleEvent::TransferObserved { payment, observation };
        work.sale_event(invoice, &event, Source::Rail(rail), self.now)?;
        work.own_transfer(rail, &reference, (invoice, payment));
        Ok(())
    }

    fn find_stray(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        shown_by: Option<(InvoiceId, PaymentId)>,
        reason: StrayReason,
        observation: Observation,
    ) -> Result<(), EngineError> {
        let is_bookable = observation.amount.is_positive();
        let finding = StrayFinding {
            rail,
            address: observation.address.clone(),
            shown_by,
            reason: if is_bookable { reason } else { StrayReason::Unbookable },
            policy: Policy::DEFAULT,
        };
        work.find_stray(StrayEvent::Found { finding, observation }, Source::Rail(rail), self.now)
    }

    /// Rails deliver in order, so these may be dropped unrecorded: a level that a complete report merely repeats, and
    /// confirmations beyond what is final.
    fn is_news(
        &self,
        work: &mut WorkingSet<'_>,
        observation: &Observation,
        owner: TransferOwner,
        complete: bool,
    ) -> Result<bool, EngineError> {
        let Some((known, policy)) = self.transfer_with_policy(work, &observation.reference, owner)? else {
            return Ok(true);
        };
        let repeats = complete && known.latest.level == observation.level;
        let same_block = match (&known.latest.level, &observation.level) {
            (Level::Confirmed { block_hash: a, .. }, Level::Confirmed { block_hash: b, .. }) => a == b,
            _ => false,
        };
        let beyond_final = same_block && policy.is_final(&known.latest.level) && policy.is_final(&observation.level);
        Ok(!repeats && !beyond_final)
    }

    fn transfer(
        &self,
        work: &mut WorkingSet<'_>,
        reference: &TransferRef,
        owner: TransferOwner,
    ) -> Result<Option<Transfer>, EngineError> {
        Ok(self.transfer_with_policy(work, reference, owner)?.map(|(transfer, _)| transfer))
    }

    fn transfer_with_policy(
        &self,
        work: &mut WorkingSet<'_>,
        reference: &TransferRef,
        owner: TransferOwner,
    ) -> Result<Option<(Transfer, Policy)>, EngineError> {
        match owner {
            TransferOwner::Sale(invoice, payment) => {
                let sale = work.sale(invoice)?.ok_or(EngineError::NoSuchSale)?;
                let chain = sale.payment(payment).and_then(payment::sale::Payment::chain);
                Ok(chain.and_then(|c| c.transfers.get(reference).map(|t| (t.clone(), c.terms.policy))))
            }
            TransferOwner::Stray(id) => {
                let stray = work.stray(id)?.ok_or(EngineError::NoSuchStray)?;
                Ok(Some((stray.transfer, stray.finding.policy)))
            }
        }
    }
}

/// Leaves a gap after each number of a rail, for what the engine itself concludes from a complete report.
const fn spread(number: u64) -> u64 {
    number.saturating_mul(2)
}

/// A mismatch between what was asked and what came posts nothing and becomes a finding.
pub(crate) fn finding_kind(refused: &Refused) -> &'static str {
    match refused {
        Refused::Stray(_) | Refused::WrongState => "mismatch",
        _ => "refused",
    }
}
