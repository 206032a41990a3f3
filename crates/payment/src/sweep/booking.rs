//! What a sweep does to the books: its entries follow what is mined, and are reversed when it is not any more.
//!
//! ```text
//! swept         evm-vault     +coin   evm-wallet −coin                      to the owner, from an address of a payment
//! swept         evm-wallet    +coin   evm-vault  −coin                      a top-up, from the fee address
//! network_fee   conversion    +coin   evm-wallet −coin   fees +value   conversion −value
//! ```
//! The fee address is the owner's, so what it pays comes out of `evm-vault`. What is moved is rounded down to the ledger's
//! scale and a fee is rounded up: the books never show more than is there.

use ledger::{Account, Entry, EntryKind, RateNote};
use money::{Money, Rounding};

use super::step::{Booked, MinedFacts};
use super::{Action, Step, Sweep, SweepRefused, SweepSender, SweepSigner};
use crate::posting;

impl Sweep {
    /// Brings the books in step with what is mined.
    pub(super) fn book(&mut self) -> Result<(), SweepRefused> {
        for step in 0..self.plan.steps.len() {
            let mined = self.progress[step].mined();
            let booked = self.progress[step].booked.as_ref();
            if booked.map(|booked| &booked.facts) == mined.as_ref() {
                continue;
            }
            if let Some(booked) = self.progress[step].booked.take() {
                self.reverse(&booked)?;
            }
            if let Some(facts) = mined {
                let ordinals = self.post(step, &facts)?;
                self.progress[step].booked = Some(Booked { facts, ordinals });
            }
        }
        Ok(())
    }

    fn reverse(&mut self, booked: &Booked) -> Result<(), SweepRefused> {
        for ordinal in &booked.ordinals {
            let next = self.next_ordinal();
            let original = self.entries.iter().find(|entry| entry.ordinal() == *ordinal);
            let reversal = original.ok_or(SweepRefused::WrongState)?.reversal(next)?;
            self.entries.push(reversal);
        }
        Ok(())
    }

    /// What was moved, and what it cost. A side that is nothing at the ledger's scale is not posted.
    fn post(&mut self, step: usize, facts: &MinedFacts) -> Result<Vec<u32>, SweepRefused> {
        let planned = self.plan.steps[step].clone();
        let mut ordinals = Vec::new();
        let moved = self.moved(&planned, facts)?;
        if facts.is_success && !moved.is_zero() {
            let (to, from) = match planned.action {
                Action::TopUp { .. } => (Account::EvmWallet, Account::EvmVault),
                _ => (Account::EvmVault, Account::EvmWallet),
            };
            let sides = vec![(to, moved), (from, moved.negated()?)];
            ordinals.push(self.next_ordinal());
            self.entries.push(posting::entry(self.next_ordinal(), EntryKind::Swept, sides)?);
        }
        let fee = self.plan.native.amount(facts.fee, Rounding::Up)?;
        if !fee.is_zero() {
            let entry = self.fee_entry(&planned, fee)?;
            ordinals.push(entry.ordinal());
            self.entries.push(entry);
        }
        Ok(ordinals)
    }

    fn moved(&self, step: &Step, facts: &MinedFacts) -> Result<Money, SweepRefused> {
        match &step.action {
            Action::TopUp { units, .. } => self.plan.native.amount(*units, Rounding::Down),
            Action::SendNative { .. } => {
                // A wallet elsewhere may pay what it likes, but sends what it was given.
                let is_ours = self.approved == Some(SweepSigner::Keyring);
                let price = if is_ours { facts.price } else { self.plan.price };
                let units = step.units(self.plan.price, price)?;
                self.plan.native.amount(units, Rounding::Down)
            }
            Action::SendToken { coin, units } | Action::SendAuthorized { coin, units, .. } => {
                coin.amount(*units, Rounding::Down)
            }
        }
    }

    fn fee_entry(&self, step: &Step, fee: Money) -> Result<Entry, SweepRefused> {
        let value = fee.convert(&self.plan.rate.market, Rounding::HalfUp)?;
        let payer = match step.sender {
            SweepSender::Fees => Account::EvmVault,
            SweepSender::Source(_) => Account::EvmWallet,
        };
        let sides = vec![
            (Account::Conversion, fee),
            (payer, fee.negated()?),
            (Account::Fees, value),
            (Account::Conversion, value.negated()?),
        ];
        let note =
            RateNote { rate: self.plan.rate.market.to_string(), source: self.plan.rate.source.clone() };
        Ok(posting::entry(self.next_ordinal(), EntryKind::NetworkFee, sides)?.with_rate(note))
    }

    fn next_ordinal(&self) -> u32 {
        self.entries.last().map_or(1, |entry| entry.ordinal() + 1)
    }
}
