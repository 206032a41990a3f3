//! Payers save cards on a page of Stripe's: whatever is lost or done twice there is one customer for a payer, a page saves
//! once, and what was forgotten is charged no more.

use std::time::Duration;

use payment::charging::{
    CardExpiry, Charge, ChargeStatus, ChargingRail, PageWish, SavedCard, SavedCards, SavingPage,
};
use payment::{PageId, RailError, SettlementId};
use rail_stripe::StripeCharging;
use stripe_checkout::checkout_session::ListCheckoutSession;
use stripe_core::customer::{DeleteCustomer, ListCustomer};
use stripe_simulator::{Fault, Often, SECRET_KEY, Target};
use tokio::time::{sleep, timeout};

use crate::shop::{Shop, clock, config, eur};

const HOUR: i64 = 3_600;
const FAULTS: [Fault; 4] = [Fault::DropBefore, Fault::DropAfter, Fault::ErrorBefore, Fault::ErrorAfter];

struct Payers {
    shop: Shop,
    rail: StripeCharging,
}

impl Payers {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let rail = till(&shop);
        Self { shop, rail }
    }

    fn wish(&self, number: u8) -> PageWish {
        PageWish { page: PageId::generate(self.shop.now(), [number; 10]), payer: "mira".to_owned() }
    }

    /// The address of a page that is open.
    async fn link(&self, wish: &PageWish) -> String {
        let page = self.rail.page(wish).await.unwrap();
        let SavingPage::Open { link } = page else { panic!("{page:?}") };
        link
    }

    /// The payer saves a card.
    async fn saves(&self, number: u8, card: &str) {
        let wish = self.wish(number);
        let _page = self.shop.simulator.pay_on_page(&self.link(&wish).await, card);
        assert_eq!(self.rail.page(&wish).await, Ok(SavingPage::Saved));
    }

    async fn last4(&self) -> Vec<String> {
        let cards = self.rail.cards("mira").await.unwrap();
        cards.into_iter().filter_map(|card| card.last4).collect()
    }

    async fn customers(&self) -> usize {
        ListCustomer::new().limit(100).send(&self.shop.client()).await.unwrap().data.len()
    }

    async fn pages(&self) -> usize {
        ListCheckoutSession::new().limit(100).send(&self.shop.client()).await.unwrap().data.len()
    }

    fn charge(&self) -> Charge {
        Charge {
            settlement: SettlementId::generate(self.shop.now(), [7; 10]),
            attempt: 1,
            payer: "mira".to_owned(),
            method: "card".to_owned(),
            amount: eur(1_250),
        }
    }
}

fn till(shop: &Shop) -> StripeCharging {
    StripeCharging::open(&config(&shop.simulator, SECRET_KEY), clock(&shop.simulator)).unwrap()
}

/// Asks again, as the screen does, until there is an answer.
async fn insisted<T>(ask: impl AsyncFn() -> Result<T, RailError>) -> T {
    for _ in 0..3 {
        match ask().await {
            Err(RailError::Unknown(_)) => {}
            answer => return answer.unwrap(),
        }
    }
    panic!("three answers in a row were lost");
}

#[tokio::test]
async fn a_card_that_is_saved_on_the_page_is_charged() {
    let payers = Payers::open().await;
    assert_eq!(payers.rail.cards("mira").await, Ok(Vec::new()));
    assert_eq!(payers.customers().await, 0, "looking makes nobody known");
    payers.saves(1, "pm_card_visa").await;
    let [card] = payers.rail.cards("mira").await.unwrap().try_into().unwrap();
    let expiry = Some(CardExpiry { year: 2034, month: 12 });
    let (brand, last4) = ("visa".to_owned(), Some("4242".to_owned()));
    assert_eq!(card, SavedCard { reference: card.reference.clone(), brand, last4, expiry });
    assert!(matches!(payers.rail.charge(&payers.charge()).await, Ok(ChargeStatus::Taken(_))));
    assert_eq!(payers.shop.taken(), 1_250);
    let next_life = till(&payers.shop);
    assert_eq!(next_life.page(&payers.wish(1)).await, Ok(SavingPage::Saved));
    assert_eq!(next_life.cards("mira").await, Ok(vec![card]));
}

