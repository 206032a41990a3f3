//! Balances against what transactions showed: money that a contract sent without an event of ours, and money that went.

use alloy::primitives::U256;

use super::{Place, Record};
use crate::block::BlockId;
use crate::provider::Holding;
use crate::stored::{Known, Outflow, Standing};

impl Record {
    /// Has a balance at a block more than what transactions showed?
    pub(crate) fn has_grown(&self, holding: Holding, balance: U256, block: BlockId) -> bool {
        balance > self.expected((holding.owner, holding.contract), block)
    }

    /// Compares a balance at a block up to which everything is known.
    pub(crate) fn compare(&mut self, holding: Holding, balance: U256, block: BlockId, now: i64) {
        let place = (holding.owner, holding.contract);
        let expected = self.expected(place, block);
        if balance > expected {
            self.note_growth(place, balance - expected, block, now);
        } else if balance < expected {
            self.note_decline(place, expected - balance, block);
        }
        for reference in self.by_place.get(&place).into_iter().flatten() {
            if self.known.get(reference).is_some_and(|known| known.block.number <= block.number) {
                self.unchecked.remove(reference);
            }
        }
    }

    /// What must lie there at a block by what is known. Money of later blocks is not there yet.
    fn expected(&self, place: Place, block: BlockId) -> U256 {
        let stands = |standing| standing != Standing::Gone;
        let references = self.by_place.get(&place).into_iter().flatten();
        let known = references.filter_map(|reference| self.known.get(reference));
        let known = known.filter(|known| known.block.number <= block.number);
        let came = known.filter(|known| stands(known.standing)).map(|known| known.base_units);
        let prefix = outflow_prefix(place);
        let outflows =
            self.outflows.range(prefix.clone()..).take_while(|(name, _)| name.starts_with(&prefix));
        let went =
            outflows.map(|(_, flow)| flow).filter(|flow| stands(flow.standing)).map(|flow| flow.base_units);
        sum(came).saturating_sub(sum(went))
    }

    /// Money that only the balance shows. One that was seen before a block was replaced takes its old name again.
    fn note_growth(&mut self, place: Place, base_units: U256, block: BlockId, now: i64) {
        let (to, contract) = place;
        let symbol = self.coins.iter().find(|coin| coin.contract == contract);
        let symbol = symbol.map_or_else(String::new, |coin| coin.currency.code().to_owned());
        let name = |ordinal: usize| format!("{to:#x}:{symbol}:internal:{ordinal}");
        let mut ordinal = 0;
        let mut seen_at = now;
        while let Some(before) = self.known.get(&name(ordinal)) {
            if before.standing == Standing::Gone && before.base_units == base_units {
                seen_at = before.seen_at;
                break;
            }
            ordinal += 1;
        }
        let standing = Standing::InBlock;
        let known = Known {
            to,
            contract,
            base_units,
            said: base_units,
            transaction: None,
            block,
            standing,
            seen_at,
            claim: None,
        };
        self.put(name(ordinal), known);
    }

    /// What is missing right after a transfer of a token is its toll; anything else went away.
    fn note_decline(&mut self, place: Place, mut missing: U256, block: BlockId) {
        let is_there =
            |known: &Known| known.standing == Standing::InBlock && known.block.number <= block.number;
        let references: Vec<String> = self.by_place.get(&place).into_iter().flatten().cloned().collect();
        for reference in references.into_iter().filter(|reference| self.unchecked.contains(reference)) {
            let Some(known) = self.known.get_mut(&reference).filter(|known| is_there(known)) else {
                continue;
            };
            let toll = missing.min(known.base_units);
            known.base_units -= toll;
            missing -= toll;
            self.staged.known.insert(reference, known.clone());
        }
        if missing.is_zero() {
            return;
        }
        let (owner, contract) = place;
        let name = format!("{}{}:{:#x}", outflow_prefix(place), block.number, block.hash);
        let before = self.outflows.get(&name).filter(|flow| flow.standing != Standing::Gone);
        let base_units = before.map_or(U256::ZERO, |flow| flow.base_units).saturating_add(missing);
        let outflow = Outflow { owner, contract, base_units, block, standing: Standing::InBlock };
        self.staged.outflows.insert(name.clone(), outflow.clone());
        self.outflows.insert(name, outflow);
    }
}

/// How the names of the outflows from one place begin.
fn outflow_prefix((owner, contract): Place) -> String {
    match contract {
        None => format!("{owner:#x}:native:"),
        Some(contract) => format!("{owner:#x}:{contract:#x}:"),
    }
}

fn sum(of: impl Iterator<Item = U256>) -> U256 {
    of.fold(U256::ZERO, U256::saturating_add)
}
