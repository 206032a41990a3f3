//! What every rail keeps, each case from the counter to the books.

use std::time::Duration;

use engine::Command;
use ledger::Account;
use money::Currency;
use payment::sale::Refused;
use payment::stray::Decision;
use payment::{State, StrayReason};

use super::shop::{Shop, eur, is_final, part, state};
use super::town::{Fate, Town};

const FIFTEEN_MINUTES: Duration = Duration::from_secs(15 * 60 + 1);

pub async fn exact_payment_is_paid_after_its_confirmation_and_final_after_six(town: impl Town) {
    let shop = Shop::open(town).await;
    let code = shop.charge(450).await;
    assert_eq!(state(&shop.sale(code.invoice).await), State::Waiting);
    shop.town.pay(&code.address, code.coins);
    let sale = shop.until_state(code.invoice, State::Detected).await;
    assert_eq!(sale.receipt, None, "no receipt before it is paid");
    shop.town.mine(1);
    let sale = shop.until_state(code.invoice, State::Paid).await;
    assert_eq!(sale.receipt, Some(1));
    assert!(!is_final(&sale));
    shop.town.mine(5);
    shop.until(code.invoice, "final", is_final).await;
    assert_eq!(shop.balance(Account::BitcoinWallet, Currency::BTC).await, code.coins.minor());
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
    shop.until_state(code.invoice, State::Detected).await;
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
    shop.clock.turn(FIFTEEN_MINUTES);
    let sale = shop.until_state(code.invoice, State::Expired).await;
    let rest = sale.coverage().unwrap().remaining;
    assert!(rest == eur(225) || rest == eur(226), "about half is still to pay: {rest}");
    shop.until(code.invoice, "half is safe", |sale| sale.coverage().unwrap().safe.is_positive()).await;
    let sale = shop.take_cash(code.invoice, 500).await;
    assert_eq!(state(&sale), State::Paid);
    shop.check_books_at_rest().await;
}

pub async fn payment_after_the_quote_ended_is_late_but_covers(town: impl Town) {
    let shop = Shop::open(town).await;
    let code = shop.charge(450).await;
    shop.clock.turn(FIFTEEN_MINUTES);
    shop.until_state(code.invoice, State::Expired).await;
    shop.clock.turn(Duration::from_secs(60));
    shop.town.pay(&code.address, code.coins);
    shop.until(code.invoice, "the money is seen", |sale| sale.coverage().unwrap().is_covered).await;
    shop.town.mine(1);
    let sale = shop.until(code.invoice, "it is safe", |sale| sale.coverage().unwrap().is_safe).await;
    assert!(state(&sale).is_paid());
    shop.check_books_at_rest().await;
}

pub async fn two_sales_of_equal_amounts_are_never_confused(town: impl Town) {
    let shop = Shop::open(town).await;
    let (first, second) = (shop.charge(450).await, shop.charge(450).await);
    assert_eq!(first.coins, second.coins);
    assert_ne!(first.address, second.address);
    shop.town.pay(&second.address, second.coins);
    shop.until_state(second.invoice, State::Detected).await;
    assert_eq!(state(&shop.sale(first.invoice).await), State::Waiting);
    shop.town.pay(&first.address, first.coins);
    shop.town.mine(1);
    shop.until_state(first.invoice, State::Paid).await;
    shop.until_state(second.invoice, State::Paid).await;
    assert_eq!(shop.balance(Account::Sales, eur(0).currency()).await, -750);
    shop.check_books_at_rest().await;
}

pub async fn double_spend_before_a_confirmation_never_pays(town: impl Town) {
    let shop = Shop::open(town).await;
    let code = shop.charge(450).await;
    shop.town.pay(&code.address, code.coins);
    shop.until_state(code.invoice, State::Detected).await;
    shop.town.double_spend(&code.address);
    let sale = shop.until_state(code.invoice, State::Waiting).await;
    assert!(!sale.was_safe);
    shop.town.mine(2);
    shop.check_books_at_rest().await;
    assert_eq!(shop.balance(Account::BitcoinWallet, Currency::BTC).await, 0);
    assert_eq!(shop.balance(Account::Sales, eur(0).currency()).await, 0);
    assert!(shop.engine.reader().alerts().await.unwrap().is_empty(), "nothing was handed over");
}

pub async fn reorganised_payment_that_is_mined_again_is_still_paid_once(town: impl Town) {
    let shop = Shop::open(town).await;
    for depth in [1, 2, 6] {
        let sales_before = shop.balance(Account::Sales, eur(0).currency()).await;
        let code = shop.charge(450).await;
        shop.town.pay(&code.address, code.coins);
        shop.until_state(code.invoice, State::Detected).await;
        shop.town.mine(depth);
        let paid = shop
            .until(code.invoice, "as deep as it will be replaced", |sale| confirmations(sale) == depth)
            .await;
        let block = block_of(&paid);
        shop.town.reorganise(depth, Fate::MinedAgain);
        let sale = shop
            .until(code.invoice, "credited against another block", |sale| {
                state(sale) == State::Paid && block_of(sale) != block
            })
            .await;
        assert_eq!(sale.receipt, paid.receipt, "one receipt");
        assert_eq!(shop.balance(Account::Sales, eur(0).currency()).await, sales_before - 375);
        shop.check_books_at_rest().await;
    }
    assert!(shop.engine.reader().alerts().await.unwrap().is_empty());
}

