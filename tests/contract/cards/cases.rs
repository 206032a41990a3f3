//! What every processor of cards keeps, each case from the counter to the books.

use payment::State;
use payment::card::{CaptureMode, CardEnd, CardWay};
use payment::sale::RefundState;

use super::CardTown;
use super::counter::{given_back, is_over, is_refused, refund_state};
use crate::contract::shop::{Shop, eur, state};

/// Makes each case of the contract a test of one town.
macro_rules! card_contract {
    ($town:path, $canada:path) => {
        $crate::contract::cards::cases::card_contract! { $canada:
            money_goes_back_to_a_card_that_is_presented_and_not_before,
            refund_that_is_called_off_or_meets_another_card_gives_nothing_back,
            restart_while_the_reader_asks_for_a_card_gives_money_back_once,
        }
        $crate::contract::cards::cases::card_contract! { $town:
            card_at_the_reader_pays_the_sale,
            card_on_the_customers_phone_pays_the_sale,
            declined_card_takes_nothing_and_the_next_payment_pays,
            payment_that_is_called_off_takes_nothing,
            held_money_is_not_paid_before_it_is_captured,
            part_of_held_money_is_captured_and_the_rest_is_paid_in_cash,
            held_money_that_is_let_go_was_never_taken,
            sale_is_refunded_in_parts_and_no_more_than_was_taken,
            payment_that_nobody_heard_of_is_unknown_and_then_paid_once,
            restart_in_every_state_of_a_card_payment_changes_nothing,
        }
    };
    ($town:path: $($case:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::contract::cards::cases::$case($town()).await;
        }
    )+};
}
pub(crate) use card_contract;

pub async fn card_at_the_reader_pays_the_sale(town: impl CardTown) {
    let shop = Shop::open(town).await;
    let carded = shop.at_reader(450, CaptureMode::AtOnce).await;
    assert_eq!((state(&shop.sale(carded.invoice).await), shop.town.taken().await), (State::Waiting, 0));
    let sale = shop.pay_card(carded).await;
    assert_eq!((state(&sale), sale.receipt), (State::Paid, Some(1)));
    assert_eq!(shop.town.taken().await, 450);
    shop.check_books_at_rest().await;
}

pub async fn card_on_the_customers_phone_pays_the_sale(town: impl CardTown) {
    let shop = Shop::open(town).await;
    let carded = shop.on_phone(450).await;
    assert!(shop.shown(carded).await.link.is_some_and(|link| link.starts_with("http")));
    assert_eq!(state(&shop.pay_card(carded).await), State::Paid);
    assert_eq!(shop.town.taken().await, 450);
    shop.check_books_at_rest().await;
}

pub async fn declined_card_takes_nothing_and_the_next_payment_pays(town: impl CardTown) {
    let shop = Shop::open(town).await;
    let first = shop.at_reader(450, CaptureMode::AtOnce).await;
    shop.town.try_bad_card(&shop.shown(first).await);
    let sale = shop.until_card(first, "it is over", is_over).await;
    assert!(matches!(sale.card(first.payment).unwrap().end(), Some(CardEnd::Declined(_))), "{sale:?}");
    assert_eq!((state(&sale), shop.town.taken().await), (State::Declined, 0));
    let way = CardWay::Reader(shop.town.reader());
    let second = shop.start_card(first.invoice, way, CaptureMode::AtOnce).await.unwrap();
    shop.until_card(second, "it waits for the customer", super::counter::is_waiting).await;
    assert_eq!(state(&shop.pay_card(second).await), State::Paid);
    assert_eq!(shop.town.taken().await, 450);
    shop.check_books_at_rest().await;
}

pub async fn payment_that_is_called_off_takes_nothing(town: impl CardTown) {
    let shop = Shop::open(town).await;
    for carded in [shop.at_reader(450, CaptureMode::AtOnce).await, shop.on_phone(450).await] {
        let shown = shop.shown(carded).await;
        shop.call_off(carded).await.unwrap();
        shop.until_card(carded, "it is called off", |card| card.end() == Some(&CardEnd::Cancelled)).await;
        if shown.link.is_some() {
            // A customer who comes late finds the page closed.
            shop.town.pay(&shown);
        }
        shop.take_cash(carded.invoice, 450).await;
    }
    assert_eq!((shop.town.taken().await, shop.clearing().await), (0, 0));
    shop.check_books_at_rest().await;
}

