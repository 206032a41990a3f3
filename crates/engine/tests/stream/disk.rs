//! A full disk: one clear error, nothing half-written, and the till sells again when there is room.

use engine::{Change, Command, EngineError};
use money::Currency;
use payment::rail::Report;
use payment::{RailId, State};
use store::Trouble;

use crate::clock::QUOTE_LIFE;
use crate::shop::{Shop, confirmed, seen, state};

#[tokio::test]
async fn a_full_disk_is_told_in_one_line_and_forgotten_when_there_is_room() {
    let shop = Shop::open_quiet().await;
    let code = shop.charge(450).await;
    let (cash, coins) = (shop.open_sale(100).await, shop.open_sale(100).await);
    let (before, balances) = (shop.events().await, shop.engine.reader().balances().await.unwrap());

    shop.trouble(Trouble::DiskFull);
    let start = Command::StartPayment {
        invoice: coins.id,
        payment: shop.next_payment(),
        rail: RailId::BITCOIN,
        coin: Currency::BTC,
    };
    let wishes = [
        shop.opening(450),
        shop.cash(cash.id, 100),
        start,
        Command::CancelPayment { invoice: code.invoice, payment: code.payment },
        Command::CancelSale { invoice: code.invoice, although_seen: false },
    ];
    for wish in wishes.clone() {
        let refused = shop.ask(wish).await.unwrap_err();
        assert_eq!(refused, EngineError::DiskFull);
        assert!(refused.to_string().contains("nothing was recorded") && !refused.to_string().contains('\n'));
    }
    assert_eq!(shop.events().await, before, "nothing is half-written");
    assert_eq!(shop.engine.reader().balances().await.unwrap(), balances);
    assert_eq!(state(&shop.sale(code.invoice).await), State::Waiting, "what was there can be looked at");
    shop.check_books().await;

    shop.trouble(None);
    for wish in wishes {
        shop.ask(wish).await.unwrap();
    }
    shop.cash_sale(450).await;
    shop.check_books().await;
}

#[tokio::test]
async fn a_payment_seen_while_the_disk_was_full_is_booked_when_there_is_room() {
    let shop = Shop::open_quiet().await;
    let code = shop.charge(450).await;
    shop.trouble(Trouble::DiskFull);
    let paid = Report {
        observations: vec![seen("aa:0", 1, &code.address, code.coins, confirmed(1))],
        ..Report::default()
    };
    assert_eq!(shop.report(paid.clone()).await.unwrap_err(), EngineError::DiskFull);
    assert_eq!(shop.engine.reader().findings().await.unwrap(), [], "it is no fault of the payment");
    shop.trouble(None);
    shop.report(paid).await.unwrap();
    assert_eq!(state(&shop.sale(code.invoice).await), State::Paid);
    shop.check_books().await;
}

#[tokio::test]
async fn a_rail_whose_report_found_the_disk_full_is_opened_anew_and_goes_on() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.trouble(Trouble::DiskFull);
    let mut changes = shop.engine.feed().subscribe();
    shop.pay(&code.address, code.coins);
    // Told after the report is refused. The watch ends with it, and the simulated world forgets what was never recorded.
    while changes.recv().await.unwrap() != Change::Status {}
    shop.trouble(None);
    shop.practice.opened_anew().await;
    shop.pay(&code.address, code.coins);
    shop.until_state(code.invoice, State::Detected).await;
    shop.mine(1);
    shop.until_state(code.invoice, State::Paid).await;
    shop.check_books().await;
}

#[tokio::test]
async fn the_end_of_a_quote_that_found_the_disk_full_is_recorded_later() {
    let shop = Shop::open_quiet().await;
    let code = shop.charge(450).await;
    shop.trouble(Trouble::DiskFull);
    shop.clock.turn(QUOTE_LIFE);
    // The timekeeper looks five times a second; what it hands in is served before what is asked after it.
    tokio::time::pause();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    tokio::time::resume();
    assert_eq!(shop.ask(shop.opening(1)).await.unwrap_err(), EngineError::DiskFull);
    assert_eq!(shop.engine.quote_remaining_ms(code.payment), 0);
    assert_eq!(state(&shop.sale(code.invoice).await), State::Waiting);
    shop.trouble(None);
    shop.until_state(code.invoice, State::Expired).await;
    shop.check_books().await;
}
