//! A customer pays: all, in parts, too much, too little.

use ledger::Account;
use payment::State;

use crate::contract::shop::{QUOTE_LIFE, Shop, eur, is_final, part, state};
use crate::contract::town::Town;

pub async fn exact_payment_is_paid_after_its_confirmation_and_final_after_six(town: impl Town) {
    let shop = Shop::open(town).await;
    let code = shop.charge(450).await;
    assert_eq!(state(&shop.sale(code.invoice).await), State::Waiting);
    shop.town.pay(&code.address, code.coins);
    let sale = shop.until_seen(code.invoice).await;
    assert_eq!(sale.receipt, None, "no receipt before it is paid");
    shop.town.mine(1);
    let sale = shop.until_state(code.invoice, State::Paid).await;
    assert_eq!(sale.receipt, Some(1));
    assert!(!is_final(&sale));
    shop.town.mine(5);
    shop.until(code.invoice, "final", is_final).await;
    assert_eq!(shop.wallet().await, code.coins.minor());
    assert_eq!(shop.balance(Account::Sales, eur(0).currency()).await, -375);
    assert_eq!(shop.balance(Account::TaxPayable, eur(0).currency()).await, -75);
    shop.check_books_at_rest().await;
}

pub async fn two_partial_payments_cover_the_sale_exactly(town: impl Town) {
    let shop = Shop::open(town).await;
    let code = shop.charge(450).await;
    let first = part(code.coins, 33);
    shop.town.pay(&code.address, first);
    let sale = shop.until_state(code.invoice, State::Partial).await;
    assert!(sale.coverage().unwrap().remaining.is_positive());
    shop.town.pay(&code.address, code.coins.checked_sub(first).unwrap());
    shop.until_seen(code.invoice).await;
    shop.town.mine(1);
    let sale = shop.until_state(code.invoice, State::Paid).await;
    assert_eq!(sale.coverage().unwrap().safe, eur(450), "the quoted coins are worth exactly what was due");
    shop.check_books_at_rest().await;
}

pub async fn overpayment_is_paid_and_the_rest_is_owed_to_the_customer(town: impl Town) {
    let shop = Shop::open(town).await;
    let code = shop.charge(450).await;
    shop.town.pay(&code.address, part(code.coins, 200));
    shop.town.mine(1);
    let sale = shop.until_state(code.invoice, State::Overpaid).await;
    assert_eq!(sale.coverage().unwrap().excess, eur(450));
    assert_eq!(shop.balance(Account::CustomerCredit, eur(0).currency()).await, -450);
    shop.check_books_at_rest().await;
}

pub async fn underpayment_whose_quote_ends_keeps_the_money_and_is_completed_in_cash(town: impl Town) {
    let shop = Shop::open(town).await;
    let code = shop.charge(450).await;
    shop.town.pay(&code.address, part(code.coins, 50));
    shop.until_state(code.invoice, State::Partial).await;
    shop.town.mine(1);
    shop.turn(QUOTE_LIFE);
    let sale = shop.until_state(code.invoice, State::Expired).await;
    let rest = sale.coverage().unwrap().remaining;
    assert!(rest == eur(225) || rest == eur(226), "about half is still to pay: {rest}");
    shop.until(code.invoice, "half is safe", |sale| sale.coverage().unwrap().safe.is_positive()).await;
    let sale = shop.take_cash(code.invoice, 500).await;
    assert_eq!(state(&sale), State::Paid);
    shop.check_books_at_rest().await;
}

pub async fn two_sales_of_equal_amounts_are_never_confused(town: impl Town) {
    let shop = Shop::open(town).await;
    let (first, second) = (shop.charge(450).await, shop.charge(450).await);
    assert_eq!(first.coins, second.coins);
    assert_ne!(first.address, second.address);
    shop.town.pay(&second.address, second.coins);
    shop.until_seen(second.invoice).await;
    assert_eq!(state(&shop.sale(first.invoice).await), State::Waiting);
    shop.town.pay(&first.address, first.coins);
    shop.town.mine(1);
    shop.until_state(first.invoice, State::Paid).await;
    shop.until_state(second.invoice, State::Paid).await;
    assert_eq!(shop.balance(Account::Sales, eur(0).currency()).await, -750);
    shop.check_books_at_rest().await;
}
