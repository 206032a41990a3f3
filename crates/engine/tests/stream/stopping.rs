//! The end: in order, with everything recorded that was asked for; or loud, when the bookkeeper fails.

use money::Currency;
use std::sync::mpsc;
use std::time::Duration;

use engine::{Command, Ending, EngineError, RailSetup};
use payment::{Rail, RailId, State};

use crate::puppet::{Offering, Puppet};
use crate::shop::{Shop, state};

#[tokio::test]
async fn a_stop_records_and_answers_everything_that_was_asked_before_it() {
    let puppet = Puppet::new();
    let mut shop = Shop::open_on(puppet.setup()).await;
    let held_up = puppet.hold_up(&shop).await;
    let waiting = shop.hand_in((0..100).map(|_| shop.opening(450))).await;
    let engine = shop.engine.clone();
    let stopped = tokio::runtime::Handle::current().spawn(async move { engine.stop().await });
    tokio::task::yield_now().await;
    assert_eq!(shop.ask(shop.opening(1)).await.unwrap_err(), EngineError::Closing, "nothing new is taken");
    held_up.let_go();
    assert!(waiting.answers().await.iter().all(Result::is_ok));
    stopped.await.unwrap();
    assert_eq!(shop.engine.ended().await, Ending::InOrder);
    shop.restart().await;
    assert_eq!(shop.engine.reader().counters().await.unwrap().next_sale_number, 102);
    shop.check_books().await;
}

#[tokio::test]
async fn an_address_that_was_answered_is_recorded_although_the_till_is_closing() {
    let puppet = Puppet::new();
    puppet.offers(Offering::Held);
    let mut shop = Shop::open_on(puppet.setup()).await;
    let sale = shop.open_sale(450).await;
    shop.ask_for_code(sale.id).await;
    puppet.until_asked(1).await;
    let held_up = puppet.hold_up(&shop).await;
    puppet.offers(Offering::AtOnce);
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
    let engine = shop.engine.clone();
    let stopped = tokio::runtime::Handle::current().spawn(async move { engine.stop().await });
    tokio::task::yield_now().await;
    held_up.let_go();
    stopped.await.unwrap();
    puppet.offers(Offering::Held);
    shop.restart().await;
    assert_eq!(state(&shop.sale(sale.id).await), State::Waiting);
    assert_eq!(puppet.asked.borrow().len(), 1);
}

#[tokio::test]
async fn an_address_that_is_still_to_come_holds_up_no_stop() {
    let puppet = Puppet::new();
    puppet.offers(Offering::Held);
    let shop = Shop::open_on(puppet.setup()).await;
    let sale = shop.open_sale(450).await;
    shop.ask_for_code(sale.id).await;
    puppet.until_asked(1).await;
    tokio::time::timeout(Duration::from_secs(10), shop.engine.stop()).await.expect("it stops");
    assert_eq!(shop.engine.ended().await, Ending::InOrder);
}

#[tokio::test]
async fn a_bookkeeper_that_fails_ends_the_engine_loudly() {
    let puppet = Puppet::new();
    puppet.offers(Offering::Held);
    let shop = Shop::open_on(puppet.setup()).await;
    let sales = [shop.open_sale(450).await, shop.open_sale(450).await];
    let payments = [shop.next_payment(), shop.next_payment()];
    let (engine, waits_for) = (shop.engine.clone(), sales[0].id);
    let waiting =
        async move { engine.start_payment(waits_for, payments[0], (RailId::BITCOIN, Currency::BTC)).await };
    let waiting = tokio::runtime::Handle::current().spawn(waiting);
    puppet.until_asked(1).await;
    puppet.break_bookkeeper();
    let fatal = Command::StartPayment {
        invoice: sales[1].id,
        payment: payments[1],
        rail: RailId::BITCOIN,
        coin: Currency::BTC,
    };
    assert_eq!(shop.ask(fatal).await.unwrap_err(), EngineError::Unknown);
    let ended = tokio::time::timeout(Duration::from_secs(10), shop.engine.ended()).await;
    assert_eq!(ended.expect("it is told"), Ending::Broken);
    assert_eq!(waiting.await.unwrap().unwrap_err(), EngineError::Closing, "nobody waits on");
    assert_eq!(shop.ask(shop.opening(1)).await.unwrap_err(), EngineError::Closing);
    tokio::time::timeout(Duration::from_secs(10), shop.engine.stop()).await.expect("it stops");
}

#[tokio::test]
async fn a_rail_that_takes_its_time_to_open_holds_up_nothing_else() {
    let puppet = Puppet::new();
    let (open_it, may_open) = mpsc::channel::<()>();
    let may_open = std::sync::Mutex::new(may_open);
    let slow = {
        let puppet = puppet.clone();
        move |_| {
            may_open.lock().unwrap().recv().unwrap();
            Ok(puppet.clone() as std::sync::Arc<dyn Rail>)
        }
    };
    // One thread runs everything here: a rail opened on it would wait for this task for ever.
    tokio::runtime::Handle::current().spawn(async move { open_it.send(()).unwrap() });
    let setup = RailSetup { id: RailId::BITCOIN, open: std::sync::Arc::new(slow) };
    let shop = Shop::open_on(setup).await;
    shop.charge(450).await;
}

#[tokio::test]
async fn a_rail_that_cannot_even_be_opened_leaves_a_till_that_sells() {
    let broken =
        RailSetup { id: RailId::BITCOIN, open: std::sync::Arc::new(|_| panic!("the test breaks the rail")) };
    let shop = Shop::open_on(broken).await;
    assert_eq!(state(&shop.cash_sale(450).await), State::Paid);
    let sale = shop.open_sale(450).await;
    let start = Command::StartPayment {
        invoice: sale.id,
        payment: shop.next_payment(),
        rail: RailId::BITCOIN,
        coin: Currency::BTC,
    };
    let refused = shop.ask(start).await.unwrap_err();
    assert!(matches!(refused, EngineError::RailUnavailable { .. }), "{refused:?}");
    assert!(shop.engine.rail(RailId::BITCOIN).unwrap().is_err());
}
