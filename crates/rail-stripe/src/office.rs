//! The office: what is settled with Stripe beside payments.

use payment::RailError;
use payment::card::{
    CardNotice, CardOffice, CardReader, CardReport, ConnectionCheck, Evidence, NoticeRefused, ReaderWish,
};
use payment::rail::RailFuture;

use crate::rail::StripeRail;

impl CardOffice for StripeRail {
    fn check(&self) -> RailFuture<'_, Result<ConnectionCheck, RailError>> {
        Box::pin(self.check_connection())
    }

    fn readers(&self) -> RailFuture<'_, Result<Vec<CardReader>, RailError>> {
        Box::pin(self.list_readers())
    }

    fn register<'a>(&'a self, wish: &'a ReaderWish) -> RailFuture<'a, Result<CardReader, RailError>> {
        Box::pin(self.register_reader(wish))
    }

    fn receive<'a>(&'a self, notice: CardNotice<'a>) -> RailFuture<'a, Result<CardReport, NoticeRefused>> {
        Box::pin(self.receive_letter(notice))
    }

    fn submit_evidence<'a>(
        &'a self,
        dispute: &'a str,
        evidence: &'a Evidence,
    ) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(async move {
            let answered = self.noted(self.account.answer_dispute(dispute, evidence).await);
            answered.map_err(closed)
        })
    }
}

/// What Stripe finds wrong with an answer is that there is nothing to answer any more.
fn closed(error: RailError) -> RailError {
    match error {
        RailError::Protocol(reason) => RailError::Declined(reason),
        other => other,
    }
}
