//! From the wish for a code to its address: brought to the journal whatever happens, waited for with an end.

use money::Currency;
use std::sync::Arc;
use std::time::Duration;

use engine::{Command, EngineError};
use payment::rail::RailFailureClass;
use payment::{InvoiceId, PaymentId, RailError, RailId, Sale, State};
use store::Trouble;
use tokio::task::JoinHandle;

use crate::clock::QUOTE_LIFE;
use crate::puppet::{Offering, Puppet};
use crate::shop::{Shop, state};

/// A shop whose rail holds its addresses back, a sale, and somebody who waits for its code.
struct Waiting {
    puppet: Arc<Puppet>,
    shop: Shop,
    invoice: InvoiceId,
    payment: PaymentId,
    code: JoinHandle<Result<Sale, EngineError>>,
}

impl Waiting {
    async fn begins() -> Self {
        let puppet = Puppet::new();
        puppet.offers(Offering::Held);
        let shop = Shop::open_on(puppet.setup()).await;
        let (invoice, payment) = (shop.open_sale(450).await.id, shop.next_payment());
        let engine = shop.engine.clone();
        let waiting =
            async move { engine.start_payment(invoice, payment, (RailId::BITCOIN, Currency::BTC)).await };
        let code = tokio::runtime::Handle::current().spawn(waiting);
        puppet.until_asked(1).await;
        Self { puppet, shop, invoice, payment, code }
    }

    async fn ends(self) -> (Shop, Result<Sale, EngineError>) {
        let ended = tokio::time::timeout(Duration::from_secs(30), self.code).await;
        (self.shop, ended.expect("the wait has an end").unwrap())
    }
}

#[tokio::test]
async fn a_code_is_waited_for_until_its_address_is_recorded() {
    let waiting = Waiting::begins().await;
    waiting.puppet.offers(Offering::AtOnce);
    let (shop, code) = waiting.ends().await;
    assert_eq!(state(&code.unwrap()), State::Waiting);
    shop.check_books().await;
}

#[tokio::test]
async fn the_number_of_a_card_in_a_refusal_is_masked_before_it_is_booked() {
    let waiting = Waiting::begins().await;
    let said = "5555555555554444 is no account".to_owned();
    waiting.puppet.offers(Offering::Refused(RailError::Declined(said)));
    let payment = waiting.payment;
    let (_, code) = waiting.ends().await;
    let sale = code.unwrap();
    let failure = sale.payment(payment).unwrap().chain().unwrap().failure.clone().unwrap();
    assert_eq!(failure.reason, "•••• 4444 is no account");
}

#[tokio::test]
async fn the_wait_ends_with_the_refusal_of_the_rail() {
    let waiting = Waiting::begins().await;
    waiting.puppet.offers(Offering::Refused(RailError::NotSent("no server answers".to_owned())));
    let payment = waiting.payment;
    let (_, code) = waiting.ends().await;
    let sale = code.unwrap();
    assert_eq!(state(&sale), State::Failed);
    let failure = sale.payment(payment).unwrap().chain().unwrap().failure.clone().unwrap();
    assert_eq!((failure.class, failure.reason.as_str()), (RailFailureClass::NotSent, "no server answers"));
}

#[tokio::test]
async fn the_wait_ends_when_the_code_is_taken_back() {
    let waiting = Waiting::begins().await;
    let command = Command::CancelPayment { invoice: waiting.invoice, payment: waiting.payment };
    waiting.shop.ask(command).await.unwrap();
    let (_, code) = waiting.ends().await;
    assert_eq!(state(&code.unwrap()), State::Preparing);
}

#[tokio::test]
async fn the_wait_ends_when_the_sale_is_given_up() {
    let waiting = Waiting::begins().await;
    let command = Command::CancelSale { invoice: waiting.invoice, although_seen: false };
    waiting.shop.ask(command).await.unwrap();
    let (_, code) = waiting.ends().await;
    assert_eq!(state(&code.unwrap()), State::Cancelled);
}

#[tokio::test]
async fn the_wait_ends_with_the_quote() {
    let waiting = Waiting::begins().await;
    waiting.shop.clock.turn(QUOTE_LIFE);
    let (_, code) = waiting.ends().await;
    assert_eq!(state(&code.unwrap()), State::Expired);
}

#[tokio::test]
async fn the_wait_ends_when_the_till_closes() {
    let waiting = Waiting::begins().await;
    waiting.shop.engine.stop().await;
    let (_, code) = waiting.ends().await;
    assert_eq!(code.unwrap_err(), EngineError::Closing);
}