#[tokio::test]
async fn whichever_answer_is_lost_a_payer_is_one_customer_with_one_page() {
    for path in ["/v1/customers", "/v1/checkout/sessions"] {
        for fault in FAULTS {
            let payers = Payers::open().await;
            payers.shop.simulator.plan(Target::post(path), Often::Next(1), fault);
            let wish = payers.wish(1);
            let page = insisted(async || payers.rail.page(&wish).await).await;
            assert!(matches!(page, SavingPage::Open { .. }), "{path} {fault:?}: {page:?}");
            assert_eq!((payers.customers().await, payers.pages().await), (1, 1), "{path} {fault:?}");
        }
    }
}

#[tokio::test]
async fn two_tills_that_find_no_customer_at_the_same_time_make_the_same_one() {
    let payers = Payers::open().await;
    let other = till(&payers.shop);
    let simulator = &payers.shop.simulator;
    simulator.plan(Target::post("/v1/customers"), Often::Next(1), Fault::Hold);
    let both_ask = async {
        let asks =
            |seen: &&stripe_simulator::RequestSeen| seen.method == "POST" && seen.path == "/v1/customers";
        while simulator.requests().iter().filter(asks).count() < 2 {
            sleep(Duration::from_millis(2)).await;
        }
        simulator.release();
    };
    let (first, second) = (payers.wish(1), payers.wish(2));
    let both = async { tokio::join!(payers.rail.page(&first), other.page(&second), both_ask) };
    let (one, another, ()) = timeout(Duration::from_secs(20), both).await.unwrap();
    assert!(
        [one, another].iter().any(|page| matches!(page, Err(RailError::Unknown(_)))),
        "one was told to wait"
    );
    payers.rail.page(&first).await.unwrap();
    other.page(&second).await.unwrap();
    assert_eq!((payers.customers().await, payers.pages().await), (1, 2));
}

#[tokio::test]
async fn a_page_that_is_called_off_saves_nothing_whichever_answer_is_lost() {
    for fault in FAULTS {
        let payers = Payers::open().await;
        let wish = payers.wish(1);
        let link = payers.link(&wish).await;
        let expire = Target::post("/v1/checkout/sessions/:id/expire");
        payers.shop.simulator.plan(expire, Often::Next(1), fault);
        let closed = insisted(async || payers.rail.close(&wish).await).await;
        assert_eq!(closed, SavingPage::Closed, "{fault:?}");
        assert!(payers.shop.simulator.pay_on_page(&link, "pm_card_visa").contains("has expired"));
        assert_eq!(payers.rail.page(&wish).await, Ok(SavingPage::Closed), "{fault:?}: it stays closed");
        assert_eq!(payers.last4().await, [""; 0]);
    }
}

#[tokio::test]
async fn a_page_closes_by_itself_after_an_hour() {
    let payers = Payers::open().await;
    let wish = payers.wish(1);
    assert!(matches!(payers.rail.page(&wish).await, Ok(SavingPage::Open { .. })));
    payers.shop.simulator.advance(HOUR - 1);
    assert!(matches!(payers.rail.page(&wish).await, Ok(SavingPage::Open { .. })));
    payers.shop.simulator.advance(1);
    assert_eq!(payers.rail.page(&wish).await, Ok(SavingPage::Closed));
}

#[tokio::test]
async fn a_wish_that_is_too_old_for_a_page_is_declined() {
    let payers = Payers::open().await;
    let wish = payers.wish(1);
    payers.shop.simulator.advance(HOUR);
    let refused = payers.rail.page(&wish).await;
    assert!(matches!(&refused, Err(RailError::Declined(why)) if why.contains("expires_at")), "{refused:?}");
}

#[tokio::test]
async fn a_page_that_is_called_off_too_late_has_saved_a_card() {
    let payers = Payers::open().await;
    payers.saves(1, "pm_card_visa").await;
    assert_eq!(payers.rail.close(&payers.wish(1)).await, Ok(SavingPage::Saved));
    assert_eq!(payers.rail.close(&payers.wish(2)).await, Ok(SavingPage::Closed), "it never arrived");
    assert_eq!(payers.last4().await, ["4242"]);
}

