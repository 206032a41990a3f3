//! What is streamed through a simulated shop: cash, and cards on the tabs of a few payers. The same number is always the
//! same instruction.

use std::collections::BTreeMap;

use engine::Command;
use money::{Currency, Money};
use payment::RailId;
use payment::stream::{Instruction, InstructionParts};
use store::Source;

use super::day::Day;
use crate::shop::eur;

/// Few, so that their tabs fill.
const PAYERS: [&str; 3] = ["ada", "bob", "cyd"];

/// A micropayment of so many cents.
pub(crate) fn ticket(number: u32, cents: u32, method: &str, payer: Option<&str>) -> Instruction {
    of_money(format!("ticket-{number:06}"), eur(cents.into()), method, payer)
}

/// On the tab of a payer, who is the same every time: 2.50 and so many cents.
pub(crate) fn by_card(number: u32) -> Instruction {
    ticket(number, 250 + number, "card", Some(PAYERS[0]))
}

fn of_money(id: String, amount: Money, method: &str, payer: Option<&str>) -> Instruction {
    let (method, payer) = (method.to_owned(), payer.map(str::to_owned));
    let parts = InstructionParts { id, amount, method, payer, memo: None, metadata: BTreeMap::new() };
    Instruction::new(parts).unwrap()
}

/// By card for the most part. Some lack a payer, some pay by a method that the shop does not take, or in coins that the
/// acquirer does not take.
fn mixed(number: u32) -> Instruction {
    let payer = PAYERS[usize::try_from(number / 12).unwrap() % PAYERS.len()];
    let cents = 1 + number * 89 % 300;
    match number % 12 {
        0..=6 => ticket(number, cents, "card", Some(payer)),
        7..=8 => ticket(number, cents, "cash", None),
        9 => ticket(number, cents, "points", None),
        10 => ticket(number, cents, "card", None),
        _ => {
            let method = if number % 24 == 11 { "card" } else { "cash" };
            let amount = Money::new(number.into(), Currency::BTC);
            of_money(format!("satoshi-{number:06}"), amount, method, Some(payer))
        }
    }
}

/// Hands instructions in.
pub(crate) fn parcel(instructions: impl IntoIterator<Item = Instruction>, again: bool) -> Command {
    Command::TakeParcel { source: Source::Cli, instructions: instructions.into_iter().collect(), again }
}

/// Most of them are new, some were handed in before.
pub(super) fn take_parcel(day: &mut Day) -> Option<Command> {
    let instructions: Vec<_> = (0..=day.draws.below(7))
        .map(|_| mixed(if day.draws.chance(15) { day.draws.below(40) } else { day.next_ticket() }))
        .collect();
    Some(parcel(instructions, false))
}

/// Some dead letters, and at times something that is none.
pub(super) fn try_letters_again(day: &mut Day) -> Option<Command> {
    let letters: Vec<Instruction> = day.judge(|judge| judge.letters.values().cloned().collect());
    let first = day.draws.place(letters.len());
    let mut again: Vec<_> = letters.into_iter().skip(first).take(4).collect();
    if day.draws.chance(20) {
        again.push(mixed(day.draws.below(40)));
    }
    (!again.is_empty()).then(|| parcel(again, true))
}

/// One that was set aside, and at times one that was not.
pub(super) fn retry_settlement(day: &mut Day) -> Option<Command> {
    let set_aside: Vec<_> = day
        .judge(|judge| judge.set_aside_settlements())
        .into_iter()
        .map(|settlement| settlement.id)
        .collect();
    let any: Vec<_> = day.judge(|judge| judge.settlements.keys().copied().collect());
    let among = if set_aside.is_empty() || day.draws.chance(10) { any } else { set_aside };
    let settlement = *among.get(day.draws.place(among.len()))?;
    Some(Command::RetrySettlement { settlement })
}

pub(super) fn settle_tabs(_: &mut Day) -> Option<Command> {
    Some(Command::SettleTabs { rail: RailId::STRIPE, although_young: true, after: None })
}
