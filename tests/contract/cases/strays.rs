//! Money that no sale may take waits in the inbox.

use engine::Command;
use ledger::Account;
use payment::sale::Refused;
use payment::stray::Decision;
use payment::{State, StrayReason};

use crate::contract::shop::{Shop, eur, is_final, state};
use crate::contract::town::Town;

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
    assert_eq!(shop.balance(Account::StrayPayments, shop.coin()).await, -code.coins.minor());

    let other = shop.open_sale(300).await;
    let payment = shop.next_payment();
    let assign = Command::AssignStray { stray: stray.id, invoice: other.id, payment };
    let stray = shop.ask_stray(assign.clone()).await;
    assert!(matches!(stray.decision, Decision::Assigned { .. }));
    assert_eq!(shop.ask_stray(assign).await, stray, "asking again changes nothing");
    let sale = shop.sale(other.id).await;
    assert_eq!(state(&sale), State::Overpaid);
    assert_eq!(shop.balance(Account::StrayPayments, shop.coin()).await, 0);
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
    assert_eq!(shop.balance(Account::StrayPayments, shop.coin()).await, 0);
    assert!(shop.balance(Account::CustomerCredit, eur(0).currency()).await < 0);
    shop.check_books_at_rest().await;
}
