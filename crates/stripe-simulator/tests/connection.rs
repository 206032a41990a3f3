//! What a shop looks at when it tests its connection.

use stripe_client_core::{RequestBuilder, StripeMethod};
use stripe_shared::Account;

use crate::shop::Shop;

#[tokio::test]
async fn the_account_behind_a_key_can_take_charges() {
    let shop = Shop::open();
    let account = RequestBuilder::new(StripeMethod::Get, "/account").customize::<Account>();
    let account = account.send(&shop.client).await.unwrap();
    assert_eq!((account.charges_enabled, account.payouts_enabled), (Some(true), Some(true)));
}
