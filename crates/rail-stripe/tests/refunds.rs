//! Refunds for which the card is presented: Interac's cards, in Canadian dollars.

use money::{Currency, Money};
use payment::RailError;
use payment::card::{
    CaptureMode, CardAttempt, CardLevel, CardOffice, CardRail, CardReading, ReaderRefund, ReaderRefunds,
    ReaderStep, ReaderTask, RefundAttempt,
};
use stripe_simulator::{Fault, Often, ReaderTrouble, Target};

use crate::shop::{Shop, known};

const REFUND: &str = "/v1/terminal/readers/:id/refund_payment";

fn cad(cents: i64) -> Money {
    Money::new(cents, Currency::iso("CAD").unwrap())
}

/// Somebody paid 4.50 with an Interac card.
struct Paid {
    shop: Shop,
    attempt: CardAttempt,
}

impl Paid {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let mut attempt = shop.at_reader(450, CaptureMode::Later);
        attempt.terms.amount = cad(450);
        attempt.cart.total = cad(450);
        attempt.cart.lines.iter_mut().for_each(|line| line.price = cad(450));
        let opened = shop.rail.open(&attempt).await.unwrap();
        assert!(shop.simulator.present_card(&shop.reader, "interac"));
        Self { attempt: known(&attempt, &opened), shop }
    }

    fn refund(&self, cents: i64) -> ReaderRefund {
        let (refund, payment) = (self.shop.refund(), self.attempt.payment);
        let reference = self.attempt.reference.clone().unwrap();
        let wish = RefundAttempt { refund, payment, reference, amount: cad(cents) };
        ReaderRefund { wish, reader: self.shop.reader.clone() }
    }

    fn presents(&self, card: &str) {
        assert!(self.shop.simulator.present_card(&self.shop.reader, card), "the reader waits for nobody");
    }

    fn taken(&self) -> i64 {
        self.shop.simulator.taken("cad")
    }
}

/// What went back, and for which wishes.
fn told(reading: &CardReading) -> Vec<(Option<payment::RefundId>, Money)> {
    reading.refunds.iter().map(|refund| (refund.asked, refund.amount)).collect()
}

#[tokio::test]
async fn an_interac_card_is_captured_at_once_and_says_that_it_must_be_presented_again() {
    let paid = Paid::open().await;
    let reading = paid.shop.read(&paid.attempt).await;
    assert_eq!(reading.level, CardLevel::Captured { amount: cad(450) });
    let charge = reading.charge.unwrap();
    assert_eq!((charge.brand.as_str(), charge.last4.as_deref()), ("interac", Some("1933")));
    assert!(charge.must_be_presented && charge.receipt.iter().any(|(name, _)| name == "account_type"));
    let elsewhere = paid.shop.rail.refund(&paid.refund(200).wish).await;
    assert!(matches!(elsewhere, Err(RailError::Declined(_))), "{elsewhere:?}");
}

#[tokio::test]
async fn the_reader_asks_for_the_card_and_the_money_goes_back_when_it_is_presented() {
    let paid = Paid::open().await;
    let (rail, refund) = (&paid.shop.rail, paid.refund(200));
    assert_eq!(told(&rail.ask(&refund).await.unwrap()), []);
    assert_eq!(rail.step(paid.attempt.payment), Some(ReaderStep::AsksForCard));
    assert_eq!(told(&rail.ask(&refund).await.unwrap()), [], "the same wish asks no second time");
    assert_eq!(rail.readers().await.unwrap()[0].task, ReaderTask::Refund);
    assert_eq!(rail.reader_label(&paid.shop.reader).as_deref(), Some("Counter"));
    assert_eq!(told(&rail.look(&refund).await.unwrap().unwrap()), []);
    paid.presents("interac");
    let back = rail.look(&refund).await.unwrap().unwrap();
    assert_eq!(told(&back), [(Some(refund.wish.refund), cad(200))]);
    assert_eq!((rail.step(paid.attempt.payment), paid.taken()), (None, 250));
    assert_eq!(rail.stop(&refund).await.unwrap().refunds, back.refunds, "too late to call it off");
}

