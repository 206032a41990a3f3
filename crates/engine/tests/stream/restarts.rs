//! A restart in every state changes nothing, and the till goes on.

use engine::{Command, Reply};
use money::Currency;
use payment::stray::Decision;
use payment::{InvoiceId, Policy, RailError, RailId, State, Stray};
use rail_practice::Act;
use settings::{PolicyRow, PolicyScope};

use crate::clock::QUOTE_LIFE;
use crate::puppet::{Offering, Puppet};
use crate::shop::{Shop, part, state};

/// Two restarts, each followed by a sale in bitcoin: by then the rail has told all it knows.
async fn survives(mut shop: Shop, invoice: InvoiceId, wished: State) {
    let before = shop.until_state(invoice, wished).await;
    let strays = shop.strays().await;
    let alerts = shop.alerts().await;
    for _ in 0..2 {
        shop.restart().await;
        let next = shop.charge(200).await;
        shop.pay(&next.address, next.coins);
        shop.until(next.invoice, "seen", |sale| sale.coverage().unwrap().is_covered).await;
        assert_eq!(shop.sale(invoice).await, before, "a restart while {wished:?}");
    }
    assert_eq!(shop.strays().await, strays);
    assert_eq!(shop.alerts().await, alerts);
    shop.check_books().await;
}

#[tokio::test]
async fn while_no_way_to_pay_is_chosen() {
    let shop = Shop::open().await;
    let sale = shop.open_sale(450).await;
    survives(shop, sale.id, State::Preparing).await;
}

#[tokio::test]
async fn while_preparing() {
    let puppet = Puppet::new();
    puppet.offers(Offering::Held);
    let mut shop = Shop::open_on(puppet.setup()).await;
    let sale = shop.open_sale(450).await;
    let payment = shop.ask_for_code(sale.id).await;
    let before = shop.sale(sale.id).await;
    shop.restart().await;
    assert_eq!(shop.sale(sale.id).await, before);
    assert_eq!(state(&before), State::Preparing);
    assert_eq!(shop.engine.quote_remaining_ms(payment), 900_000);
    puppet.offers(Offering::AtOnce);
    shop.until_state(sale.id, State::Waiting).await;
    shop.check_books().await;
}

#[tokio::test]
async fn while_waiting() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    survives(shop, code.invoice, State::Waiting).await;
}

#[tokio::test]
async fn while_detected() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.pay(&code.address, code.coins);
    survives(shop, code.invoice, State::Detected).await;
}

#[tokio::test]
async fn while_confirming() {
    let shop = Shop::open().await;
    shop.change_settings(|settings| {
        settings.policy = vec![PolicyRow { scope: PolicyScope::BITCOIN, policy: Policy::of_blocks(3, 6) }];
    })
    .await;
    let code = shop.charge(450).await;
    shop.pay(&code.address, code.coins);
    shop.mine(2);
    survives(shop, code.invoice, State::Confirming).await;
}

#[tokio::test]
async fn while_paid() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.pay(&code.address, code.coins);
    shop.mine(1);
    survives(shop, code.invoice, State::Paid).await;
}

#[tokio::test]
async fn when_final() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.pay(&code.address, code.coins);
    shop.mine(6);
    shop.until(code.invoice, "final", |sale| sale.coverage().unwrap().is_final).await;
    survives(shop, code.invoice, State::Paid).await;
}

#[tokio::test]
async fn while_paid_in_cash() {
    let shop = Shop::open().await;
    let sale = shop.cash_sale(450).await;
    survives(shop, sale.id, State::Paid).await;
}

#[tokio::test]
async fn while_partial() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.pay(&code.address, part(code.coins, 50));
    survives(shop, code.invoice, State::Partial).await;
}

#[tokio::test]
async fn while_overpaid() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.pay(&code.address, part(code.coins, 200));
    shop.mine(1);
    survives(shop, code.invoice, State::Overpaid).await;
}

#[tokio::test]
async fn when_late() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.clock.turn(QUOTE_LIFE);
    shop.until_state(code.invoice, State::Expired).await;
    shop.pay(&code.address, code.coins);
    shop.mine(1);
    survives(shop, code.invoice, State::Late).await;
}

