//! Everything the rail knows, and what of it the books were told: the addresses, a record for each chain, and the changes
//! that wait to be stored.
//!
//! Reports are made from all that is known, never from what happened since: whatever was missed in between, the next
//! one is right.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use alloy::primitives::Address;
use money::Money;
use payment::rail::{RailMemory, Report};
use payment::transfer::{ExactAmount, Mark, WithdrawnReason};
use payment::{Level, Observation, PaymentId, Timestamp, TransferRef};

use crate::change_log::ChangeLog;
use crate::record::{Record, Sighting, Stands};
use crate::stored::{Stored, StoredError};
use crate::wallet::{RESTORE_SKIP, Wallet};
use crate::{Account, Clock};

/// Up to so many confirmations each one is reported; beyond, whenever their number has doubled.
const EACH_CONFIRMATION_UP_TO: u32 = 64;

/// What is known, shared by the followers of all chains and whoever offers addresses. Never locked while a provider is
/// being asked.
pub(crate) struct Shared(Mutex<Memory>);

impl Shared {
    /// Shares a memory.
    pub(crate) const fn new(memory: Memory) -> Self {
        Self(Mutex::new(memory))
    }

    /// Locks it for a moment.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known.
pub(crate) struct Memory {
    pub(crate) wallet: Wallet,
    account: Address,
    records: BTreeMap<u64, Record>,
    log: ChangeLog,
    clock: Clock,
    last_number: u64,
    reported: HashMap<String, Told>,
    reporting: Vec<(String, Told)>,
}

/// What the books were told of a transfer.
type Told = (Stands, Money);

impl Memory {
    /// Opens with what the store holds; `record` makes the record of a chain from what is stored of it.
    pub(crate) fn open(
        account: Account,
        first: Address,
        memory: &RailMemory,
        clock: Clock,
        record: impl FnOnce(&mut BTreeMap<u64, crate::stored::StoredChain>) -> Vec<Record>,
    ) -> Result<Self, StoredError> {
        let Stored { shown, mut chains, .. } = Stored::decode_all(&memory.change_sets, first)?;
        let records = record(&mut chains).into_iter().map(|record| (record.chain.id, record)).collect();
        let mut wallet = Wallet::open(account, shown);
        let mut log = ChangeLog::default();
        if memory.restored {
            let shown = wallet.skip(RESTORE_SKIP, clock());
            log.stage(Stored { account: Some(first), shown, ..Stored::default() });
        }
        let (reported, reporting) = (HashMap::new(), Vec::new());
        let last_number = memory.last_observation;
        Ok(Self { wallet, account: first, records, log, clock, last_number, reported, reporting })
    }

    /// The address for a payment, and the change set to store before it is shown. `None` when the account has no more.
    pub(crate) fn offer(&mut self, payment: PaymentId) -> Option<(String, Vec<u8>)> {
        let (index, shown) = self.wallet.offer(payment, self.now())?;
        let address = shown.address.to_checksum(None);
        let shown = BTreeMap::from([(index, shown)]);
        let own = Stored { account: Some(self.account), shown, ..Stored::default() };
        Some((address, self.log.copy_with(own)))
    }

    /// Watches the first so many addresses although nobody was shown them: they held money before the till.
    pub(crate) fn skip(&mut self, count: u32) {
        let shown = self.wallet.skip(count, self.now());
        self.log.stage(Stored { account: Some(self.account), shown, ..Stored::default() });
    }

