//! Coins of EVM chains: what the network says of its blocks, and coins that nobody asked for.

use ledger::Account;
use money::{Currency, Money, Rate};
use payment::stray::StrayFinding;
use payment::transfer::unlisted;
use payment::{
    Depth, Level, Mark, Observation, PaymentTerms, Policy, Quote, QuotedRate, RailId, Sale, SaleEvent, State,
    Stray, StrayEvent, StrayId, StrayReason,
};

use crate::books::Books;
use crate::till::{currency, eur, instant, invoice, observation, opened, pay, rate};

/// Small and large amounts wait for the network's own word here.
const MARKED: Policy =
    Policy { up_to: None, safe: Depth::Marked(Mark::Safe), r#final: Depth::Marked(Mark::Finalized) };

fn usdc(minor: i64) -> Money {
    Money::new(minor, Currency::on_chain("USDC", 8_453, 6).unwrap())
}

fn ether(minor: i64) -> Money {
    Money::new(minor, Currency::on_chain("ETH", 8_453, 18).unwrap())
}

/// A sale of 4.50 EUR that asks for 5 USDC on Base.
fn shows_a_code() -> Sale {
    let market = Rate::parse(usdc(0).currency(), currency("EUR"), "0.90").unwrap();
    let rate = QuotedRate { market, spread: money::Percent::parse("0").unwrap(), ..rate(currency("EUR")) };
    let quote = Quote::of(eur(450), rate, 900_000).unwrap();
    assert_eq!(quote.coin, usdc(5_000_000));
    let terms = PaymentTerms { rail: RailId::EVM, amount: eur(450), quote, policy: MARKED };
    let sale = Sale::open(invoice(), &opened(eur(450), "0"), instant(0)).unwrap();
    let started = sale.start_payment(pay(1), terms).unwrap();
    let sale = sale.apply(&started, instant(0)).unwrap().unwrap().sale;
    let offered = SaleEvent::Offered { payment: pay(1), address: "0xPAY".to_owned() };
    sale.apply(&offered, instant(0)).unwrap().unwrap().sale
}

fn sees(sale: &Sale, number: u64, level: Level) -> Sale {
    let observation = Observation { amount: usdc(5_000_000), ..observation("8453:0xa:1", number, 1, level) };
    let event = SaleEvent::TransferObserved { payment: pay(1), observation };
    sale.apply(&event, instant(1)).unwrap().unwrap().sale
}

fn marked(confirmations: u32, mark: Mark) -> Level {
    Level::Confirmed { block_hash: "aa".repeat(32), height: 100, confirmations, mark }
}

fn state(sale: &Sale) -> State {
    sale.standing().unwrap().state
}

#[test]
fn a_token_is_booked_in_its_own_accounts_when_the_network_calls_its_block_safe() {
    let seen = sees(&shows_a_code(), 1, marked(30, Mark::Head));
    assert_eq!(state(&seen), State::Confirming);
    assert_eq!(Books::of(seen.entries()).balance(Account::EvmPending, usdc(0).currency()), 5_000_000);
    let safe = sees(&seen, 2, marked(31, Mark::Safe));
    assert_eq!((state(&safe), safe.coverage().unwrap().is_final), (State::Paid, false));
    let books = Books::of(safe.entries());
    assert_eq!(books.balance(Account::EvmWallet, usdc(0).currency()), 5_000_000);
    assert_eq!(books.balance(Account::EvmPending, usdc(0).currency()), 0);
    assert_eq!(books.balance(Account::BitcoinWallet, usdc(0).currency()), 0);
    let r#final = sees(&safe, 3, marked(64, Mark::Finalized));
    assert!(r#final.coverage().unwrap().is_final);
}

#[test]
fn a_block_that_loses_its_mark_takes_the_payment_back() {
    let safe = sees(&shows_a_code(), 1, marked(31, Mark::Safe));
    let reorganised = sees(&safe, 2, marked(1, Mark::Head));
    assert_eq!(state(&reorganised), State::Confirming);
    let books = Books::of(reorganised.entries());
    assert_eq!(books.balance(Account::EvmWallet, usdc(0).currency()), 0);
    assert_eq!(books.balance(Account::Sales, currency("EUR")), 0);
}

#[test]
fn another_coin_at_the_address_of_a_code_is_not_counted_for_it() {
    let sale = shows_a_code();
    let at =
        |amount: Money| Observation { amount, ..observation("8453:0xb:value", 1, 1, marked(1, Mark::Head)) };
    assert_eq!(sale.admit(pay(1), &at(ether(1_600_000))), Err(StrayReason::OtherCoin));
    let elsewhere = Money::new(5_000_000, Currency::on_chain("USDC", 137, 6).unwrap());
    assert_eq!(sale.admit(pay(1), &at(elsewhere)), Err(StrayReason::OtherCoin));
    assert_eq!(sale.admit(pay(1), &at(usdc(5_000_000))), Ok(()));
    assert_eq!(sale.admit(pay(1), &at(usdc(0))), Err(StrayReason::Unbookable));
}

fn found(reason: StrayReason, amount: Money) -> Stray {
    let finding = StrayFinding {
        rail: RailId::EVM,
        address: "0xPAY".to_owned(),
        shown_by: None,
        reason,
        policy: MARKED,
    };
    let observation = Observation { amount, ..observation("8453:0xc:1", 1, 1, marked(31, Mark::Safe)) };
    let event = StrayEvent::Found { finding, observation };
    Stray::open(StrayId::generate(instant(0), [1; 10]), &event).unwrap().stray
}

#[test]
fn another_coin_waits_in_the_inbox_in_its_own_currency_and_may_be_counted_for_the_sale() {
    let stray = found(StrayReason::OtherCoin, ether(1_600_000));
    let books = Books::of(stray.entries());
    assert_eq!(books.balance(Account::EvmWallet, ether(0).currency()), 1_600_000);
    assert_eq!(books.balance(Account::StrayPayments, ether(0).currency()), -1_600_000);
    assert_eq!(stray.assignable(), Ok(()));
}

#[test]
fn a_token_that_the_shop_does_not_take_is_shown_and_never_booked() {
    let nothing = Money::new(0, unlisted(8_453).unwrap());
    let stray = found(StrayReason::UnlistedToken, nothing);
    assert!(stray.entries().is_empty() && stray.assignable().is_err());
}
