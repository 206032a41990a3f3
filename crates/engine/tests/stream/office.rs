//! What a processor tells beside payments: letters take the door of its events, and a step of a reader takes none.

use std::time::Duration;

use engine::Change;
use payment::card::{
    CaptureMode, CardNotice, CardOffice, CardReader, CardReport, ConnectionCheck, Evidence, NoticeRefused,
    ReaderStep, ReaderWish,
};
use payment::rail::RailFuture;
use payment::{RailError, RailId, State, Timestamp};

use crate::cards::shop_with;
use crate::terminal::Terminal;

impl CardOffice for Terminal {
    fn check(&self) -> RailFuture<'_, Result<ConnectionCheck, RailError>> {
        Box::pin(async { Err(RailError::NotSent("nobody asks this".to_owned())) })
    }

    fn readers(&self) -> RailFuture<'_, Result<Vec<CardReader>, RailError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn register<'a>(&'a self, _: &'a ReaderWish) -> RailFuture<'a, Result<CardReader, RailError>> {
        Box::pin(async { Err(RailError::Declined("no reader shows this code".to_owned())) })
    }

    /// A letter whose body is the name of a payment is genuine.
    fn receive<'a>(&'a self, notice: CardNotice<'a>) -> RailFuture<'a, Result<CardReport, NoticeRefused>> {
        Box::pin(async move {
            let body = std::str::from_utf8(notice.body).map_err(|_| NoticeRefused::Unreadable)?;
            let payment = body.parse().map_err(|_| NoticeRefused::Forged)?;
            let readings = self.reading(payment).map(|reading| (payment, reading)).into_iter().collect();
            Ok(CardReport { readings, ..CardReport::default() })
        })
    }

    fn submit_evidence<'a>(&'a self, _: &'a str, _: &'a Evidence) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(async { Err(RailError::Declined("nothing is disputed".to_owned())) })
    }
}

fn notice(body: &[u8]) -> CardNotice<'_> {
    CardNotice { body, signature: "", received: Timestamp::from_millis(0) }
}

#[tokio::test]
async fn a_letter_is_in_the_books_when_it_is_answered_and_a_forged_one_is_nowhere() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.state_until(carded, State::Waiting).await;
    *terminal.is_mute.lock().unwrap() = true;
    let forged = shop.engine.take_card_notice(RailId::STRIPE, notice(b"no payment")).await;
    assert_eq!(forged, Err(NoticeRefused::Forged));
    shop.taps(&terminal, carded).await;
    let letter = carded.payment.to_string();
    shop.engine.take_card_notice(RailId::STRIPE, notice(letter.as_bytes())).await.unwrap();
    assert_eq!(shop.sale(carded.invoice).await.standing().unwrap().state, State::Paid);
    shop.engine.take_card_notice(RailId::STRIPE, notice(letter.as_bytes())).await.unwrap();
    shop.check_books().await;
}

#[tokio::test]
async fn a_step_of_the_reader_is_told_and_written_nowhere() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.state_until(carded, State::Waiting).await;
    let before = shop.sale(carded.invoice).await;
    let mut changes = shop.engine.feed().subscribe();
    *terminal.step.lock().unwrap() = Some(ReaderStep::AsksForCard);
    let told =
        async { while changes.recv().await.unwrap() != Change::Sale(carded.invoice, before.version) {} };
    tokio::time::timeout(Duration::from_secs(10), told).await.unwrap();
    assert_eq!(shop.engine.card_step(RailId::STRIPE, carded.payment), Some(ReaderStep::AsksForCard));
    assert_eq!(shop.sale(carded.invoice).await.version, before.version, "nothing was committed for it");
}
