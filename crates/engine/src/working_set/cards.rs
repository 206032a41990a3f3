//! Card payments under way.

use payment::{InvoiceId, PaymentId, RailId};
use store::{DueCard, RailCursor};

use super::WorkingSet;
use crate::command::EngineError;
use crate::staged::Staged;

impl WorkingSet<'_> {
    /// Committed card payments that something is to be asked about, oldest first.
    pub(crate) fn cards_with_errand(
        &self,
        rail: RailId,
        after: Option<PaymentId>,
        limit: u32,
    ) -> Result<Vec<DueCard>, EngineError> {
        Ok(self.writer.cards_with_errand(rail, after, limit)?)
    }

    /// The sale of a card payment, one that this batch starts included.
    pub(crate) fn invoice_of_card(&self, payment: PaymentId) -> Result<Option<InvoiceId>, EngineError> {
        let started = |staged: &Staged| {
            let mut sales = staged.sales.values();
            sales.find(|sale| sale.card(payment).is_ok()).map(|sale| sale.id)
        };
        match self.newest(started) {
            Some(invoice) => Ok(Some(invoice)),
            None => Ok(self.writer.invoice_of_card(payment)?),
        }
    }

    pub(crate) fn move_cursor(&mut self, cursor: RailCursor) {
        self.layer.batch.cursors.push(cursor);
    }
}
