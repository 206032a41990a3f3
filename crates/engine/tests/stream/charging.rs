//! Payers' tabs and their charges: gathered, charged once, asked about when the answer is lost, set aside when trying
//! again mends nothing.

use std::sync::Arc;
use std::time::Duration;

use engine::{Command, Outcome, Reply};
use ledger::Account;
use money::Currency;
use payment::rail::RailFailureClass;
use payment::stream::{Instruction, SettlementState};
use payment::{RailId, SettlementId};
use store::Source;

use crate::acquirer::{Acquirer, Call, Fate};
use crate::parcels::of_payer;
use crate::shop::{Shop, eur};

fn card(id: &str, cents: i64) -> Instruction {
    of_payer(id, eur(cents), "ada")
}

fn euro() -> Currency {
    eur(0).currency()
}

/// Longer than a collector waits before it looks at tabs again.
async fn a_round_passes() {
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(61)).await;
    tokio::time::resume();
}

impl Shop {
    async fn owed(&self) -> i64 {
        self.balance(Account::PayerTabs, euro()).await
    }

    /// Lets time pass until no settlement is under way. It asks the engine: with time paused the reader's pool gives up.
    async fn rests(&self) {
        let mut changes = self.engine.feed().subscribe();
        tokio::time::pause();
        // What is in the same batch as a question is not seen by it, and certainly by the next.
        self.under_way().await;
        while self.under_way().await > 0 {
            let _a_change_or_a_lag = changes.recv().await;
        }
        tokio::time::resume();
    }

    async fn under_way(&self) -> usize {
        let command = Command::DrawSettlements { rail: RailId::STRIPE, after: 0, limit: 1_000 };
        match self.ask(command).await.unwrap() {
            Reply::UnderWay(waiting) => waiting.len(),
            other => panic!("{other:?}"),
        }
    }

    async fn rests_owed(&self, cents: i64) {
        self.rests().await;
        assert_eq!(self.owed().await, cents);
        self.check_books().await;
    }

    /// The one settlement that is set aside in the end.
    async fn set_aside(&self) -> (SettlementId, RailFailureClass, String) {
        self.rests().await;
        self.check_books().await;
        let mut found = self.engine.reader().settlements_set_aside(0, 10).await.unwrap();
        assert_eq!(found.len(), 1, "{found:#?}");
        let settlement = found.remove(0).settlement;
        match settlement.state {
            SettlementState::SetAside { trouble, reason } => (settlement.id, trouble, reason),
            other => panic!("{other:?}"),
        }
    }

    async fn try_again(&self, settlement: SettlementId) {
        self.ask(Command::RetrySettlement { settlement }).await.unwrap();
    }

    async fn take_all(&self, instructions: impl IntoIterator<Item = Instruction>) -> Vec<Outcome> {
        let parcel: Arc<[Instruction]> = instructions.into_iter().collect();
        self.engine.hand_in(Source::Cli, parcel).await.unwrap().outcomes().await.unwrap()
    }
}