#[tokio::test]
async fn nothing_goes_back_when_it_is_called_off_or_another_card_is_presented_or_nobody_comes() {
    let paid = Paid::open().await;
    let rail = &paid.shop.rail;
    let called_off = paid.refund(200);
    rail.ask(&called_off).await.unwrap();
    assert!(matches!(rail.stop(&called_off).await, Err(RailError::Declined(_))));
    assert!(matches!(rail.stop(&called_off).await, Err(RailError::Declined(_))), "once more");
    assert_eq!(rail.look(&called_off).await, Ok(None));
    let another = paid.refund(200);
    rail.ask(&another).await.unwrap();
    paid.presents("visa");
    assert!(matches!(rail.look(&another).await, Err(RailError::Declined(why)) if why.contains("card")));
    let nobody = paid.refund(200);
    rail.ask(&nobody).await.unwrap();
    paid.shop.simulator.time_out_reader(&paid.shop.reader);
    assert!(matches!(rail.look(&nobody).await, Err(RailError::Declined(why)) if why.contains("timed out")));
    assert_eq!(paid.taken(), 450);
}

#[tokio::test]
async fn whichever_answer_is_lost_the_refund_is_looked_for_and_goes_back_once() {
    for fault in
        [Fault::DropBefore, Fault::DropAfter, Fault::BreakWithin, Fault::ErrorBefore, Fault::ErrorAfter]
    {
        let paid = Paid::open().await;
        let (rail, refund) = (&paid.shop.rail, paid.refund(200));
        paid.shop.simulator.plan(Target::post(REFUND), Often::Next(1), fault);
        assert!(matches!(rail.ask(&refund).await, Err(RailError::Unknown(_))), "{fault:?}");
        let asks = rail.look(&refund).await.unwrap().is_some();
        assert_eq!(paid.shop.simulator.present_card(&paid.shop.reader, "interac"), asks, "{fault:?}");
        assert_eq!(paid.taken(), if asks { 250 } else { 450 }, "{fault:?}");
        assert_eq!(rail.look(&refund).await.unwrap().is_some(), asks, "{fault:?}");
    }
}

#[tokio::test]
async fn a_time_out_of_the_reader_is_not_known_and_the_refund_after_it_is_found() {
    let paid = Paid::open().await;
    let (rail, refund) = (&paid.shop.rail, paid.refund(200));
    paid.shop.simulator.trouble_reader(&paid.shop.reader, ReaderTrouble::AnswerIsLost);
    assert!(matches!(rail.ask(&refund).await, Err(RailError::Unknown(_))));
    paid.presents("interac");
    let back = rail.look(&refund).await.unwrap().unwrap();
    assert_eq!((told(&back), paid.taken()), (vec![(Some(refund.wish.refund), cad(200))], 250));
}

#[tokio::test]
async fn a_reader_that_is_busy_offline_or_gone_is_certain_not_to_ask() {
    let paid = Paid::open().await;
    let (rail, refund) = (&paid.shop.rail, paid.refund(200));
    rail.ask(&refund).await.unwrap();
    let busy = rail.ask(&paid.refund(100)).await;
    assert!(matches!(&busy, Err(RailError::Declined(why)) if why.contains("busy")), "{busy:?}");
    let gone = ReaderRefund { reader: "tmr_gone".to_owned(), ..paid.refund(100) };
    let refused = rail.ask(&gone).await;
    assert!(
        matches!(&refused, Err(RailError::Declined(why)) if why.contains("choose another")),
        "{refused:?}"
    );
    assert_eq!(rail.look(&gone).await, Ok(None));
    paid.shop.simulator.trouble_reader(&paid.shop.reader, ReaderTrouble::Silence);
    paid.shop.simulator.advance(180);
    assert!(rail.look(&refund).await.unwrap().is_some(), "the card may be presented yet");
    assert_eq!(rail.step(paid.attempt.payment), Some(ReaderStep::Silent));
    assert_eq!(paid.taken(), 450);
}
