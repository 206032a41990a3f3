//! What a coin is worth while public sources answer, fall silent, disagree and lie. Cash never notices.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::EngineError;
use money::{Currency, Rate};
use payment::rail::RailFuture;
use payment::rates::{Answer, AskError, NoRate, Pair, RateSource, Told, Trade, Verdict};
use payment::{QuotedRate, RailId, State, Timestamp};

use crate::shop::{PATIENCE, Shop, state};

/// A source that says what the test wants.
struct Teller {
    name: &'static str,
    says: Mutex<Result<&'static str, AskError>>,
    asked: Mutex<u32>,
}

impl Teller {
    fn say(&self, price: &'static str) {
        *self.says.lock().unwrap() = Ok(price);
    }

    fn fall_silent(&self) {
        *self.says.lock().unwrap() = Err(AskError::Down("connection refused".to_owned()));
    }

    fn asked(&self) -> u32 {
        *self.asked.lock().unwrap()
    }
}

impl RateSource for Teller {
    fn name(&self) -> &'static str {
        self.name
    }

    fn trade(&self) -> Trade {
        Trade::Coins
    }

    fn fresh_for(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn pause(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn offers(&self, _pair: Pair) -> bool {
        true
    }

    fn ask<'a>(&'a self, pairs: &'a [Pair], now: Timestamp) -> RailFuture<'a, Result<Vec<Told>, AskError>> {
        *self.asked.lock().unwrap() += 1;
        let says = self.says.lock().unwrap().clone();
        let told = says.map(|price| {
            let answer = |pair: &Pair| {
                let price = Rate::parse(pair.base(), pair.quote(), price).unwrap();
                Told { pair: *pair, answer: Ok(Answer { price, as_of: now }) }
            };
            pairs.iter().map(answer).collect()
        });
        Box::pin(async move { told })
    }
}

/// A shop that asks three sources, and what they say.
struct Market {
    shop: Shop,
    tellers: [Arc<Teller>; 3],
}

impl Market {
    async fn open(prices: [&'static str; 3]) -> Self {
        let names = ["kraken", "coinbase", "bitstamp"];
        let tellers = [0, 1, 2].map(|index: usize| {
            let says = Mutex::new(Ok(prices[index]));
            Arc::new(Teller { name: names[index], says, asked: Mutex::new(0) })
        });
        let sources = tellers.iter().map(|teller| teller.clone() as Arc<dyn RateSource>).collect();
        let shop = Shop::open_with_rates(sources).await;
        Self { shop, tellers }
    }

    /// The owner gives up his own price and asks the sources.
    async fn ask_the_sources(&self) {
        self.shop
            .change_settings(|settings| {
                settings.rates.fixed.clear();
                settings.rates.sources = ["kraken", "coinbase", "bitstamp"].map(str::to_owned).to_vec();
            })
            .await;
    }

    /// Any change of the settings makes every source be asked anew.
    async fn ask_again(&self, name: &str) {
        self.shop.change_settings(|settings| name.clone_into(&mut settings.shop.name)).await;
    }

    async fn until(&self, wish: &str, is_so: impl Fn(&Result<QuotedRate, NoRate>) -> bool) -> QuotedRate {
        let waiting = async {
            loop {
                let rate = self.shop.engine.rate(Currency::BTC);
                if is_so(&rate) {
                    return rate;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, waiting).await;
        found.unwrap_or_else(|_| panic!("waited in vain for {wish}")).unwrap()
    }

    async fn until_price(&self, price: &str) -> QuotedRate {
        let is_so = |rate: &Result<QuotedRate, NoRate>| {
            rate.as_ref().is_ok_and(|rate| {
                let all_in = rate.answers.iter().all(|answer| answer.price.is_some());
                rate.market.price().to_string() == price && all_in
            })
        };
        self.until(price, is_so).await
    }
}

#[tokio::test]
async fn a_coin_is_quoted_at_what_the_sources_agree_on_and_the_quote_keeps_every_answer() {
    let mut market = Market::open(["58000.00", "58010.00", "61000.00"]).await;
    market.ask_the_sources().await;
    market.until_price("58005").await;
    let charged = market.shop.charge(450).await;
    let quoted = |sale: &payment::Sale| {
        let chain = sale.payment(charged.payment).unwrap().chain().unwrap();
        chain.terms.quote.rate.clone()
    };
    let rate = quoted(&market.shop.sale(charged.invoice).await);
    assert_eq!((rate.source.as_str(), rate.spread.to_string().as_str()), ("market", "0.5"));
    let kept: Vec<(&str, &Verdict)> =
        rate.answers.iter().map(|answer| (answer.source.as_str(), &answer.verdict)).collect();
    let wanted =
        [("kraken", &Verdict::Agreed), ("coinbase", &Verdict::Agreed), ("bitstamp", &Verdict::Outlier)];
    assert_eq!(kept, wanted);
    market.shop.restart().await;
    assert_eq!(quoted(&market.shop.sale(charged.invoice).await), rate, "the journal keeps it");
}

#[tokio::test]
async fn without_a_price_the_coin_is_refused_with_the_reason_and_cash_is_taken_as_ever() {
    let market = Market::open(["50000", "60000", "70000"]).await;
    market.ask_the_sources().await;
    let apart = |rate: &Result<QuotedRate, NoRate>| *rate == Err(NoRate::Apart);
    let waiting = async {
        while !apart(&market.shop.engine.rate(Currency::BTC)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
    let sale = market.shop.open_sale(450).await;
    let refused = market
        .shop
        .engine
        .start_payment(sale.id, market.shop.next_payment(), (RailId::BITCOIN, Currency::BTC))
        .await;
    let EngineError::NoRate { reason, .. } = refused.unwrap_err() else { panic!("it has no rate") };
    assert_eq!(reason, NoRate::Apart);
    assert_eq!(state(&market.shop.take_cash(sale.id, 450).await), State::Paid);
}

#[tokio::test]
async fn when_the_sources_fall_silent_the_last_price_holds_with_a_wider_spread_and_then_none() {
    let market = Market::open(["58000"; 3]).await;
    market.ask_the_sources().await;
    market.until_price("58000").await;
    market.tellers.iter().for_each(|teller| teller.fall_silent());
    market.shop.clock.turn(Duration::from_secs(61));
    let rate = market.shop.engine.rate(Currency::BTC).unwrap();
    assert_eq!((rate.source.as_str(), rate.spread.to_string().as_str()), ("last_good", "1.5"));
    market.shop.clock.turn(Duration::from_secs(15 * 60));
    let none = market.shop.engine.rate(Currency::BTC);
    assert_eq!(none, Err(NoRate::TooFew { answered: 0, asked: 3, needed: 2 }));
    let sale = market.shop.open_sale(450).await;
    assert_eq!(state(&market.shop.take_cash(sale.id, 450).await), State::Paid);
}

#[tokio::test]
async fn the_owners_own_price_comes_first_and_nobody_is_asked() {
    let market = Market::open(["1"; 3]).await;
    market
        .shop
        .change_settings(|settings| settings.rates.sources = vec!["kraken".to_owned(), "bitstamp".to_owned()])
        .await;
    let charged = market.shop.charge(580).await;
    let sale = market.shop.sale(charged.invoice).await;
    let rate = &sale.payment(charged.payment).unwrap().chain().unwrap().terms.quote.rate;
    assert_eq!((rate.source.as_str(), rate.market.price().to_string().as_str()), ("fixed", "58000.00"));
    assert!(rate.answers.is_empty());
    assert_eq!(market.tellers.each_ref().map(|teller| teller.asked()), [0; 3]);
}

#[tokio::test]
async fn a_source_that_lies_tenfold_together_with_another_is_not_believed() {
    let market = Market::open(["58000"; 3]).await;
    market.ask_the_sources().await;
    market.until_price("58000").await;
    market.tellers.iter().for_each(|teller| teller.say("580000"));
    market.ask_again("Tenfold").await;
    let rate =
        market.until("the last price", |rate| rate.as_ref().is_ok_and(|rate| rate.source == "last_good"));
    assert_eq!(rate.await.market.price().to_string(), "58000");
}

#[tokio::test]
async fn the_owner_is_told_once_when_a_stablecoin_leaves_its_par() {
    let market = Market::open(["1.001"; 3]).await;
    market
        .shop
        .change_settings(|settings| {
            settings.rates.sources = ["kraken", "coinbase", "bitstamp"].map(str::to_owned).to_vec();
            settings.rates.at_par = vec!["USDC".to_owned()];
        })
        .await;
    market.tellers.iter().for_each(|teller| teller.say("0.97"));
    market.ask_again("Off").await;
    market.shop.until_alert("off_par").await;
    market.ask_again("Off, still").await;
    let asked = market.tellers[0].asked();
    let waiting = async {
        while market.tellers.iter().any(|teller| teller.asked() < asked.max(3)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
    assert_eq!(market.shop.alerts().await, ["off_par"]);
}
