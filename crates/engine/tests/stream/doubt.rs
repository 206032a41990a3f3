//! A commit whose outcome is not known: the journal is opened anew, and what is found there is what is so.

use money::Currency;
use std::time::Duration;

use engine::{Change, Command, EngineError};
use payment::{RailId, State};
use store::Trouble;

use crate::shop::{Shop, confirmed, replaced, replacing, seen, state};

const LIFE_MS: u32 = 15 * 60 * 1_000;

#[tokio::test]
async fn a_payment_that_was_recorded_after_all_runs_like_any_other() {
    let shop = Shop::open_quiet().await;
    let sale = shop.open_sale(450).await;
    let mut changes = shop.engine.feed().subscribe();
    shop.trouble(Trouble::AnswerLost);
    let payment = shop.ask_for_code(sale.id).await;
    assert_eq!(shop.engine.quote_remaining_ms(payment), LIFE_MS, "its quote runs");
    let is_told = async { while changes.recv().await.unwrap() != Change::Sale(sale.id, 2) {} };
    tokio::time::timeout(Duration::from_secs(30), is_told).await.expect("screens are told");
    let shown = shop.until_state(sale.id, State::Waiting).await;
    assert!(shown.payment(payment).unwrap().chain().unwrap().address.is_some(), "the rail was asked");
    shop.check_books().await;
}

#[tokio::test]
async fn settings_that_were_recorded_after_all_are_in_force() {
    let shop = Shop::open_quiet().await;
    shop.trouble(Trouble::AnswerLost);
    shop.change_settings(|settings| "Corner café".clone_into(&mut settings.shop.name)).await;
    assert_eq!(shop.engine.settings().shop.name, "Corner café");
}

#[tokio::test]
async fn settings_that_were_not_recorded_are_not_in_force() {
    let shop = Shop::open_quiet().await;
    let before = shop.engine.settings();
    let mut settings = before.as_ref().clone();
    "Corner café".clone_into(&mut settings.shop.name);
    shop.trouble(Trouble::CommitLost);
    let refused = shop.ask(replacing(&before, settings)).await.unwrap_err();
    assert_eq!(refused, EngineError::Storage("the commit failed".to_owned()));
    assert_eq!(shop.engine.settings(), before);
}

#[tokio::test]
async fn nobody_is_told_that_nothing_was_recorded_while_nobody_can_look() {
    let shop = Shop::open_quiet().await;
    let sale = shop.open_sale(450).await;
    shop.trouble(Trouble::AnswerLost);
    let put_back = shop.hide_file();
    let cash = shop.cash(sale.id, 450);
    assert_eq!(shop.ask(cash.clone()).await.unwrap_err(), EngineError::Unknown);
    let later = shop.ask(shop.opening(100)).await.unwrap_err();
    assert!(matches!(later, EngineError::Storage(_)), "that was never tried: {later:?}");
    put_back();
    let paid = shop.engine.ask_sale(cash).await.unwrap();
    assert_eq!((state(&paid), paid.payments.len()), (State::Paid, 1), "asking again finds it");
    shop.check_books().await;
}

#[tokio::test]
async fn what_follows_from_a_commit_follows_once_it_is_found() {
    let shop = Shop::open_quiet().await;
    let sale = shop.open_sale(450).await;
    shop.trouble(Trouble::AnswerLost);
    let put_back = shop.hide_file();
    let payment = shop.next_payment();
    let start =
        Command::StartPayment { invoice: sale.id, payment, rail: RailId::BITCOIN, coin: Currency::BTC };
    assert_eq!(shop.ask(start).await.unwrap_err(), EngineError::Unknown);
    assert_eq!(shop.engine.quote_remaining_ms(payment), 0);
    put_back();
    shop.open_sale(100).await;
    shop.until_state(sale.id, State::Waiting).await;
    assert_eq!(shop.engine.quote_remaining_ms(payment), LIFE_MS);
    shop.check_books().await;
}

#[tokio::test]
async fn what_leaves_no_trace_to_look_for_is_called_unknown_and_can_be_asked_again() {
    let shop = Shop::open_quiet().await;
    let code = shop.charge(450).await;
    shop.saw([seen("aa:0", 1, &code.address, code.coins, confirmed(1))]).await;
    shop.saw([seen("aa:0", 2, &code.address, code.coins, replaced())]).await;
    let alert = shop.engine.reader().alerts().await.unwrap()[0].alert_id;
    shop.trouble(Trouble::CommitLost);
    let read = Command::AcknowledgeAlert { alert };
    assert_eq!(shop.ask(read.clone()).await.unwrap_err(), EngineError::Unknown);
    shop.ask(read).await.unwrap();
    assert_eq!(shop.alerts().await, [""; 0]);
}