pub async fn held_money_is_not_paid_before_it_is_captured(town: impl CardTown) {
    let shop = Shop::open(town).await;
    let carded = shop.at_reader(450, CaptureMode::Later).await;
    let sale = shop.pay_card(carded).await;
    assert_eq!((state(&sale).is_paid(), sale.receipt), (false, None), "held is not paid");
    assert_eq!((shop.town.taken().await, shop.clearing().await), (0, 0));
    shop.capture(carded, 450).await.unwrap();
    shop.until_state(carded.invoice, State::Paid).await;
    assert_eq!(shop.town.taken().await, 450);
    shop.check_books_at_rest().await;
}

pub async fn part_of_held_money_is_captured_and_the_rest_is_paid_in_cash(town: impl CardTown) {
    let shop = Shop::open(town).await;
    let carded = shop.at_reader(450, CaptureMode::Later).await;
    shop.pay_card(carded).await;
    assert!(shop.capture(carded, 451).await.is_err(), "more than is held");
    shop.capture(carded, 300).await.unwrap();
    let sale = shop.until_state(carded.invoice, State::Partial).await;
    assert_eq!(sale.coverage().unwrap().remaining, eur(150));
    assert_eq!(state(&shop.take_cash(carded.invoice, 150).await), State::Paid);
    assert_eq!(shop.town.taken().await, 300);
    shop.check_books_at_rest().await;
}

pub async fn held_money_that_is_let_go_was_never_taken(town: impl CardTown) {
    let shop = Shop::open(town).await;
    let carded = shop.at_reader(450, CaptureMode::Later).await;
    shop.pay_card(carded).await;
    shop.call_off(carded).await.unwrap();
    shop.until_card(carded, "it is let go", is_over).await;
    assert_eq!((shop.town.taken().await, shop.clearing().await), (0, 0));
    shop.take_cash(carded.invoice, 450).await;
    shop.check_books_at_rest().await;
}

pub async fn sale_is_refunded_in_parts_and_no_more_than_was_taken(town: impl CardTown) {
    let shop = Shop::open(town).await;
    let carded = shop.at_reader(450, CaptureMode::AtOnce).await;
    shop.pay_card(carded).await;
    for (cents, back) in [(200, 200), (250, 450)] {
        assert!(shop.refund(carded, 451 - given_back(&shop.card(carded).await)).await.is_err());
        shop.refund(carded, cents).await.unwrap();
        shop.until_card(carded, "the money is on its way back", |card| given_back(card) == back).await;
        assert_eq!(shop.town.taken().await, 450 - back);
    }
    assert!(shop.refund(carded, 1).await.is_err());
    shop.check_books_at_rest().await;
}

pub async fn payment_that_nobody_heard_of_is_unknown_and_then_paid_once(town: impl CardTown) {
    let shop = Shop::open(town).await;
    let carded = shop.at_reader(450, CaptureMode::AtOnce).await;
    shop.town.pay_unheard(&shop.shown(carded).await);
    shop.until_state(carded.invoice, State::Unknown).await;
    let way = CardWay::Reader(shop.town.reader());
    let again = shop.start_card(carded.invoice, way, CaptureMode::AtOnce).await;
    assert!(again.is_err(), "nothing is charged again while nobody knows");
    shop.town.mend_line();
    shop.until_state(carded.invoice, State::Paid).await;
    assert_eq!(shop.town.taken().await, 450);
    shop.check_books_at_rest().await;
}