#[tokio::test]
async fn small_payments_gather_on_the_payers_tab_and_one_charge_takes_them() {
    let acquirer = Acquirer::new([]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all((1..=4).map(|n| card(&format!("a-{n}"), 120))).await;
    assert_eq!((shop.owed().await, acquirer.sent().len()), (480, 0), "5.00 is what a charge is worth");
    shop.take_all([card("a-5", 120)]).await;
    shop.rests_owed(0).await;
    let took = acquirer.took();
    assert_eq!((took.len(), took[0].1), (1, 600));
    // 1.5 % and 0.05 by the shop's table.
    assert_eq!(shop.balance(Account::CardClearing, euro()).await, 586);
    assert_eq!(shop.balance(Account::Fees, euro()).await, 14);
}

#[tokio::test]
async fn every_part_of_a_charge_is_found_again() {
    let acquirer = Acquirer::new([Fate::Costs(33)]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all((1..=5).map(|n| card(&format!("a-{n}"), 100 + n))).await;
    shop.rests_owed(0).await;
    let last = shop.engine.reader().micropayments(None, 1).await.unwrap().remove(0);
    let settlement = shop.engine.reader().settlement_of(last.number).await.unwrap().expect("it was settled");
    let parts = shop.engine.reader().settlement_parts(settlement, None, 10).await.unwrap();
    let names: Vec<_> = parts.iter().map(|part| part.instruction.as_str()).collect();
    assert_eq!(names, ["a-5", "a-4", "a-3", "a-2", "a-1"]);
    assert_eq!(parts.iter().map(|part| part.amount.minor()).sum::<i64>(), 515);
    assert_eq!(shop.balance(Account::Fees, euro()).await, 33, "what the rail says it keeps");
}

#[tokio::test]
async fn a_charge_is_in_the_books_before_the_rail_hears_of_it_and_what_comes_meanwhile_waits_for_the_next() {
    let acquirer = Acquirer::new([Fate::Silent]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all([card("a-1", 500)]).await;
    acquirer.until_called(1).await;
    let summary = shop.engine.reader().tabs_summary().await.unwrap();
    assert_eq!((summary[0].charging.count, summary[0].charging.sum), (1, eur(500)));
    shop.take_all([card("a-2", 700)]).await;
    assert_eq!(acquirer.sent().len(), 1, "one charge of a tab at a time");
    shop.rests_owed(0).await;
    let amounts: Vec<i64> = acquirer.took().into_iter().map(|(_, cents)| cents).collect();
    assert_eq!(amounts.iter().sum::<i64>(), 1_200);
    assert_eq!(amounts.len(), 2);
}

#[tokio::test]
async fn what_was_not_sent_is_sent_again_with_the_same_key_and_not_for_ever() {
    let acquirer = Acquirer::new([Fate::NotSent; 6]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all([card("a-1", 500)]).await;
    let (settlement, trouble, reason) = shop.set_aside().await;
    assert_eq!((trouble, reason.as_str()), (RailFailureClass::NotSent, "no line, tried 6 times"));
    let sent = acquirer.sent();
    assert_eq!(sent.len(), 6);
    assert!(sent.iter().all(|key| key == &sent[0]), "{sent:?}");
    shop.try_again(settlement).await;
    shop.rests_owed(0).await;
    assert_eq!(acquirer.took(), [(sent[0].clone(), 500)], "the same key still");
}

#[tokio::test]
async fn a_charge_whose_answer_is_lost_is_asked_about_and_never_sent_again() {
    let acquirer = Acquirer::new([Fate::LostAfter]);
    acquirer.will_be_asked([Fate::NotSent, Fate::LostBefore, Fate::NotSent]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all([card("a-1", 500)]).await;
    shop.rests_owed(0).await;
    assert_eq!((acquirer.sent().len(), acquirer.took().len()), (1, 1));
}

#[tokio::test]
async fn a_charge_that_never_arrived_is_sent_again_with_the_same_key() {
    let acquirer = Acquirer::new([Fate::LostBefore]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all([card("a-1", 500)]).await;
    shop.rests_owed(0).await;
    let sent = acquirer.sent();
    assert_eq!(acquirer.took(), [(sent[0].clone(), 500)]);
    let calls = acquirer.calls.borrow().clone();
    let key = sent[0].clone();
    assert_eq!(calls, [Call::Sent(key.clone()), Call::Asked(key.clone()), Call::Sent(key)]);
}

#[tokio::test]
async fn a_charge_nobody_can_tell_about_waits_for_the_owner_and_is_asked_about_again() {
    let acquirer = Acquirer::new([Fate::LostAfter]);
    acquirer.will_be_asked([Fate::NotSent; 11]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all([card("a-1", 500)]).await;
    let (settlement, trouble, _) = shop.set_aside().await;
    assert_eq!((trouble, shop.owed().await), (RailFailureClass::Unknown, 500));
    shop.try_again(settlement).await;
    shop.rests_owed(0).await;
    assert_eq!((acquirer.sent().len(), acquirer.took().len()), (1, 1));
}

#[tokio::test]
async fn the_number_of_a_card_that_a_rail_names_is_masked_before_it_is_booked() {
    let acquirer = Acquirer::new([Fate::Declined]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all([card("a-1", 500)]).await;
    let (_, _, reason) = shop.set_aside().await;
    assert_eq!(reason, "card •••• 4242 was declined");
}

#[tokio::test]
async fn a_declined_payer_gets_no_further_credit_until_the_charge_is_tried_again_under_a_new_key() {
    let acquirer = Acquirer::new([Fate::Declined]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all([card("a-1", 500)]).await;
    let (settlement, trouble, _) = shop.set_aside().await;
    assert_eq!(trouble, RailFailureClass::Declined);
    let refused = shop.take_all([card("a-2", 100), of_payer("b-1", eur(100), "bob")]).await;
    assert!(matches!(&refused[0], Outcome::DeadLetter { reason } if reason.contains("ada")), "{refused:?}");
    assert!(matches!(refused[1], Outcome::Accepted { .. }), "others are not concerned: {refused:?}");
    shop.try_again(settlement).await;
    shop.rests_owed(100).await;
    let sent = acquirer.sent();
    assert_eq!((sent.len(), sent[0].ends_with("-1"), sent[1].ends_with("-2")), (2, true, true));
    let again: Arc<[Instruction]> = [card("a-2", 100)].into();
    let retried = Command::TakeParcel { source: Source::Till, instructions: again, again: true };
    shop.ask(retried).await.unwrap();
    assert_eq!(shop.owed().await, 200);
}

#[tokio::test]
async fn another_amount_than_was_asked_for_posts_nothing_and_alarms() {
    let acquirer = Acquirer::new([Fate::Another(50_000)]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all([card("a-1", 500)]).await;
    let (_, trouble, _) = shop.set_aside().await;
    assert_eq!((trouble, shop.owed().await), (RailFailureClass::Protocol, 500));
    assert_eq!(shop.alerts().await, ["mismatch"]);
}

#[tokio::test]
async fn a_wrong_key_is_the_owners_to_mend() {
    let acquirer = Acquirer::new([Fate::Misconfigured]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all([card("a-1", 500)]).await;
    let (settlement, trouble, reason) = shop.set_aside().await;
    assert_eq!((trouble, reason.as_str()), (RailFailureClass::Misconfigured, "the key is wrong"));
    shop.try_again(settlement).await;
    shop.rests_owed(0).await;
    assert_eq!(acquirer.took().len(), 1);
}

#[tokio::test]
async fn what_the_rail_is_still_at_is_asked_about_until_it_has_decided() {
    let acquirer = Acquirer::new([Fate::Pending]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all([card("a-1", 500)]).await;
    shop.rests_owed(0).await;
    assert_eq!(acquirer.sent().len(), 1);
    assert!(acquirer.calls.borrow().len() >= 3, "asked while it was at it, and after");
}

#[tokio::test]
async fn a_restarted_till_asks_about_a_charge_before_it_sends_anything() {
    for fate in [Fate::LostAfter, Fate::Silent] {
        let acquirer = Acquirer::new([fate]);
        let mut shop = Shop::open_charging(acquirer.setup()).await;
        shop.take_all([card("a-1", 500)]).await;
        acquirer.until_called(1).await;
        shop.restart().await;
        shop.rests_owed(0).await;
        assert_eq!(acquirer.took().len(), 1, "{fate:?}");
        let second = acquirer.calls.borrow()[1].clone();
        assert!(matches!(second, Call::Asked(_)), "{fate:?}: {second:?}");
    }
}

#[tokio::test]
async fn a_charge_that_could_not_be_recorded_is_recorded_later_and_not_made_again() {
    for trouble in [store::Trouble::DiskFull, store::Trouble::CommitLost, store::Trouble::AnswerLost] {
        let acquirer = Acquirer::new([]);
        acquirer.is_held.send_replace(true);
        let shop = Shop::open_charging(acquirer.setup()).await;
        shop.take_all([card("a-1", 500)]).await;
        acquirer.until_called(1).await;
        shop.trouble(trouble);
        acquirer.is_held.send_replace(false);
        for _ in 0..10 {
            // Each is served after whatever the collector has handed in before it.
            let _it_fails = shop.ask(shop.opening(1)).await;
        }
        shop.trouble(None);
        shop.rests_owed(0).await;
        assert_eq!((acquirer.sent().len(), acquirer.took().len()), (1, 1), "{trouble:?}");
    }
}

#[tokio::test]
async fn a_small_tab_is_charged_when_it_has_waited_long_enough_or_when_the_owner_says_so() {
    let acquirer = Acquirer::new([]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    shop.take_all([card("a-1", 100), of_payer("b-1", eur(49), "bob")]).await;
    shop.clock.turn(Duration::from_secs(23 * 3_600));
    shop.ask(Command::SettleTabs { rail: RailId::STRIPE, although_young: false, after: None }).await.unwrap();
    assert_eq!(shop.owed().await, 149, "a day is not over");
    shop.clock.turn(Duration::from_secs(3_600));
    a_round_passes().await;
    shop.rests_owed(49).await;
    shop.take_all([card("a-2", 60)]).await;
    shop.ask(Command::SettleTabs { rail: RailId::STRIPE, although_young: true, after: None }).await.unwrap();
    shop.rests_owed(49).await;
    let amounts: Vec<i64> = acquirer.took().into_iter().map(|(_, cents)| cents).collect();
    assert_eq!(amounts.iter().sum::<i64>(), 160, "0.49 is less than the rail takes");
}

#[tokio::test]
async fn while_the_rail_is_down_the_fallback_takes_the_payment_and_the_reason_is_kept() {
    let acquirer = Acquirer::new([]);
    let shop = Shop::open_charging(acquirer.setup()).await;
    *acquirer.is_down.lock().unwrap() = true;
    let outcomes = shop.take_all([card("a-1", 100)]).await;
    assert!(
        matches!(&outcomes[0], Outcome::DeadLetter { reason } if reason.contains("does not answer")),
        "{outcomes:?}"
    );
    shop.change_settings(|settings| settings.routes[0].fallback = Some(RailId::CASH)).await;
    shop.take_all([card("a-2", 100)]).await;
    let taken = shop.engine.reader().micropayments(None, 1).await.unwrap().remove(0);
    assert_eq!(taken.rail, RailId::CASH);
    assert!(taken.route_note.unwrap().contains("does not answer"));
}

#[tokio::test]
async fn a_currency_the_rail_does_not_take_becomes_a_dead_letter() {
    let shop = Shop::open_charging(Acquirer::new([]).setup()).await;
    let outcomes = shop.take_all([of_payer("s-1", crate::shop::sat(1), "ada")]).await;
    assert!(
        matches!(&outcomes[0], Outcome::DeadLetter { reason } if reason.contains("takes no BTC")),
        "{outcomes:?}"
    );
}

#[tokio::test]
async fn many_tabs_are_charged_a_few_at_a_time_and_each_once() {
    let acquirer = Acquirer::new([Fate::LostAfter, Fate::Taken, Fate::NotSent, Fate::LostBefore].repeat(10));
    let shop = Shop::open_charging(acquirer.setup()).await;
    let parcels: Vec<_> =
        (0..200).map(|n| of_payer(&format!("p-{n}"), eur(500 + n), &format!("payer {n}"))).collect();
    shop.take_all(parcels).await;
    shop.rests_owed(0).await;
    let mut amounts: Vec<i64> = acquirer.took().into_iter().map(|(_, cents)| cents).collect();
    amounts.sort_unstable();
    assert_eq!(amounts, (500..700).collect::<Vec<_>>());
}
