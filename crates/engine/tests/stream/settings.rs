//! Settings change while people sell: nobody overwrites what they did not see, and no sale is kept in two currencies.

use engine::{Command, EngineError};
use money::Currency;
use payment::{CartError, State};
use settings::Settings;

use crate::shop::{Shop, cart, replacing, state};

fn named(before: &Settings, name: &str) -> Settings {
    let mut settings = before.clone();
    name.clone_into(&mut settings.shop.name);
    settings
}

fn in_francs(before: &Settings) -> Settings {
    before.with("shop.currency", "CHF").unwrap()
}

#[tokio::test]
async fn a_change_made_to_settings_that_are_no_more_is_refused() {
    let shop = Shop::open_quiet().await;
    let looked_at = shop.engine.settings().as_ref().clone();
    shop.ask(replacing(&looked_at, named(&looked_at, "First"))).await.unwrap();
    let refused = shop.ask(replacing(&looked_at, named(&looked_at, "Second"))).await.unwrap_err();
    assert_eq!(refused, EngineError::SettingsChanged);
    assert_eq!(shop.engine.settings().shop.name, "First");
    let now = shop.engine.settings().as_ref().clone();
    shop.ask(replacing(&now, named(&now, "Second"))).await.unwrap();
    assert_eq!(shop.engine.settings().shop.name, "Second");
}

#[tokio::test]
async fn of_two_changes_at_the_same_moment_one_is_refused() {
    let shop = Shop::open_quiet().await;
    let looked_at = shop.engine.settings().as_ref().clone();
    let both =
        [replacing(&looked_at, named(&looked_at, "One")), replacing(&looked_at, named(&looked_at, "Two"))];
    let answers = shop.hand_in(both).await.answers().await;
    assert!(answers[0].is_ok(), "{answers:?}");
    assert_eq!(answers[1].as_ref().unwrap_err(), &EngineError::SettingsChanged);
    assert_eq!(shop.engine.settings().shop.name, "One");
}

#[tokio::test]
async fn a_cart_typed_in_the_old_currency_is_not_sold_in_the_new_one() {
    let shop = Shop::open_quiet().await;
    let before = shop.engine.settings().as_ref().clone();
    let invoice = shop.next_invoice();
    let both = [replacing(&before, in_francs(&before)), Command::OpenSale { invoice, cart: cart(450) }];
    let answers = shop.hand_in(both).await.answers().await;
    assert!(answers[0].is_ok(), "{answers:?}");
    assert!(matches!(answers[1], Err(EngineError::Cart(CartError::Price { line: 1, .. }))), "{answers:?}");
    assert!(shop.engine.sale(invoice).await.is_err());
}

#[tokio::test]
async fn the_currency_stays_when_a_sale_was_opened_a_moment_before() {
    let shop = Shop::open_quiet().await;
    let before = shop.engine.settings().as_ref().clone();
    let invoice = shop.next_invoice();
    let both = [Command::OpenSale { invoice, cart: cart(450) }, replacing(&before, in_francs(&before))];
    let answers = shop.hand_in(both).await.answers().await;
    assert!(answers[0].is_ok(), "{answers:?}");
    assert_eq!(answers[1].as_ref().unwrap_err(), &EngineError::CurrencyInUse("EUR".to_owned()));
    assert_eq!(shop.engine.settings().shop.currency, Currency::iso("EUR").unwrap());
    assert_eq!(
        state(&shop.take_cash(invoice, 450).await),
        State::Paid,
        "the sale goes on in its own currency"
    );
}

#[tokio::test]
async fn a_price_fixed_yesterday_is_quoted_as_one_of_yesterday() {
    let mut shop = Shop::open().await;
    shop.change_settings(|settings| *settings = settings.with("rates.fixed.BTC/EUR", "61000").unwrap()).await;
    let yesterday = shop.engine.clock().now().wall;
    shop.clock.jump(86_400_000);
    shop.restart().await;
    shop.change_settings(|settings| "Corner café".clone_into(&mut settings.shop.name)).await;
    let charged = shop.charge(450).await;
    let sale = shop.sale(charged.invoice).await;
    let rate = sale.payment(charged.payment).unwrap().chain().unwrap().terms.quote.rate.clone();
    assert_eq!((rate.market.price().to_string().as_str(), rate.as_of), ("61000", yesterday));
}