pub async fn reorganised_payment_that_is_gone_is_reversed_and_the_owner_is_told(town: impl Town) {
    let shop = Shop::open(town).await;
    for (round, depth) in [1, 2, 6].into_iter().enumerate() {
        let code = shop.charge(450).await;
        shop.town.pay(&code.address, code.coins);
        shop.until_state(code.invoice, State::Detected).await;
        shop.town.mine(depth);
        shop.until(code.invoice, "as deep as it will be replaced", |sale| confirmations(sale) == depth).await;
        shop.town.reorganise(depth, Fate::Gone);
        shop.until_state(code.invoice, State::Reversed).await;
        assert_eq!(shop.balance(Account::BitcoinWallet, Currency::BTC).await, 0);
        assert_eq!(shop.balance(Account::Sales, eur(0).currency()).await, 0);
        assert_eq!(shop.balance(Account::TaxPayable, eur(0).currency()).await, 0);
        let alerts = shop.engine.reader().alerts().await.unwrap();
        assert_eq!(alerts.len(), round + 1, "one alert for each loss: {alerts:#?}");
        shop.check_books_at_rest().await;
    }
}

pub async fn money_for_a_cancelled_sale_waits_in_the_inbox_until_it_is_assigned(town: impl Town) {
    let shop = Shop::open(town).await;
    let code = shop.charge(450).await;
    let cancel = Command::CancelSale { invoice: code.invoice, although_seen: false };
    shop.engine.ask_sale(cancel).await.unwrap();
    shop.town.pay(&code.address, code.coins);
    let stray = shop.until_stray("the money is found", |_| true).await;
    assert_eq!(stray.finding.reason, StrayReason::SaleCancelled);
    assert_eq!(stray.finding.shown_by, Some((code.invoice, code.payment)));
    shop.town.mine(1);
    shop.until_stray("it is safe", payment::Stray::is_safe).await;
    assert_eq!(shop.balance(Account::StrayPayments, Currency::BTC).await, -code.coins.minor());

    let other = shop.open_sale(300).await;
    let payment = shop.next_payment();
    let assign = Command::AssignStray { stray: stray.id, invoice: other.id, payment };
    let stray = shop.ask_stray(assign.clone()).await;
    assert!(matches!(stray.decision, Decision::Assigned { .. }));
    assert_eq!(shop.ask_stray(assign).await, stray, "asking again changes nothing");
    let sale = shop.sale(other.id).await;
    assert_eq!(state(&sale), State::Overpaid);
    assert_eq!(shop.balance(Account::StrayPayments, Currency::BTC).await, 0);
    shop.check_books_at_rest().await;
    shop.town.mine(5);
    shop.until(other.id, "final", is_final).await;
}

pub async fn money_for_a_paid_sale_waits_in_the_inbox_until_it_is_credited(town: impl Town) {
    let shop = Shop::open(town).await;
    let code = shop.charge(450).await;
    let cancel = Command::CancelPayment { invoice: code.invoice, payment: code.payment };
    shop.engine.ask_sale(cancel).await.unwrap();
    shop.take_cash(code.invoice, 500).await;
    shop.town.pay(&code.address, code.coins);
    let stray = shop.until_stray("the money is found", |_| true).await;
    assert_eq!(stray.finding.reason, StrayReason::AlreadyPaid);
    let credit = Command::CreditStray { stray: stray.id, customer: "Mira".to_owned() };
    let too_early = shop.engine.ask(credit.clone()).await.unwrap_err();
    assert_eq!(too_early, engine::EngineError::Refused(Refused::WrongState));
    shop.town.mine(1);
    shop.until_stray("it is safe", payment::Stray::is_safe).await;
    shop.ask_stray(credit).await;
    assert_eq!(shop.balance(Account::StrayPayments, Currency::BTC).await, 0);
    assert!(shop.balance(Account::CustomerCredit, eur(0).currency()).await < 0);
    shop.check_books_at_rest().await;
}

pub async fn restart_in_every_state_changes_nothing(town: impl Town) {
    let mut shop = Shop::open(town).await;
    let code = shop.charge(450).await;
    let mut before = shop.sale(code.invoice).await;
    for wished in [State::Waiting, State::Detected, State::Paid] {
        match wished {
            State::Detected => shop.town.pay(&code.address, code.coins),
            State::Paid => shop.town.mine(1),
            _ => {}
        }
        before = shop.until_state(code.invoice, wished).await;
        shop.restart().await;
        assert_eq!(shop.sale(code.invoice).await, before, "a restart in {wished:?} changes nothing");
    }
    shop.town.mine(5);
    let sale = shop.until(code.invoice, "final", is_final).await;
    assert!(sale.version > before.version);
    shop.restart().await;
    shop.check_books_at_rest().await;
    assert!(is_final(&shop.sale(code.invoice).await));
}

fn confirmations(sale: &payment::Sale) -> u32 {
    let chain = sale.payments.iter().find_map(payment::Payment::chain).unwrap();
    chain.present().map(|transfer| transfer.latest.level.confirmations()).min().unwrap_or(0)
}

fn block_of(sale: &payment::Sale) -> Option<String> {
    let chain = sale.payments.iter().find_map(payment::Payment::chain)?;
    chain.present().find_map(|transfer| match &transfer.latest.level {
        payment::Level::Confirmed { block_hash, .. } => Some(block_hash.clone()),
        payment::Level::Unconfirmed { .. } | payment::Level::Withdrawn { .. } => None,
    })
}
