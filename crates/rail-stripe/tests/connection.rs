//! Is the connection right: whose account it is, of which mode, and which permission a restricted key lacks.

use payment::RailError;
use payment::card::{Access, CaptureMode, CardMemory, CardOffice, CardRail, CardWay, RefundAttempt};
use rail_stripe::StripeRail;
use stripe_simulator::{Permission, SECRET_KEY};

use crate::shop::{Shop, captured, config, known, open};

/// What the till says it needs, with Stripe's own name for it.
const PERMISSIONS: &[(&str, Access, &str)] = &[
    ("Payment Intents", Access::Write, "payment_intent"),
    ("Charges and Refunds", Access::Write, "charge"),
    ("Payment Links", Access::Write, "payment_link"),
    ("Checkout Sessions", Access::Write, "checkout_session"),
    ("Terminal: Readers", Access::Write, "terminal_reader"),
    ("Terminal: Locations", Access::Write, "terminal_location"),
    ("Disputes", Access::Write, "dispute"),
    ("Events", Access::Read, "event"),
    ("Balance", Access::Read, "balance"),
    ("Payouts", Access::Read, "payout"),
    ("Customers", Access::Write, "customer"),
    ("Payment Methods", Access::Write, "payment_method"),
];

/// A rail with a restricted key that has everything but one permission.
fn without(shop: &Shop, left_out: Option<&str>) -> StripeRail {
    let granted =
        PERMISSIONS.iter().filter(|(name, ..)| Some(*name) != left_out).map(
            |(_, access, area)| match access {
                Access::Read => Permission::read(area),
                Access::Write => Permission::write(area),
            },
        );
    let key = shop.simulator.restricted_key(&granted.collect::<Vec<_>>());
    open(&config(&shop.simulator, &key), &CardMemory::default(), &shop.simulator)
}

#[tokio::test]
async fn the_connection_tells_account_and_mode() {
    let shop = Shop::open().await;
    let check = shop.rail.check().await.unwrap();
    let account = check.account.as_ref().unwrap();
    assert!(account.id.starts_with("acct_") && account.takes_payments && account.pays_out, "{account:?}");
    assert_eq!((account.name.as_deref(), check.is_live), (Some("Tillstream"), false));
    assert_eq!(check.missing().count(), 0);
}

#[tokio::test]
async fn each_permission_that_a_restricted_key_lacks_is_named_and_no_other() {
    let shop = Shop::open().await;
    for (name, access, _) in PERMISSIONS {
        let check = without(&shop, Some(name)).check().await.unwrap();
        let missing: Vec<_> = check.missing().map(|missing| (missing.name, missing.access)).collect();
        assert_eq!(missing, [(*name, *access)]);
        assert_eq!(check.account, None, "this key may not read the account, and need not");
    }
}

#[tokio::test]
async fn a_key_that_may_only_look_lacks_what_changes_something() {
    let shop = Shop::open().await;
    let looks: Vec<_> = PERMISSIONS.iter().map(|(_, _, area)| Permission::read(area)).collect();
    let key = shop.simulator.restricted_key(&looks);
    let rail = open(&config(&shop.simulator, &key), &CardMemory::default(), &shop.simulator);
    let check = rail.check().await.unwrap();
    assert!(
        check
            .permissions
            .iter()
            .all(|permission| { permission.is_granted == (permission.access == Access::Read) })
    );
}

#[tokio::test]
async fn a_key_with_the_permissions_that_are_named_does_everything() {
    let shop = Shop::open().await;
    let rail = without(&shop, None);
    assert_eq!(rail.check().await.unwrap().missing().count(), 0);
    let attempt = shop.at_reader(450, CaptureMode::AtOnce);
    let opened = rail.open(&attempt).await.unwrap();
    assert!(shop.simulator.present_card(&shop.reader, "visa"));
    let paid = rail.find(&known(&attempt, &opened)).await.unwrap().unwrap();
    assert_eq!(paid.level, captured(450));
    let (payment, reference, amount) = (attempt.payment, paid.reference, attempt.terms.amount);
    rail.refund(&RefundAttempt { refund: shop.refund(), payment, reference, amount }).await.unwrap();
    let on_phone = shop.attempt(450, CardWay::Phone, CaptureMode::AtOnce);
    let opened = rail.open(&on_phone).await.unwrap();
    rail.cancel(&known(&on_phone, &opened)).await.unwrap();
    assert_eq!(rail.readers().await.unwrap().len(), 1);
}

#[tokio::test]
async fn looking_at_a_connection_changes_nothing() {
    let shop = Shop::open().await;
    let attempt = shop.at_reader(450, CaptureMode::AtOnce);
    let opened = shop.rail.open(&attempt).await.unwrap();
    shop.rail.check().await.unwrap();
    assert!(shop.simulator.present_card(&shop.reader, "visa"), "the reader still waits");
    assert_eq!(shop.read(&known(&attempt, &opened)).await.level, captured(450));
}

#[tokio::test]
async fn a_key_that_was_revoked_is_the_owners_to_mend() {
    let shop = Shop::open().await;
    shop.simulator.revoke(SECRET_KEY);
    assert!(matches!(shop.rail.check().await, Err(RailError::Misconfigured(_))));
}