    /// The record of a chain.
    pub(crate) fn record(&mut self, chain_id: u64) -> &mut Record {
        self.records.get_mut(&chain_id).expect("there is a follower only for a chain that has a record")
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// A report of everything (`complete`) or of what changed since the last committed one; `None` when there is
    /// nothing to say.
    pub(crate) fn report(&mut self, complete: bool) -> Option<Report> {
        self.reporting.clear();
        let mut observations = Vec::new();
        let mut staged = Stored::default();
        for (chain, record) in &mut self.records {
            staged.chains.insert(*chain, record.staged());
            for sighting in record.sightings() {
                let told = (sighting.stands, sighting.amount);
                let before = self.reported.get(&sighting.reference);
                if !complete && !before.is_none_or(|before| is_news(before, &told)) {
                    continue;
                }
                self.last_number += 1;
                self.reporting.push((sighting.reference.clone(), told));
                observations.push(observation(*chain, sighting, self.last_number));
            }
        }
        staged.chains.retain(|_, chain| *chain != Default::default());
        self.log.stage(staged);
        if !complete && observations.is_empty() && !self.log.is_urgent() {
            return None;
        }
        Some(Report { observations, change_set: self.log.hand_over(), complete, scanned: complete })
    }

    /// The last report is committed.
    pub(crate) fn committed(&mut self) {
        self.log.committed();
        self.reported.extend(self.reporting.drain(..));
    }
}

fn observation(chain_id: u64, sighting: Sighting, number: u64) -> Observation {
    let exact = ExactAmount {
        base_units: sighting.known.base_units.to_string(),
        decimals: sighting.decimals,
        symbol: sighting.symbol,
        contract: sighting.known.contract.map(|contract| contract.to_checksum(None)),
        chain_id,
    };
    Observation {
        reference: TransferRef::new(sighting.reference),
        number,
        address: sighting.address.to_checksum(None),
        amount: sighting.amount,
        exact: Some(exact),
        level: level(sighting.stands),
        seen_at: sighting.seen_at,
    }
}

fn level(stands: Stands) -> Level {
    match stands {
        Stands::Open { agreeing } => Level::Unconfirmed { agreeing_servers: agreeing },
        Stands::InBlock { block, confirmations, mark } => Level::Confirmed {
            block_hash: format!("{:#x}", block.hash),
            height: u32::try_from(block.number).unwrap_or(u32::MAX),
            confirmations,
            mark,
        },
        Stands::Gone => Level::Withdrawn { reason: WithdrawnReason::Dropped },
    }
}

/// Would the books learn anything from it?
fn is_news((before, amount_before): &Told, (now, amount): &Told) -> bool {
    let (Stands::InBlock { block, confirmations, mark }, true) = (now, amount == amount_before) else {
        return before != now || amount != amount_before;
    };
    match before {
        Stands::InBlock { block: one, confirmations: told, mark: marked }
            if one == block && marked == mark =>
        {
            let is_each = *confirmations <= EACH_CONFIRMATION_UP_TO && confirmations != told;
            let is_doubled = *confirmations >= told.saturating_mul(2);
            *mark != Mark::Finalized && (is_each || is_doubled)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::B256;
    use money::Currency;

    use super::*;
    use crate::block::BlockId;

    fn told(confirmations: u32, mark: Mark) -> Told {
        let block = BlockId { number: 7, hash: B256::ZERO };
        (Stands::InBlock { block, confirmations, mark }, Money::new(5, Currency::BTC))
    }

    #[test]
    fn each_of_the_first_confirmations_is_news_and_then_their_doubling() {
        for (before, now, news) in
            [(1, 2, true), (63, 64, true), (64, 65, false), (64, 127, false), (64, 128, true), (3, 3, false)]
        {
            assert_eq!(is_news(&told(before, Mark::Head), &told(now, Mark::Head)), news, "{before} {now}");
        }
    }

    #[test]
    fn a_promise_is_news_and_nothing_after_the_last_one() {
        assert!(is_news(&told(100, Mark::Head), &told(100, Mark::Safe)));
        assert!(is_news(&told(100, Mark::Safe), &told(101, Mark::Finalized)));
        assert!(!is_news(&told(100, Mark::Finalized), &told(1_000, Mark::Finalized)));
    }

    #[test]
    fn another_amount_and_another_standing_are_news() {
        let (stands, _) = told(2, Mark::Head);
        assert!(is_news(&told(2, Mark::Head), &(stands, Money::new(4, Currency::BTC))));
        assert!(is_news(&told(2, Mark::Head), &(Stands::Gone, Money::new(5, Currency::BTC))));
        assert!(is_news(&(Stands::Open { agreeing: 1 }, Money::new(5, Currency::BTC)), &told(1, Mark::Head)));
    }
}
