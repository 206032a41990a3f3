//! The office of the simulated processor: one reader on the counter, a key that may do everything, and no letters.

use payment::RailError;
use payment::card::{
    CardAccount, CardNotice, CardOffice, CardReader, CardReport, ConnectionCheck, Evidence, NoticeRefused,
    ReaderWish,
};
use payment::rail::RailFuture;

use crate::PracticeTerminal;

/// The simulated reader's name.
const READER: &str = "tmr_practice";
/// What people call it.
pub(crate) const READER_LABEL: &str = "Practice reader";

impl CardOffice for PracticeTerminal {
    fn check(&self) -> RailFuture<'_, Result<ConnectionCheck, RailError>> {
        Box::pin(async {
            let account = CardAccount {
                id: "practice".to_owned(),
                name: Some("Practice".to_owned()),
                takes_payments: true,
                pays_out: true,
            };
            Ok(ConnectionCheck { account: Some(account), is_live: false, permissions: Vec::new() })
        })
    }

    fn readers(&self) -> RailFuture<'_, Result<Vec<CardReader>, RailError>> {
        Box::pin(async {
            Ok(vec![CardReader {
                id: READER.to_owned(),
                label: READER_LABEL.to_owned(),
                device: "simulated".to_owned(),
                is_online: true,
                heard_at: None,
                task: self.task(),
            }])
        })
    }

    fn register<'a>(&'a self, _: &'a ReaderWish) -> RailFuture<'a, Result<CardReader, RailError>> {
        Box::pin(async { Err(RailError::Declined("practice has its one simulated reader".to_owned())) })
    }

    fn receive<'a>(&'a self, _: CardNotice<'a>) -> RailFuture<'a, Result<CardReport, NoticeRefused>> {
        Box::pin(async { Err(NoticeRefused::NotSetUp) })
    }

    fn submit_evidence<'a>(&'a self, _: &'a str, _: &'a Evidence) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(async { Err(RailError::Declined("nobody disputes a payment of practice".to_owned())) })
    }
}