#[tokio::test]
async fn when_expired() {
    let shop = Shop::open().await;
    let (nothing, half) = (shop.charge(450).await, shop.charge(450).await);
    shop.pay(&half.address, part(half.coins, 50));
    shop.until_state(half.invoice, State::Partial).await;
    shop.clock.turn(QUOTE_LIFE);
    shop.until_state(half.invoice, State::Expired).await;
    survives(shop, nothing.invoice, State::Expired).await;
}

#[tokio::test]
async fn when_cancelled() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.ask(Command::CancelSale { invoice: code.invoice, although_seen: false }).await.unwrap();
    survives(shop, code.invoice, State::Cancelled).await;
}

#[tokio::test]
async fn when_reversed() {
    let shop = Shop::open().await;
    let code = shop.charge(450).await;
    shop.pay(&code.address, code.coins);
    shop.mine(1);
    shop.until_state(code.invoice, State::Paid).await;
    shop.act(&Act::Reorganise { depth: 1, keep: false });
    survives(shop, code.invoice, State::Reversed).await;
}

#[tokio::test]
async fn when_voided() {
    let shop = Shop::open().await;
    let sale = shop.cash_sale(450).await;
    shop.ask(Command::VoidSale { invoice: sale.id, reason: "mistake".to_owned() }).await.unwrap();
    survives(shop, sale.id, State::Voided).await;
}

#[tokio::test]
async fn when_no_code_could_be_made() {
    let refusals = [
        (RailError::Declined("no".to_owned()), State::Declined),
        (RailError::NotSent("no server answers".to_owned()), State::Failed),
        (RailError::Unknown("no answer".to_owned()), State::Unknown),
    ];
    for (refusal, wished) in refusals {
        let puppet = Puppet::new();
        puppet.offers(Offering::Refused(refusal));
        let mut shop = Shop::open_on(puppet.setup()).await;
        let sale = shop.open_sale(450).await;
        let sale = shop
            .engine
            .start_payment(sale.id, shop.next_payment(), (RailId::BITCOIN, Currency::BTC))
            .await
            .unwrap();
        assert_eq!(state(&sale), wished);
        shop.restart().await;
        assert_eq!(shop.sale(sale.id).await, sale);
        assert_eq!(puppet.asked.borrow().len(), 1, "a refused wish is not repeated by itself");
        shop.check_books().await;
    }
}

/// Money for a sale that was cancelled.
async fn stray(shop: &Shop) -> (InvoiceId, Stray) {
    let code = shop.charge(450).await;
    shop.ask(Command::CancelSale { invoice: code.invoice, although_seen: false }).await.unwrap();
    shop.pay(&code.address, code.coins);
    shop.mine(1);
    (code.invoice, shop.until_stray(Stray::is_safe).await)
}

#[tokio::test]
async fn while_a_stray_payment_is_undecided() {
    let shop = Shop::open().await;
    let (invoice, stray) = stray(&shop).await;
    assert_eq!(stray.decision, Decision::Open);
    survives(shop, invoice, State::Cancelled).await;
}

#[tokio::test]
async fn when_a_stray_payment_was_assigned() {
    let shop = Shop::open().await;
    let (_, stray) = stray(&shop).await;
    let other = shop.open_sale(450).await;
    let payment = shop.next_payment();
    shop.ask(Command::AssignStray { stray: stray.id, invoice: other.id, payment }).await.unwrap();
    survives(shop, other.id, State::Paid).await;
}

#[tokio::test]
async fn when_a_stray_payment_was_credited() {
    let shop = Shop::open().await;
    let (invoice, stray) = stray(&shop).await;
    let credit = Command::CreditStray { stray: stray.id, customer: "Ada".to_owned() };
    let Reply::Stray(credited) = shop.ask(credit).await.unwrap() else { panic!("no stray payment") };
    assert!(matches!(credited.decision, Decision::Credited { .. }));
    survives(shop, invoice, State::Cancelled).await;
}
