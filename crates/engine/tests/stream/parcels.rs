//! Micropayments: taken once, whatever is handed in again; booked together, each with its own row; what can't be taken is
//! said at its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{EngineError, Outcome};
use ledger::Account;
use money::{Currency, Money};
use payment::stream::{Instruction, InstructionParts};
use payment::{PaymentId, RailId};
use store::{Source, Trouble};

use crate::shop::{Shop, eur};

/// An instruction for cash.
pub(crate) fn ticket(id: &str, cents: i64) -> Instruction {
    instruction(id, eur(cents), "cash")
}

/// An instruction by card.
pub(crate) fn of_payer(id: &str, amount: Money, payer: &str) -> Instruction {
    Instruction::new(InstructionParts { payer: Some(payer.to_owned()), ..parts(id, amount, "card") }).unwrap()
}

pub(crate) fn instruction(id: &str, amount: Money, method: &str) -> Instruction {
    Instruction::new(parts(id, amount, method)).unwrap()
}

fn parts(id: &str, amount: Money, method: &str) -> InstructionParts {
    InstructionParts {
        id: id.to_owned(),
        amount,
        method: method.to_owned(),
        payer: None,
        memo: None,
        metadata: BTreeMap::new(),
    }
}

impl Shop {
    async fn take(&self, instructions: impl IntoIterator<Item = Instruction>) -> Vec<Outcome> {
        self.try_take(instructions).await.unwrap()
    }

    pub(crate) async fn try_take(
        &self,
        instructions: impl IntoIterator<Item = Instruction>,
    ) -> Result<Vec<Outcome>, EngineError> {
        let parcel: Arc<[Instruction]> = instructions.into_iter().collect();
        self.engine.hand_in(Source::Cli, parcel).await?.outcomes().await
    }
}

fn accepted(outcome: &Outcome) -> PaymentId {
    match outcome {
        Outcome::Accepted { payment } => *payment,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_parcel_is_booked_together_and_each_payment_is_found_by_its_id() {
    let shop = Shop::open_quiet().await;
    let outcomes = shop.take([ticket("t-1", 1), ticket("t-2", 250), ticket("t-3", 49)]).await;
    let payments: Vec<PaymentId> = outcomes.iter().map(accepted).collect();
    assert_eq!(shop.balance(Account::CashDrawer, Currency::iso("EUR").unwrap()).await, 300);
    let second = shop.engine.reader().micropayment(payments[1]).await.unwrap().unwrap();
    assert_eq!((second.number, second.instruction.as_str(), second.amount), (2, "t-2", eur(250)));
    assert_eq!(second.rail, RailId::CASH);
    shop.check_books().await;
}

#[tokio::test]
async fn the_same_instruction_again_is_answered_as_before_and_another_with_its_id_is_refused() {
    let mut shop = Shop::open_quiet().await;
    let first = accepted(&shop.take([ticket("t-1", 100)]).await[0]);
    for _ in 0..2 {
        let outcomes =
            shop.take([ticket("t-1", 100), ticket("t-1", 101), ticket("t-2", 5), ticket("t-2", 5)]).await;
        assert_eq!(outcomes[0], Outcome::Duplicate { payment: first });
        assert!(matches!(outcomes[1], Outcome::Conflict { .. }), "{outcomes:?}");
        assert!(matches!(outcomes[3], Outcome::Duplicate { .. }), "{outcomes:?}");
        shop.restart().await;
    }
    assert_eq!(shop.balance(Account::CashDrawer, Currency::iso("EUR").unwrap()).await, 105);
    shop.check_books().await;
}

#[tokio::test]
async fn single_satoshis_lose_nothing_on_their_way_into_the_unit_of_account() {
    let shop = Shop::open_quiet().await;
    let satoshi = |number: u32| instruction(&format!("s-{number:05}"), Money::new(1, Currency::BTC), "cash");
    for parcel in 0..20 {
        shop.take((0..100).map(|number| satoshi(parcel * 100 + number))).await;
    }
    // 2,000 satoshi at 57,710.00 are 1.1542: 1.15, and what is worth less than a cent is left over.
    let left = -shop.balance(Account::Unconverted, Currency::BTC).await;
    assert!((1..18).contains(&left), "{left} left over");
    assert_eq!(shop.balance(Account::CashDrawer, Currency::BTC).await, 2_000);
    assert_eq!(shop.balance(Account::Conversion, Currency::iso("EUR").unwrap()).await, 115);
    shop.check_books().await;
}

#[tokio::test]
async fn what_no_route_takes_is_rejected_at_its_place_and_leaves_nothing() {
    let shop = Shop::open_quiet().await;
    let outcomes =
        shop.take([ticket("a", 100), instruction("b", eur(100), "barter"), ticket("c", 100)]).await;
    assert!(matches!(&outcomes[1], Outcome::Rejected { reason } if reason.contains("route")), "{outcomes:?}");
    let last = shop.engine.reader().micropayments(None, 1).await.unwrap();
    assert_eq!(last[0].number, 2, "numbers have no gap");
    shop.check_books().await;
}

#[tokio::test]
async fn a_parcel_that_breaks_the_books_is_taken_one_by_one_and_the_offender_becomes_a_dead_letter() {
    let shop = Shop::open_quiet().await;
    let outcomes = shop.take([ticket("a", 100), ticket("b", i64::MAX), ticket("c", 100)]).await;
    accepted(&outcomes[0]);
    assert!(matches!(&outcomes[1], Outcome::DeadLetter { .. }), "{outcomes:?}");
    accepted(&outcomes[2]);
    let letters = shop.engine.reader().dead_letters(0, 10).await.unwrap();
    assert_eq!((letters.len(), letters[0].instruction.id()), (1, "b"));
    let again = shop.take([ticket("b", i64::MAX)]).await;
    assert!(matches!(&again[0], Outcome::DeadLetter { .. }), "{again:?}");
    shop.check_books().await;
}

#[tokio::test]
async fn nobody_is_told_accepted_when_the_commit_was_lost() {
    let shop = Shop::open_quiet().await;
    shop.trouble(Trouble::CommitLost);
    let lost = shop.try_take([ticket("a", 100)]).await.unwrap_err();
    assert_eq!(lost, EngineError::Storage("the commit failed".to_owned()));
    let outcomes = shop.take([ticket("a", 100)]).await;
    accepted(&outcomes[0]);
    shop.trouble(Trouble::AnswerLost);
    let unseen = shop.try_take([ticket("b", 100)]).await;
    assert!(matches!(unseen.as_deref(), Ok([Outcome::Accepted { .. }])), "found after reopening: {unseen:?}");
    shop.check_books().await;
}