#[tokio::test]
async fn of_two_pages_at_once_each_saves_a_card_and_the_newest_is_charged() {
    let payers = Payers::open().await;
    let (first, second) = (payers.link(&payers.wish(1)).await, payers.link(&payers.wish(2)).await);
    let _second = payers.shop.simulator.pay_on_page(&second, "pm_card_visa");
    let _first = payers.shop.simulator.pay_on_page(&first, "pm_card_chargeCustomerFail");
    assert_eq!(payers.last4().await, ["0341", "4242"]);
    assert_eq!(payers.customers().await, 1);
    let charged = payers.rail.charge(&payers.charge()).await;
    assert!(matches!(charged, Err(RailError::Declined(_))), "the newest is the one that is declined");
    let newest = payers.rail.cards("mira").await.unwrap().swap_remove(0);
    payers.rail.forget("mira", &newest.reference).await.unwrap();
    let again = Charge { attempt: 2, ..payers.charge() };
    assert!(matches!(payers.rail.charge(&again).await, Ok(ChargeStatus::Taken(_))));
}

#[tokio::test]
async fn a_card_that_is_forgotten_is_charged_no_more_whichever_answer_is_lost() {
    for fault in FAULTS {
        let payers = Payers::open().await;
        payers.saves(1, "pm_card_visa").await;
        let card = payers.rail.cards("mira").await.unwrap().swap_remove(0);
        payers.rail.forget("somebody else", &card.reference).await.unwrap();
        assert_eq!(payers.last4().await, ["4242"], "it is mira's alone to forget");
        let detach = Target::post("/v1/payment_methods/:id/detach");
        payers.shop.simulator.plan(detach, Often::Next(1), fault);
        insisted(async || payers.rail.forget("mira", &card.reference).await).await;
        assert_eq!(payers.last4().await, [""; 0]);
        let refused = payers.rail.charge(&payers.charge()).await;
        assert!(matches!(&refused, Err(RailError::Declined(why)) if why.contains("have one saved")));
        assert_eq!(payers.shop.taken(), 0);
    }
}

#[tokio::test]
async fn a_card_that_is_forgotten_while_it_is_charged_is_declined_with_what_to_do() {
    let payers = Payers::open().await;
    payers.saves(1, "pm_card_visa").await;
    let card = payers.rail.cards("mira").await.unwrap().swap_remove(0);
    let simulator = &payers.shop.simulator;
    simulator.plan(Target::post("/v1/payment_intents"), Often::Next(1), Fault::Hold);
    let forget = async {
        while simulator.requests().iter().all(|seen| seen.path != "/v1/payment_intents") {
            sleep(Duration::from_millis(2)).await;
        }
        payers.rail.forget("mira", &card.reference).await.unwrap();
        simulator.release();
    };
    let charge = payers.charge();
    let both = async { tokio::join!(payers.rail.charge(&charge), forget) };
    let (refused, ()) = timeout(Duration::from_secs(20), both).await.unwrap();
    assert!(matches!(&refused, Err(RailError::Declined(why)) if why.contains("forgotten")), "{refused:?}");
    assert_eq!(payers.shop.taken(), 0);
}

#[tokio::test]
async fn a_payer_whose_customer_was_deleted_at_stripe_becomes_a_new_one() {
    let payers = Payers::open().await;
    payers.saves(1, "pm_card_visa").await;
    let [customer] = ListCustomer::new().send(&payers.shop.client()).await.unwrap().data.try_into().unwrap();
    DeleteCustomer::new(customer.id).send(&payers.shop.client()).await.unwrap();
    let refused = payers.rail.charge(&payers.charge()).await;
    assert!(
        matches!(&refused, Err(RailError::Declined(why)) if why.contains("saved no card")),
        "{refused:?}"
    );
    payers.saves(2, "pm_card_mastercard").await;
    assert_eq!(payers.last4().await, ["4444"]);
    assert_eq!(payers.customers().await, 1);
}
