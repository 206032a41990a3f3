//! Money without a sale: under the shop's own rules, decided once, and missed when it is gone.

use engine::{Command, Reply};
use ledger::Account;
use money::Currency;
use payment::stray::Decision;
use payment::{Policy, State, Stray};
use settings::{PolicyRow, PolicyScope, Settings};

use crate::shop::{Shop, confirmed, eur, replaced, sat, seen, state, unconfirmed};

/// Up to 100 EUR two servers are enough, above it takes three confirmations.
fn careful(settings: &mut Settings) {
    let row = |up_to, safe, r#final| PolicyRow {
        scope: PolicyScope::BITCOIN,
        policy: Policy { up_to, ..Policy::of_blocks(safe, r#final) },
    };
    settings.policy = vec![row(Some(eur(10_000)), 0, 1), row(None, 3, 6)];
}

async fn found(shop: &Shop, sats: i64) -> Stray {
    let reference = format!("{sats}:0");
    shop.saw([seen(&reference, 1, "bcrt1qelsewhere", sat(sats), unconfirmed())]).await;
    let strays = shop.strays().await;
    strays.into_iter().find(|stray| stray.transfer.latest.amount == sat(sats)).unwrap()
}

async fn ask(shop: &Shop, command: Command) -> Stray {
    match shop.ask(command).await.unwrap() {
        Reply::Stray(stray) => *stray,
        other => panic!("{other:?}"),
    }
}

fn credit(stray: &Stray, customer: &str) -> Command {
    Command::CreditStray { stray: stray.id, customer: customer.to_owned() }
}

#[tokio::test]
async fn a_stray_payment_is_under_the_rule_for_its_value() {
    let shop = Shop::open_quiet().await;
    shop.change_settings(careful).await;
    let small = found(&shop, 10_000).await;
    assert_eq!(small.finding.policy, Policy { up_to: Some(eur(10_000)), ..Policy::of_blocks(0, 1) });
    assert!(small.is_safe(), "two servers agree");
    let large = found(&shop, 10_000_000).await;
    assert_eq!(large.finding.policy, Policy::of_blocks(3, 6));
    shop.change_settings(|settings| settings.rates.fixed.clear()).await;
    let of_unknown_value = found(&shop, 20_000).await;
    assert_eq!(of_unknown_value.finding.policy, Policy::DEFAULT);
    shop.check_books().await;
}

#[tokio::test]
async fn a_stray_payment_counted_for_a_sale_is_under_the_rule_of_that_moment() {
    let shop = Shop::open_quiet().await;
    let stray = found(&shop, 10_000).await;
    assert!(!stray.is_safe());
    shop.change_settings(careful).await;
    let sale = shop.open_sale(500).await;
    let payment = shop.next_payment();
    let assign = Command::AssignStray { stray: stray.id, invoice: sale.id, payment };
    let assigned = ask(&shop, assign.clone()).await;
    let sale = shop.sale(sale.id).await;
    let terms = &sale.payment(payment).unwrap().chain().unwrap().terms;
    assert_eq!(terms.policy, Policy { up_to: Some(eur(10_000)), ..Policy::of_blocks(0, 1) });
    assert!(state(&sale).is_paid());
    assert_eq!(ask(&shop, assign).await, assigned, "asking again changes nothing");
    shop.check_books().await;
}

#[tokio::test]
async fn a_credit_asked_for_again_is_the_same_credit_also_at_another_rate() {
    let shop = Shop::open_quiet().await;
    let stray = found(&shop, 10_000).await;
    shop.saw([seen("10000:0", 2, "bcrt1qelsewhere", sat(10_000), confirmed(1))]).await;
    let credited = ask(&shop, credit(&stray, "Ada")).await;
    assert!(matches!(credited.decision, Decision::Credited { .. }));
    shop.change_settings(|settings| {
        let (pair, rate) = settings::fixed_rate("BTC/EUR", "70000.00").unwrap();
        settings.rates.fixed.insert(pair, rate);
    })
    .await;
    assert_eq!(ask(&shop, credit(&stray, " Ada ")).await, credited);
    shop.change_settings(|settings| settings.rates.fixed.clear()).await;
    assert_eq!(ask(&shop, credit(&stray, "Ada")).await, credited);
    assert!(shop.ask(credit(&stray, "Mira")).await.is_err(), "a decision stands");
    shop.check_books().await;
}

#[tokio::test]
async fn the_owner_is_told_when_credited_money_is_gone() {
    let shop = Shop::open_quiet().await;
    let stray = found(&shop, 10_000).await;
    shop.saw([seen("10000:0", 2, "bcrt1qelsewhere", sat(10_000), confirmed(1))]).await;
    ask(&shop, credit(&stray, "Ada")).await;
    assert_eq!(shop.alerts().await, [""; 0]);
    shop.saw([seen("10000:0", 3, "bcrt1qelsewhere", sat(10_000), replaced())]).await;
    assert_eq!(shop.alerts().await, ["reversed"]);
    let alert = &shop.engine.reader().alerts().await.unwrap()[0];
    assert_eq!(alert.subject, Some(store::Subject::Stray(stray.id)));
    assert_eq!(shop.balance(Account::CustomerCredit, eur(0).currency()).await, 0);
    assert_eq!(shop.balance(Account::BitcoinWallet, Currency::BTC).await, 0);
    shop.check_books().await;
}

#[tokio::test]
async fn money_for_a_cancelled_sale_waits_and_can_pay_another_sale() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.ask(Command::CancelSale { invoice: code.invoice, although_seen: false }).await.unwrap();
    shop.pay(&code.address, code.coins);
    shop.mine(1);
    let stray = shop.until_stray(Stray::is_safe).await;
    let other = shop.open_sale(300).await;
    let payment = shop.next_payment();
    ask(&shop, Command::AssignStray { stray: stray.id, invoice: other.id, payment }).await;
    assert_eq!(state(&shop.sale(other.id).await), State::Overpaid);
    shop.check_books().await;
}