#[tokio::test]
async fn the_wait_ends_after_a_while_and_the_code_may_still_come() {
    let waiting = Waiting::begins().await;
    let (puppet, invoice) = (waiting.puppet.clone(), waiting.invoice);
    tokio::time::pause();
    let (shop, code) = waiting.ends().await;
    tokio::time::resume();
    let late = code.unwrap_err();
    assert!(matches!(late, EngineError::RailUnavailable { .. }), "{late:?}");
    assert!(late.to_string().contains("gave no address in time"), "{late}");
    assert_eq!(state(&shop.sale(invoice).await), State::Preparing);
    puppet.offers(Offering::AtOnce);
    shop.until_state(invoice, State::Waiting).await;
}

#[tokio::test]
async fn an_address_that_finds_the_disk_full_is_brought_again() {
    let waiting = Waiting::begins().await;
    waiting.shop.trouble(Trouble::DiskFull);
    waiting.puppet.offers(Offering::AtOnce);
    for _ in 0..10 {
        // Each is served after whatever the rail's task has handed in before it.
        assert_eq!(waiting.shop.ask(waiting.shop.opening(1)).await.unwrap_err(), EngineError::DiskFull);
    }
    assert_eq!(state(&waiting.shop.sale(waiting.invoice).await), State::Preparing);
    waiting.shop.trouble(None);
    let puppet = waiting.puppet.clone();
    let (shop, code) = waiting.ends().await;
    assert_eq!(state(&code.unwrap()), State::Waiting);
    assert_eq!(puppet.asked.borrow().len(), 1, "the rail has spent one address");
    shop.check_books().await;
}

#[tokio::test]
async fn a_rail_is_not_opened_anew_while_its_offer_is_on_the_way() {
    let waiting = Waiting::begins().await;
    let (mut opened, payment) = (waiting.puppet.opened.subscribe(), waiting.payment);
    waiting.puppet.end_watch();
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(5)).await;
    tokio::time::resume();
    for _ in 0..10 {
        waiting.shop.open_sale(100).await;
    }
    assert_eq!(opened.borrow().len(), 1, "it would hand the same address out again");
    waiting.puppet.offers(Offering::AtOnce);
    let (_, code) = waiting.ends().await;
    assert_eq!(state(&code.unwrap()), State::Waiting);
    let opened = opened.wait_for(|times| times.len() == 2).await.unwrap();
    assert_eq!(opened[1].change_sets, [payment.as_bytes()], "now it knows what it offered");
}

#[tokio::test]
async fn an_address_that_was_handed_out_before_is_a_failed_offer() {
    let puppet = Puppet::new();
    puppet.offers(Offering::This("bcrt1qsame".to_owned()));
    let shop = Shop::open_on(puppet.setup()).await;
    let first = shop.charge(450).await;
    assert_eq!(first.address, "bcrt1qsame");
    let other = shop.open_sale(450).await;
    let payment = shop.next_payment();
    let sale = shop.engine.start_payment(other.id, payment, (RailId::BITCOIN, Currency::BTC)).await.unwrap();
    let failure = sale.payment(payment).unwrap().chain().unwrap().failure.clone().unwrap();
    assert_eq!(failure.class, RailFailureClass::Protocol);
    assert!(failure.reason.contains("handed out before"), "{}", failure.reason);
    shop.check_books().await;
}

#[tokio::test]
async fn an_address_nobody_got_is_asked_for_again_at_the_next_start() {
    let Waiting { puppet, mut shop, invoice, code, .. } = Waiting::begins().await;
    shop.engine.stop().await;
    assert_eq!(code.await.unwrap().unwrap_err(), EngineError::Closing);
    puppet.offers(Offering::AtOnce);
    shop.restart().await;
    shop.until_state(invoice, State::Waiting).await;
    shop.check_books().await;
}

#[tokio::test]
async fn no_address_is_asked_for_when_nobody_would_pay_to_it() {
    let puppet = Puppet::new();
    puppet.offers(Offering::Held);
    let mut shop = Shop::open_on(puppet.setup()).await;
    let sales = [shop.open_sale(100).await, shop.open_sale(200).await, shop.open_sale(300).await];
    let taken_back = shop.ask_for_code(sales[0].id).await;
    shop.ask_for_code(sales[1].id).await;
    shop.ask_for_code(sales[2].id).await;
    let taken_back = Command::CancelPayment { invoice: sales[0].id, payment: taken_back };
    shop.ask(taken_back).await.unwrap();
    shop.ask(Command::CancelSale { invoice: sales[1].id, although_seen: false }).await.unwrap();
    shop.take_cash(sales[2].id, 300).await;
    shop.ask(Command::VoidSale { invoice: sales[2].id, reason: "mistake".to_owned() }).await.unwrap();
    puppet.until_asked(3).await;
    shop.engine.stop().await;
    puppet.asked.send_modify(Vec::clear);
    puppet.offers(Offering::AtOnce);
    shop.restart().await;
    shop.charge(450).await;
    assert_eq!(puppet.asked.borrow().len(), 1, "only for the sale of today");
}
