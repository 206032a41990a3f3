//! Decisions about stray payments.

use money::Rounding;
use payment::sale::{PaymentTerms, Refused};
use payment::stray::Decision;
use payment::{InvoiceId, PaymentId, Quote, SaleEvent, Stray, StrayEvent, StrayId};

use super::{Desk, TILL};
use crate::command::{EngineError, Reply};
use crate::working_set::WorkingSet;

impl Desk<'_> {
    /// The sale takes the transfer over at the rate of this moment; the stray payment's own booking is undone. From
    /// then on the transfer is the sale's, also when it is withdrawn.
    pub(super) fn assign_stray(
        &self,
        work: &mut WorkingSet<'_>,
        stray_id: StrayId,
        invoice: InvoiceId,
        payment: PaymentId,
    ) -> Result<Reply, EngineError> {
        let stray = self.stray(work, stray_id)?;
        let event = StrayEvent::Assigned { invoice, payment };
        if stray.apply(&event).is_ok_and(|applied| applied.is_none()) {
            return Ok(Reply::Stray(Box::new(stray)));
        }
        stray.assignable()?;
        let sale = work.sale(invoice)?.ok_or(EngineError::NoSuchSale)?;
        sale.payable()?;
        let adopted = SaleEvent::StrayAdopted {
            payment,
            terms: self.terms_of(&stray)?,
            address: stray.finding.address.clone(),
            observation: stray.transfer.latest.clone(),
        };
        let stray = work.stray_event(stray_id, &event, TILL, self.now)?;
        work.own_transfer(stray.finding.rail, &stray.transfer.latest.reference, (invoice, payment));
        work.sale_event(invoice, &adopted, TILL, self.now)?;
        Ok(Reply::Stray(Box::new(stray)))
    }

    /// The same customer again is the same credit, also when the rate has moved.
    pub(super) fn credit_stray(
        &self,
        work: &mut WorkingSet<'_>,
        stray_id: StrayId,
        customer: &str,
    ) -> Result<Reply, EngineError> {
        let customer = customer.trim();
        if customer.is_empty() {
            return Err(Refused::ReasonMissing.into());
        }
        let stray = self.stray(work, stray_id)?;
        if matches!(&stray.decision, Decision::Credited { customer: known, .. } if known == customer) {
            return Ok(Reply::Stray(Box::new(stray)));
        }
        let terms = self.terms_of(&stray)?;
        let event = StrayEvent::Credited {
            customer: customer.to_owned(),
            value: terms.amount,
            rate: terms.quote.rate,
        };
        Ok(Reply::Stray(Box::new(work.stray_event(stray_id, &event, TILL, self.now)?)))
    }

    fn stray(&self, work: &WorkingSet<'_>, id: StrayId) -> Result<Stray, EngineError> {
        work.stray(id)?.ok_or(EngineError::NoSuchStray)
    }

    /// The whole transfer stands for its value at the rate of this moment, under the shop's rule for that value.
    fn terms_of(&self, stray: &Stray) -> Result<PaymentTerms, EngineError> {
        let coin = stray.transfer.latest.amount;
        let rate = self.rate(coin.currency())?;
        let applied = rate.applied().map_err(payment::QuoteError::from)?;
        let amount = coin.convert(&applied, Rounding::Down).map_err(Refused::from)?;
        if !amount.is_positive() {
            return Err(payment::QuoteError::NothingDue.into());
        }
        let quote = Quote { coin, rate, life_ms: 0 };
        let rail = stray.finding.rail;
        Ok(PaymentTerms {
            rail,
            amount,
            quote,
            policy: self.settings.policy_for(rail, coin.currency(), amount),
        })
    }
}
