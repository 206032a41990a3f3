//! The crash matrix: every story is stopped at every commit, before and after it, and around every effect, and each
//! effect is done twice. Whoever got no answer asks again. In the end everything is as if nothing had happened.

use engine::Command;
use payment::RailId;
use payment::rail::Offer;
use payment::stray::Decision;

use super::acquirer::Mishap;
use super::day::Day;
use super::doom::Point;
use super::flows::{FLOWS, Flow};
use super::judge::Broken;
use super::processor::balance;
use crate::shop::state;

/// What became of a story.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    outcome: Vec<String>,
    commits: u64,
    effects: u64,
    /// To the processor of cards.
    calls: u32,
    lives: u64,
}

/// Tells a story to its end, with something planned.
fn told(flow: &Flow, plan: impl FnOnce(&Day)) -> Told {
    let mut day = Day::scripted();
    plan(&day);
    let ended = (flow.tell)(&mut day).and_then(|()| offers_again(&mut day)).and_then(|()| day.ends());
    if let Err(broken) = ended {
        panic!("{}:\n{}\n{broken}", flow.name, day.trace.join("\n"));
    }
    let doom = &day.around.doom;
    let (commits, effects, calls) = (doom.commits(), doom.effects(), day.around.processor.calls());
    Told { outcome: outcome(&day), commits, effects, calls, lives: day.lives }
}

/// Every answer of the rail comes a second time.
fn offers_again(day: &mut Day) -> Result<(), Broken> {
    for shown in day.judge(|judge| judge.shown.clone()) {
        let change_set = Some(format!("{} {}", shown.payment, shown.address).into_bytes());
        let answer = Ok(Offer { payment: shown.payment, address: shown.address, change_set });
        let command = Command::TakeOffer {
            invoice: shown.invoice,
            payment: shown.payment,
            rail: RailId::BITCOIN,
            answer,
        };
        let _granted_or_not = day.insists(&command)?;
    }
    Ok(())
}

/// Sales, receipts, money and stray payments, in words.
fn outcome(day: &Day) -> Vec<String> {
    let cards = day.around.processor.truth().into_iter().map(|(_, truth)| {
        let (refunds, disputes) = (truth.refunds.len(), truth.disputes.len());
        let brought = balance(&truth);
        format!("{:?} by card, {brought} is left after {refunds} refunds, {disputes} disputes", truth.level)
    });
    let cards: Vec<_> = cards.collect();
    day.judge(|judge| {
        let sales = judge.sales.values().map(|sale| {
            let coverage = sale.coverage().unwrap();
            format!("sale {} {} {:?} {coverage:?}", sale.number, state(sale).name(), sale.receipt)
        });
        let strays = judge.strays.values().map(|stray| {
            let decision = match &stray.decision {
                Decision::Open => "is open".to_owned(),
                Decision::Assigned { .. } => "is assigned".to_owned(),
                Decision::Credited { customer, value, .. } => format!("is credited to {customer}: {value}"),
            };
            let (coin, is_present) = (stray.transfer.latest.amount, stray.transfer.is_present());
            format!("stray {coin} {:?} {is_present} {decision}", stray.finding.reason)
        });
        let charges = judge.settlements.values().map(|settlement| {
            let (bill, attempt) = (&settlement.bill, settlement.attempt);
            let (payer, entries) = (&bill.tab.payer, settlement.entries());
            format!("{} of {payer} in {} parts, attempt {attempt}: {entries:?}", bill.amount, bill.parts)
        });
        let (taken, letters) = (judge.instructions_taken(), judge.letters.len());
        let rest = format!("{:?}, {} alerts, {taken} instructions", judge.settings, judge.alerts);
        let paid_out = judge.recorded_payouts().last().map(|payout| format!("{} paid out", payout.amount));
        let rest = [rest, format!("{letters} letters")];
        sales.chain(strays).chain(charges).chain(cards).chain(paid_out).chain(rest).collect()
    })
}

/// As it was without a death, and there was one.
fn survives(flow: &Flow, clean: &Told, point: Point) {
    let told = told(flow, |day| day.around.doom.plan_for(Some(point)));
    assert_eq!(told.lives, 2, "{}: the till was to die {point:?}", flow.name);
    assert_eq!(told.outcome, clean.outcome, "{}: the till died {point:?}", flow.name);
}

#[test]
fn a_death_before_or_after_any_commit_changes_nothing_in_the_end() {
    for flow in FLOWS {
        let clean = told(flow, |_| {});
        for commit in 1..=clean.commits {
            survives(flow, &clean, Point::BeforeCommit(commit));
            survives(flow, &clean, Point::AfterCommit(commit));
        }
    }
}

#[test]
fn a_death_before_or_after_any_effect_changes_nothing_in_the_end() {
    for flow in FLOWS {
        let clean = told(flow, |_| {});
        for effect in 1..=clean.effects {
            survives(flow, &clean, Point::BeforeEffect(effect));
            survives(flow, &clean, Point::AfterEffect(effect));
        }
    }
}

#[test]
fn an_effect_that_happens_twice_changes_nothing_in_the_end() {
    for flow in FLOWS {
        let clean = told(flow, |_| {});
        for effect in 1..=clean.effects {
            let told = told(flow, |day| day.around.doom.double(effect));
            assert_eq!(told.outcome, clean.outcome, "{}: effect {effect} twice", flow.name);
        }
    }
}

/// Ways in which a call to the processor of cards fails and may still have been carried out, or not have been.
const FAILURES: &[Mishap] = &[Mishap::NotSent, Mishap::Lost, Mishap::Late, Mishap::Unheard];

#[test]
fn a_card_call_that_fails_in_any_way_changes_nothing_in_the_end() {
    for flow in FLOWS {
        let clean = told(flow, |_| {});
        for call in 1..=clean.calls {
            for failure in FAILURES {
                let told = told(flow, |day| day.around.processor.plans(call, *failure));
                assert_eq!(told.outcome, clean.outcome, "{}: call {call} {failure:?}", flow.name);
            }
        }
    }
}
