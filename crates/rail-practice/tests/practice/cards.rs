//! The simulated cards: a key is charged once, and what happens to a payer says the payer's name.

use money::{Currency, Money};
use payment::charging::{Charge, ChargeStatus, ChargingRail};
use payment::{RailError, SettlementId, Timestamp};
use rail_practice::PracticeCards;

fn charge(payer: &str, attempt: u32) -> Charge {
    Charge {
        settlement: SettlementId::generate(Timestamp::from_millis(1_790_000_000_000), [7; 10]),
        attempt,
        payer: payer.to_owned(),
        method: "card".to_owned(),
        amount: Money::new(50_000, Currency::BTC),
    }
}

#[tokio::test]
async fn a_key_is_charged_once_and_found_again() {
    let cards = PracticeCards::default();
    assert_eq!(cards.find(&charge("ada", 1)).await, Ok(None), "it never arrived");
    let first = cards.charge(&charge("ada", 1)).await.unwrap();
    assert_eq!(cards.charge(&charge("ada", 1)).await, Ok(first.clone()));
    assert_eq!(cards.find(&charge("ada", 1)).await, Ok(Some(first)));
    assert_eq!(cards.taken(), 1);
}

#[tokio::test]
async fn a_payer_called_declined_is_declined_each_time() {
    let cards = PracticeCards::default();
    for attempt in [1, 2] {
        assert!(matches!(cards.charge(&charge("declined-bob", attempt)).await, Err(RailError::Declined(_))));
        assert!(matches!(cards.find(&charge("declined-bob", attempt)).await, Err(RailError::Declined(_))));
    }
    assert_eq!(cards.taken(), 0);
}

#[tokio::test]
async fn of_a_payer_called_unsure_the_answer_is_lost_although_the_money_is_taken() {
    let cards = PracticeCards::default();
    assert!(matches!(cards.charge(&charge("unsure-eve", 1)).await, Err(RailError::Unknown(_))));
    let found = cards.find(&charge("unsure-eve", 1)).await;
    assert!(matches!(found, Ok(Some(ChargeStatus::Taken(_)))), "{found:?}");
    assert_eq!(cards.taken(), 1);
}
