//! When faults have stopped: nobody waits any more, and every transfer there is has exactly one owner who holds all of
//! it, or is set aside where the owner of the shop sees it.

use std::collections::{BTreeMap, BTreeSet};

use payment::sale::ChainPayment;
use payment::stray::Decision;
use payment::{Observation, Policy, Sale, Timestamp, TransferRef};

use super::evidence::blocks;
use super::{Broken, Judge, Verdict, must};

/// Somebody who holds a transfer.
struct Holder<'a> {
    who: String,
    reading: &'a Observation,
    policy: Policy,
}

impl Judge {
    /// Why the shop is not at rest yet.
    pub(crate) fn unrest(&self, now: Timestamp) -> Option<Broken> {
        let ended =
            self.waits_ended().and_then(|()| self.charges_ended(now)).and_then(|()| self.cards_ended());
        let owned =
            ended.and_then(|()| self.transfers_have_owners()).and_then(|()| self.takings_are_booked());
        owned.and_then(|()| self.books_agree_with_processor()).err()
    }

    /// Where everything stands, in words.
    pub(crate) fn standings(&self) -> Vec<String> {
        let sales = self.sales.values().map(|sale| {
            let (standing, entries) = (sale.standing().unwrap(), sale.entries().len());
            format!("sale {} after {entries} entries: {standing:?}", sale.number)
        });
        let strays = self.strays.values().map(|stray| {
            let (level, entries) = (&stray.transfer.latest.level, stray.entries().len());
            format!("{} after {entries} entries: {level:?}, {:?}", stray.id, stray.decision)
        });
        let settlements = self.settlements.values().map(|settlement| {
            let entries = settlement.entries().len();
            format!("{} after {entries} entries: {:?}", settlement.id, settlement.state)
        });
        sales.chain(strays).chain(settlements).chain(self.payouts_standing()).collect()
    }

    fn waits_ended(&self) -> Verdict {
        for sale in self.sales.values() {
            for chain in chains(sale) {
                must("I11", chain.ended_at.is_some(), || format!("a quote of sale {} runs on", sale.number))?;
            }
        }
        Ok(())
    }

    fn transfers_have_owners(&self) -> Verdict {
        let (truth, holders) = (self.outside.truth(), self.holders());
        let set_aside = self.set_aside()?;
        for seen in &truth {
            if set_aside.contains(&seen.reference) {
                continue;
            }
            let held = holders.get(&seen.reference).map_or(&[][..], Vec::as_slice);
            let is_right = if seen.level.is_withdrawn() { held.is_empty() } else { is_held(seen, held) };
            must("I5", is_right, || {
                let held: Vec<_> = held.iter().map(|h| format!("{} holds {:?}", h.who, h.reading)).collect();
                format!("on the chain is {seen:?}, but {held:?}")
            })?;
        }
        let real: BTreeSet<&TransferRef> = truth.iter().map(|seen| &seen.reference).collect();
        let invented = holders.keys().find(|reference| !real.contains(*reference));
        must("I5", invented.is_none(), || format!("{invented:?} is credited and is not on the chain"))
    }

    fn holders(&self) -> BTreeMap<TransferRef, Vec<Holder<'_>>> {
        let mut holders: BTreeMap<TransferRef, Vec<Holder<'_>>> = BTreeMap::new();
        let of_sales = self.sales.values().flat_map(|sale| {
            chains(sale).flat_map(move |chain| {
                let who = format!("sale {}", sale.number);
                chain.present().map(move |t| (who.clone(), &t.latest, chain.terms.policy))
            })
        });
        let strays = self.strays.values().filter(|stray| {
            stray.transfer.is_present() && !matches!(stray.decision, Decision::Assigned { .. })
        });
        let of_strays =
            strays.map(|stray| (stray.id.to_string(), &stray.transfer.latest, stray.finding.policy));
        for (who, reading, policy) in of_sales.chain(of_strays) {
            holders.entry(reading.reference.clone()).or_default().push(Holder { who, reading, policy });
        }
        holders
    }

    /// Transfers that can't be applied, each told once with its reason: only those about which the rail has lied. So it
    /// is with charges, cards and payouts.
    fn set_aside(&self) -> Result<BTreeSet<TransferRef>, Broken> {
        let mut set_aside = BTreeSet::new();
        for finding in &self.findings {
            let is_strange =
                finding.subject.parse().is_ok_and(|settlement| self.acquirer.is_strange(settlement));
            if is_strange || self.processor.has_lied_about(&finding.subject) {
                continue;
            }
            let reference = finding.subject.strip_prefix("bitcoin ").map(TransferRef::new);
            let deserved = reference.filter(|reference| self.outside.has_lied_about(reference));
            let Some(reference) = deserved else {
                return Err(Broken { invariant: "I5", what: format!("nothing was wrong with {finding:?}") });
            };
            set_aside.insert(reference);
        }
        Ok(set_aside)
    }
}

/// One owner, who holds all of it and for whom it is final.
fn is_held(seen: &Observation, held: &[Holder<'_>]) -> bool {
    match held {
        [holder] => {
            holder.reading.amount == seen.amount
                && holder.reading.level.confirmations() >= blocks(holder.policy.r#final)
        }
        _ => false,
    }
}

fn chains(sale: &Sale) -> impl Iterator<Item = &ChainPayment> {
    sale.payments.iter().filter_map(|payment| payment.chain())
}
