//! Micropayments: each instruction is taken once and becomes one payment, however often it is handed in, and what is
//! booked together is the sum of what was taken. What a payer owes goes on the payer's tab.

use std::collections::BTreeMap;

use engine::Outcome;
use money::Currency;
use payment::stream::{Instruction, Tab};
use payment::{PaymentId, RailId, RailKind};
use store::{ParcelRecord, TakenInstruction};

use super::tabs::{Part, key};
use super::{Judge, Verdict, must};

/// Count, gross and fee of a group.
type Sum = (u32, i64, i64);

impl Judge {
    pub(super) fn note_parcel(&mut self, parcel: &ParcelRecord) -> Verdict {
        let mut sums: BTreeMap<(RailId, String), Sum> = BTreeMap::new();
        let key = |rail: RailId, currency: Currency| (rail, currency.code().to_owned());
        for taken in &parcel.taken {
            let instruction = &parcel.instructions[taken.index];
            let is_first = self.instructions.insert(instruction.id().to_owned(), None).is_none();
            must("I4", is_first, || format!("instruction {} was taken twice", instruction.id()))?;
            let was_letter = self.letters.remove(instruction.id()).is_some();
            must("I3", taken.was_dead_letter == was_letter, || format!("a letter or not: {taken:?}"))?;
            self.put_on_tab(parcel, taken)?;
            let amount = instruction.amount();
            let sum = sums.entry(key(taken.rail, amount.currency())).or_default();
            *sum = (sum.0 + 1, sum.1 + amount.minor(), sum.2 + taken.fee.minor());
        }
        let booked: BTreeMap<(RailId, String), Sum> = parcel
            .groups
            .iter()
            .map(|group| {
                let sum = (group.count, group.gross.minor(), group.fee.minor());
                (key(group.rail, group.gross.currency()), sum)
            })
            .collect();
        must("I2", booked == sums, || format!("{booked:?} is booked of {sums:?}"))
    }

    /// Micropayments are numbered in the order they are taken.
    fn put_on_tab(&mut self, parcel: &ParcelRecord, taken: &TakenInstruction) -> Verdict {
        let number = i64::try_from(self.instructions.len()).unwrap();
        let instruction = &parcel.instructions[taken.index];
        if taken.rail.kind() != RailKind::Charging {
            return Ok(());
        }
        let Some(payer) = instruction.payer() else {
            return must("I2", false, || format!("nobody owes {}", instruction.id()));
        };
        must("I2", taken.fee.is_zero(), || format!("{} costs before it is charged", instruction.id()))?;
        let amount = instruction.amount();
        let (payer, method) = (payer.to_owned(), instruction.method().to_owned());
        let tab = Tab { payer, rail: taken.rail, method, currency: amount.currency() };
        let part = Part { number, minor: amount.minor(), at: parcel.at };
        self.tabs.entry(key(&tab)).or_default().push(part);
        Ok(())
    }

    /// How many instructions are taken.
    pub(crate) fn instructions_taken(&self) -> usize {
        self.instructions.len()
    }

    /// Whoever is told that an instruction is taken finds it taken, and always as the same payment.
    pub(crate) fn answered_parcel(&mut self, asked: &[Instruction], outcomes: &[Outcome]) -> Verdict {
        for (instruction, outcome) in asked.iter().zip(outcomes) {
            if let Outcome::DeadLetter { .. } = outcome {
                let (letters, id) = (&self.letters, instruction.id());
                let is_kept = letters.contains_key(id) || self.instructions.contains_key(id);
                must("I1", is_kept, || format!("{} is a dead letter and was not kept", instruction.id()))?;
            }
            let (Outcome::Accepted { payment } | Outcome::Duplicate { payment }) = outcome else { continue };
            let Some(known) = self.instructions.get_mut(instruction.id()) else {
                return must("I1", false, || format!("{} was answered and not committed", instruction.id()));
            };
            let known: PaymentId = *known.get_or_insert(*payment);
            must("I4", known == *payment, || format!("{} is {known} and {payment}", instruction.id()))?;
        }
        Ok(())
    }
}