/// Each payment is as it was, and goes on to its end.
pub async fn restart_in_every_state_of_a_card_payment_changes_nothing(town: impl CardTown) {
    let mut shop = Shop::open(town).await;
    let paid = shop.at_reader(450, CaptureMode::AtOnce).await;
    shop.pay_card(paid).await;
    let refunded = shop.at_reader(450, CaptureMode::AtOnce).await;
    shop.pay_card(refunded).await;
    shop.refund(refunded, 450).await.unwrap();
    shop.until_card(refunded, "the money is on its way back", |card| given_back(card) == 450).await;
    let declined = shop.at_reader(450, CaptureMode::AtOnce).await;
    shop.town.try_bad_card(&shop.shown(declined).await);
    shop.until_card(declined, "it is over", is_over).await;
    let cancelled = shop.on_phone(450).await;
    shop.call_off(cancelled).await.unwrap();
    shop.until_card(cancelled, "it is called off", is_over).await;
    let held = shop.at_reader(450, CaptureMode::Later).await;
    shop.pay_card(held).await;
    let (waiting, shown) = (shop.at_reader(450, CaptureMode::AtOnce).await, shop.on_phone(450).await);

    let all = [paid, refunded, declined, cancelled, held, waiting, shown];
    let mut before = Vec::new();
    for carded in all {
        before.push(state(&shop.sale(carded.invoice).await));
    }
    shop.restart().await;
    for (carded, before) in all.into_iter().zip(before) {
        assert_eq!(state(&shop.sale(carded.invoice).await), before);
    }
    shop.capture(held, 450).await.unwrap();
    for carded in [waiting, shown] {
        assert_eq!(state(&shop.pay_card(carded).await), State::Paid);
    }
    shop.until_state(held.invoice, State::Paid).await;
    assert_eq!(shop.town.taken().await, 4 * 450);
    shop.check_books_at_rest().await;
}

pub async fn money_goes_back_to_a_card_that_is_presented_and_not_before(town: impl CardTown) {
    let shop = Shop::open(town).await;
    let carded = shop.paid_by_interac(450).await;
    shop.refund_at_reader(carded, 200).await;
    assert!(shop.refund(carded, 251).await.is_err(), "what the reader asks for is not given twice");
    assert_eq!((given_back(&shop.card(carded).await), shop.town.taken().await), (0, 450));
    shop.town.present_interac(&shop.shown(carded).await);
    shop.until_card(carded, "it is given back", |card| given_back(card) == 200).await;
    assert_eq!((shop.town.taken().await, shop.clearing().await > 0), (250, true));
    shop.check_books_at_rest().await;
}

pub async fn refund_that_is_called_off_or_meets_another_card_gives_nothing_back(town: impl CardTown) {
    let shop = Shop::open(town).await;
    let carded = shop.paid_by_interac(450).await;
    let refund = shop.refund_at_reader(carded, 450).await;
    shop.call_refund_off(carded, refund).await.unwrap();
    shop.until_card(carded, "it is called off", |card| is_refused(card, refund)).await;
    let refund = shop.refund_at_reader(carded, 450).await;
    shop.town.try_bad_card(&shop.shown(carded).await);
    shop.until_card(carded, "the reader gave up", |card| is_refused(card, refund)).await;
    assert_eq!((given_back(&shop.card(carded).await), shop.town.taken().await), (0, 450));
    let refund = shop.refund_at_reader(carded, 450).await;
    shop.town.present_interac(&shop.shown(carded).await);
    shop.until_card(carded, "it is given back", |card| given_back(card) == 450).await;
    assert!(shop.call_refund_off(carded, refund).await.is_err(), "it went back");
    assert_eq!(shop.town.taken().await, 0);
    shop.check_books_at_rest().await;
}

pub async fn restart_while_the_reader_asks_for_a_card_gives_money_back_once(town: impl CardTown) {
    let mut shop = Shop::open(town).await;
    let carded = shop.paid_by_interac(450).await;
    let refund = shop.refund_at_reader(carded, 200).await;
    shop.restart().await;
    assert_eq!(refund_state(&shop.card(carded).await, refund), Some(&RefundState::AtReader));
    shop.town.present_interac(&shop.shown(carded).await);
    shop.until_card(carded, "it is given back", |card| given_back(card) == 200).await;
    assert_eq!((shop.card(carded).await.refunds.len(), shop.town.taken().await), (1, 250));
    shop.check_books_at_rest().await;
}
