//! A command is answered after its commit and not before; commands that wait together are committed together; what can't
//! be recorded is refused alone.

use engine::{Command, EngineError, Reply};
use money::Currency;
use payment::sale::Refused;
use payment::{RailId, State};
use store::{Store, Trouble};

use crate::puppet::Puppet;
use crate::shop::{Shop, cart, eur, state};

#[tokio::test]
async fn what_was_answered_is_there_for_every_other_reader() {
    let shop = Shop::open_quiet().await;
    let other = Store::open_reader(shop.engine.reader().path()).await.unwrap();
    for cents in [100, 250, 999] {
        let sale = shop.open_sale(cents).await;
        assert_eq!(other.sale(sale.id).await.unwrap(), Some(sale.clone()));
        let paid = shop.take_cash(sale.id, cents).await;
        assert_eq!(other.sale(sale.id).await.unwrap(), Some(paid));
    }
    other.close().await;
    shop.check_books().await;
}

#[tokio::test]
async fn nothing_is_answered_as_done_that_was_not_recorded() {
    let shop = Shop::open_quiet().await;
    let sale = shop.open_sale(450).await;
    shop.trouble(Trouble::CommitLost);
    let refused = shop.ask(shop.cash(sale.id, 450)).await.unwrap_err();
    assert_eq!(refused, EngineError::Storage("the commit failed".to_owned()));
    assert_eq!(shop.sale(sale.id).await, sale);
    assert_eq!(state(&shop.take_cash(sale.id, 450).await), State::Paid, "the till goes on");
    shop.check_books().await;
}

#[tokio::test]
async fn commands_that_wait_together_share_one_commit() {
    let puppet = Puppet::new();
    let shop = Shop::open_on(puppet.setup()).await;
    let held_up = puppet.hold_up(&shop).await;
    let waiting = shop.hand_in((0..200).map(|_| shop.opening(450))).await;
    shop.trouble(Trouble::CommitLost);
    held_up.let_go();
    let answers = waiting.answers().await;
    assert_eq!(answers.len(), 200);
    for answer in answers {
        let lost = EngineError::Storage("the commit failed".to_owned());
        assert_eq!(answer.unwrap_err(), lost, "the first commit was everybody's");
    }
}

#[tokio::test]
async fn many_commands_at_once_are_all_recorded_with_numbers_without_gaps() {
    let puppet = Puppet::new();
    let shop = Shop::open_on(puppet.setup()).await;
    let held_up = puppet.hold_up(&shop).await;
    let waiting = shop.hand_in((0..300).map(|_| shop.opening(450))).await;
    held_up.let_go();
    let mut numbers: Vec<u32> = waiting.answers().await.into_iter().map(number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (2..302).collect::<Vec<u32>>(), "number 1 is the sale that held the bookkeeper up");
    shop.check_books().await;
}

fn number(answer: Result<Reply, EngineError>) -> u32 {
    match answer.unwrap() {
        Reply::Sale(sale) => sale.number,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn only_the_command_that_breaks_a_batch_is_refused() {
    let puppet = Puppet::new();
    let shop = Shop::open_on(puppet.setup()).await;
    let held_up = puppet.hold_up(&shop).await;
    let offender = Command::AcknowledgeAlert { alert: 77 };
    let waiting = shop.hand_in([shop.opening(100), offender, shop.opening(200)]).await;
    held_up.let_go();
    let answers = waiting.answers().await;
    assert!(answers[0].is_ok() && answers[2].is_ok(), "{answers:?}");
    assert_eq!(answers[1].clone().unwrap_err(), EngineError::NoSuchAlert(77));
    assert_eq!(EngineError::NoSuchAlert(77).to_string(), "there is no alert 77");
    shop.check_books().await;
}

#[tokio::test]
async fn a_payment_id_of_another_sale_is_refused_by_its_name() {
    let shop = Shop::open_quiet().await;
    let code = shop.charge(450).await;
    let other = shop.open_sale(450).await;
    let command = Command::StartPayment {
        invoice: other.id,
        payment: code.payment,
        rail: RailId::BITCOIN,
        coin: Currency::BTC,
    };
    assert_eq!(shop.ask(command).await.unwrap_err(), EngineError::IdInUse);
    shop.check_books().await;
}

#[tokio::test]
async fn a_sum_that_leaves_the_range_of_the_books_is_no_failure_of_the_disk() {
    let shop = Shop::open_quiet().await;
    let huge = i64::MAX - 50;
    shop.cash_sale(huge).await;
    let sale = shop.open_sale(huge).await;
    let refused = shop.ask(shop.cash(sale.id, huge)).await.unwrap_err();
    assert!(matches!(refused, EngineError::Rule(_)), "{refused:?}");
    let line = refused.to_string();
    assert!(line.contains("cash-drawer") && line.ends_with("nothing was recorded"), "{line}");
    shop.check_books().await;
}

#[tokio::test]
async fn a_refusal_waits_for_what_it_rests_on() {
    let puppet = Puppet::new();
    let shop = Shop::open_on(puppet.setup()).await;
    let sale = shop.open_sale(450).await;
    let cancel = Command::CancelSale { invoice: sale.id, although_seen: true };

    let held_up = puppet.hold_up(&shop).await;
    let waiting = shop.hand_in([shop.cash(sale.id, 450), cancel.clone()]).await;
    shop.trouble(Trouble::CommitLost);
    held_up.let_go();
    let answers = waiting.answers().await;
    assert_eq!(answers[0].clone().unwrap_err(), EngineError::Storage("the commit failed".to_owned()));
    assert!(answers[1].is_ok(), "no cash was recorded, so the sale can be cancelled: {answers:?}");
    assert_eq!(state(&shop.sale(sale.id).await), State::Cancelled);

    let sale = shop.open_sale(450).await;
    let cancel = Command::CancelSale { invoice: sale.id, although_seen: true };
    let held_up = puppet.hold_up(&shop).await;
    let waiting = shop.hand_in([shop.cash(sale.id, 450), cancel]).await;
    held_up.let_go();
    let answers = waiting.answers().await;
    assert!(answers[0].is_ok());
    assert_eq!(answers[1].clone().unwrap_err(), EngineError::Refused(Refused::AlreadyPaid));
    shop.check_books().await;
}

#[tokio::test]
async fn a_wish_repeated_is_one_wish() {
    let shop = Shop::open_quiet().await;
    let invoice = shop.next_invoice();
    let open = Command::OpenSale { invoice, cart: cart(450) };
    let sale = shop.engine.ask_sale(open.clone()).await.unwrap();
    assert_eq!(shop.engine.ask_sale(open).await.unwrap(), sale);
    let other = Command::OpenSale { invoice, cart: cart(451) };
    assert_eq!(shop.ask(other).await.unwrap_err(), EngineError::IdInUse);

    let cash = shop.cash(invoice, 500);
    let paid = shop.engine.ask_sale(cash.clone()).await.unwrap();
    assert_eq!(shop.engine.ask_sale(cash).await.unwrap(), paid);

    let void = |reason: &str| Command::VoidSale { invoice, reason: reason.to_owned() };
    let voided = shop.engine.ask_sale(void("mistake")).await.unwrap();
    let events = shop.events().await;
    assert_eq!(shop.engine.ask_sale(void("mistake")).await.unwrap(), voided);
    let another = shop.ask(void("another")).await.unwrap_err();
    assert_eq!(another, EngineError::Refused(Refused::SaleVoided));
    assert_eq!(shop.events().await, events);
    assert_eq!(voided.due(), eur(450));
}
