//! One sighting of a transfer, brought to its owner: the sale that showed the address, or the stray payments.

use money::{Money, Rounding};
use payment::stray::StrayFinding;
use payment::transfer::WithdrawnReason;
use payment::{
    InvoiceId, Level, Observation, PaymentId, Policy, RailId, SaleEvent, StrayEvent, StrayReason, Transfer,
    TransferRef,
};
use store::{Source, TransferOwner};

use super::Desk;
use super::report::Sighting;
use crate::command::EngineError;
use crate::working_set::WorkingSet;

impl Desk<'_> {
    /// Takes one sighting.
    pub(crate) fn take_sighting(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        sighting: &Sighting,
    ) -> Result<(), EngineError> {
        match sighting {
            Sighting::Named { observation, complete } => {
                self.take_observation(work, rail, observation.clone(), *complete)
            }
            Sighting::Missing { reference, owner, number } => {
                let Some((known, policy)) = transfer(work, reference, *owner)? else { return Ok(()) };
                if !known.is_present() || policy.is_final(&known.latest.level) {
                    return Ok(());
                }
                let level = Level::Withdrawn { reason: WithdrawnReason::Dropped };
                let gone = Observation { number: *number, level, ..known.latest };
                self.observe(work, rail, *owner, gone)
            }
        }
    }

    fn take_observation(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        observation: Observation,
        complete: bool,
    ) -> Result<(), EngineError> {
        let Some(owner) = work.owner_of_transfer(rail, &observation.reference)? else {
            return self.first_sight(work, rail, observation);
        };
        if is_news(work, &observation, owner, complete)? {
            self.observe(work, rail, owner, observation)?;
        }
        Ok(())
    }

    fn observe(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        owner: TransferOwner,
        observation: Observation,
    ) -> Result<(), EngineError> {
        match owner {
            TransferOwner::Sale(invoice, payment) => {
                self.observe_sale(work, rail, (invoice, payment), observation)
            }
            TransferOwner::Stray(stray) => {
                let event = StrayEvent::Observed { observation };
                work.stray_event(stray, &event, Source::Rail(rail), self.now).map(|_| ())
            }
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
        let reason = match observation.amount.is_positive() {
            true => reason,
            false if observation.is_unlisted() => StrayReason::UnlistedToken,
            false => StrayReason::Unbookable,
        };
        let finding = StrayFinding {
            rail,
            address: observation.address.clone(),
            shown_by,
            reason,
            policy: self.policy_of_stray(rail, observation.amount),
        };
        work.find_stray(StrayEvent::Found { finding, observation }, Source::Rail(rail), self.now)
    }

    /// The shop's own rule for what the coin is worth now; without a rate nobody knows, and the usual one applies.
    fn policy_of_stray(&self, rail: RailId, coin: Money) -> Policy {
        let rate = self.rate(coin.currency()).ok().and_then(|rate| rate.applied().ok());
        let value = rate.and_then(|rate| coin.convert(&rate, Rounding::Down).ok());
        match value {
            Some(value) => self.settings.policy_for(rail, coin.currency(), value),
            None => self.settings.usual_policy(coin.currency()),
        }
    }
}

/// Rails deliver in order, so these may be dropped unrecorded: a level that a complete report merely repeats,
/// confirmations beyond what is final, and no more servers than before that vouch for an unconfirmed transfer: an outage
/// takes no agreement back, and its end brings none.
fn is_news(
    work: &WorkingSet<'_>,
    observation: &Observation,
    owner: TransferOwner,
    complete: bool,
) -> Result<bool, EngineError> {
    let Some((known, policy)) = transfer(work, &observation.reference, owner)? else {
        return Ok(true);
    };
    if known.latest.amount != observation.amount {
        return Ok(true);
    }
    let repeats = complete && known.latest.level == observation.level;
    let same_block = match (&known.latest.level, &observation.level) {
        (Level::Confirmed { block_hash: a, .. }, Level::Confirmed { block_hash: b, .. }) => a == b,
        _ => false,
    };
    let beyond_final =
        same_block && policy.is_final(&known.latest.level) && policy.is_final(&observation.level);
    let no_more_servers = match (&known.latest.level, &observation.level) {
        (Level::Unconfirmed { agreeing_servers: had }, Level::Unconfirmed { agreeing_servers: has }) => {
            has <= had
        }
        _ => false,
    };
    Ok(!repeats && !beyond_final && !no_more_servers)
}

/// A transfer as its owner knows it, and what is safe and final for it.
fn transfer(
    work: &WorkingSet<'_>,
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
