//! Micropayments: each instruction is taken once and becomes one payment, however often it is handed in, and what is
//! booked together is the sum of what was taken.

use std::collections::BTreeMap;

use engine::Outcome;
use money::Currency;
use payment::stream::Instruction;
use payment::{PaymentId, RailId};
use store::ParcelRecord;

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

    /// How many instructions are taken.
    pub(crate) fn instructions_taken(&self) -> usize {
        self.instructions.len()
    }

    /// Whoever is told that an instruction is taken finds it taken, and always as the same payment.
    pub(crate) fn answered_parcel(&mut self, asked: &[Instruction], outcomes: &[Outcome]) -> Verdict {
        for (instruction, outcome) in asked.iter().zip(outcomes) {
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
