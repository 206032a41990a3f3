//! The simulated chain as a fold of its events: what was offered, who paid it, and which blocks there are.

use std::collections::BTreeSet;

use money::{Currency, Money};
use payment::transfer::WithdrawnReason;
use payment::{Level, Observation, Timestamp, TransferRef};
use serde::{Deserialize, Serialize};

use crate::act::{Act, ActRefused, sendable};
use crate::address;
use crate::nature::mark;

/// Confirmations told at most: "this many or more". An old payment then stops being news with every block.
pub(crate) const CONFIRMATIONS_TOLD_MAX: u32 = 100;
/// An unconfirmed payment is told as seen by as many servers as a careful shop wants to agree.
const AGREEING_SERVERS: u8 = payment::policy::AGREEING_SERVERS_MIN;

/// Something that happened. Stored as it stands here: fields are only ever added, under a new version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Event {
    /// A payment was sent; it waits for a block.
    Sent {
        txid: String,
        address: String,
        /// Minor units of the coin.
        sat: i64,
        at_ms: i64,
        /// `None` for bitcoin. Since version 2.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        coin: Option<Coin>,
    },
    /// The coins of an unconfirmed payment were spent elsewhere.
    Replaced { txid: String },
    /// An unconfirmed payment was forgotten.
    Dropped { txid: String },
    /// A block was found with every unconfirmed payment in it.
    BlockFound { hash: String, at_ms: i64 },
    /// The newest blocks are no longer part of the best chain. Their payments wait for a block again, or are gone.
    BlocksOrphaned { count: u32, keep: bool },
}

/// A coin as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coin {
    code: String,
    scale: u8,
}

impl Coin {
    fn of(currency: Currency) -> Option<Self> {
        let stored = || Self { code: currency.code().to_owned(), scale: currency.scale() };
        (currency != Currency::BTC).then(stored)
    }

    /// What was stored was a currency, so only a hand that wrote it can make it none; it is bitcoin then.
    fn currency(coin: Option<&Self>) -> Currency {
        coin.and_then(|coin| Currency::parts(&coin.code, coin.scale).ok()).unwrap_or(Currency::BTC)
    }
}

/// What was offered, who paid it, and which blocks there are.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    addresses: BTreeSet<String>,
    transactions: Vec<Transaction>,
    blocks: Vec<Block>,
    events: u64,
}

/// A payment to one of our addresses.
#[derive(Clone, Debug)]
struct Transaction {
    txid: String,
    address: String,
    amount: Money,
    seen_at: Timestamp,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Pool,
    Block { height: u32 },
    Gone(WithdrawnReason),
}

#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) height: u32,
    pub(crate) hash: String,
    pub(crate) time: Timestamp,
}

impl Chain {
    /// Events folded so far: the number of the next one.
    pub(crate) const fn events(&self) -> u64 {
        self.events
    }

    pub(crate) fn tip(&self) -> Option<&Block> {
        self.blocks.last()
    }

    /// From now on the address can be paid.
    pub fn offer(&mut self, address: String) {
        self.addresses.insert(address);
    }

    /// Lets the public or the miners do something.
    ///
    /// # Errors
    /// When it can't be done; nothing has changed then.
    pub fn act(&mut self, act: &Act, now: Timestamp) -> Result<(), ActRefused> {
        self.decide(act, now)?.iter().for_each(|event| self.apply(event));
        Ok(())
    }

    /// Every payment there ever was, as it stands, oldest first. The readings are numbered from `after` + 1.
    #[must_use]
    pub fn readings(&self, after: u64) -> Vec<Observation> {
        let levels = self.levels().into_iter().enumerate();
        (after + 1..).zip(levels).map(|(number, (index, level))| self.reading(index, level, number)).collect()
    }

    /// One payment at a level, as a rail would read it.
    pub(crate) fn reading(&self, index: usize, level: Level, number: u64) -> Observation {
        let Transaction { txid, address, amount, seen_at, .. } = &self.transactions[index];
        // Each simulated transaction has one output, the one to us.
        let reference = match amount.currency().chain_id() {
            Some(chain_id) => format!("{chain_id}:0x{txid}:0"),
            None => format!("{txid}:0"),
        };
        Observation {
            reference: TransferRef::new(reference),
            number,
            address: address.clone(),
            amount: *amount,
            exact: None,
            level,
            seen_at: *seen_at,
        }
    }

    /// Turns a wish into what happens, or says why it can't.
    pub(crate) fn decide(&self, act: &Act, now: Timestamp) -> Result<Vec<Event>, ActRefused> {
        match act {
            Act::Pay { address, amount } => {
                self.must_be_offered(address)?;
                let txid = address::txid(address, self.events);
                let amount = sendable(*amount)?;
                Ok(vec![Event::Sent {
                    txid,
                    address: address.clone(),
                    sat: amount.minor(),
                    at_ms: now.millis(),
                    coin: Coin::of(amount.currency()),
                }])
            }
            Act::DoubleSpend { address } => {
                self.newest_unconfirmed(address).map(|txid| vec![Event::Replaced { txid }])
            }
            Act::Drop { address } => {
                self.newest_unconfirmed(address).map(|txid| vec![Event::Dropped { txid }])
            }
            Act::MineBlock => Ok(vec![found(self.events, now)]),
            Act::Reorganise { depth, keep } => self.reorganise(*depth, *keep, now),
        }
    }

    pub(crate) fn apply(&mut self, event: &Event) {
        match event {
            Event::Sent { txid, address, sat, at_ms, coin } => self.transactions.push(Transaction {
                txid: txid.clone(),
                address: address.clone(),
                amount: Money::new(*sat, Coin::currency(coin.as_ref())),
                seen_at: Timestamp::from_millis(*at_ms),
                place: Place::Pool,
            }),
            Event::Replaced { txid } => self.withdraw(txid, WithdrawnReason::Replaced),
            Event::Dropped { txid } => self.withdraw(txid, WithdrawnReason::Dropped),
            Event::BlockFound { hash, at_ms } => self.add_block(hash, *at_ms),
            Event::BlocksOrphaned { count, keep } => self.orphan(*count, *keep),
        }
        self.events += 1;
    }

    /// How far along each transaction is, in the order in which they were sent.
    pub(crate) fn levels(&self) -> Vec<Level> {
        self.transactions.iter().map(|transaction| self.level(transaction)).collect()
    }

    /// Is there a payment that isn't buried under `depth` blocks yet?
    pub(crate) fn awaits_block(&self, depth: u32) -> bool {
        self.transactions.iter().any(|transaction| match transaction.place {
            Place::Pool => true,
            Place::Block { height } => self.confirmations(height) < depth,
            Place::Gone(_) => false,
        })
    }

    fn level(&self, transaction: &Transaction) -> Level {
        match transaction.place {
            Place::Pool => Level::Unconfirmed { agreeing_servers: AGREEING_SERVERS },
            Place::Gone(reason) => Level::Withdrawn { reason },
            Place::Block { height } => {
                let place = self.blocks.binary_search_by_key(&height, |block| block.height);
                let block = &self.blocks[place.expect("orphaning a block takes its transactions out of it")];
                let confirmations = self.confirmations(height).min(CONFIRMATIONS_TOLD_MAX);
                let mark = mark(transaction.amount.currency(), confirmations);
                Level::Confirmed { block_hash: block.hash.clone(), height, confirmations, mark }
            }
        }
    }

    fn height(&self) -> u32 {
        self.tip().map_or(0, |block| block.height)
    }

    fn confirmations(&self, height: u32) -> u32 {
        self.height() - height + 1
    }

    fn must_be_offered(&self, address: &str) -> Result<(), ActRefused> {
        let is_offered = self.addresses.contains(address);
        if is_offered { Ok(()) } else { Err(ActRefused::UnknownAddress(address.to_owned())) }
    }

    fn newest_unconfirmed(&self, address: &str) -> Result<String, ActRefused> {
        self.must_be_offered(address)?;
        let is_it =
            |transaction: &&Transaction| transaction.address == address && transaction.place == Place::Pool;
        let newest = self.transactions.iter().rev().find(is_it);
        newest
            .map(|transaction| transaction.txid.clone())
            .ok_or_else(|| ActRefused::NothingUnconfirmed(address.to_owned()))
    }

    fn reorganise(&self, depth: u32, keep: bool, now: Timestamp) -> Result<Vec<Event>, ActRefused> {
        let height = self.height();
        if depth == 0 || depth > height {
            return Err(ActRefused::WrongDepth { depth, height });
        }
        let mut events = vec![Event::BlocksOrphaned { count: depth, keep }];
        // A chain wins by being longer.
        events.extend((0..=u64::from(depth)).map(|block| found(self.events + 1 + block, now)));
        Ok(events)
    }

    fn withdraw(&mut self, txid: &str, reason: WithdrawnReason) {
        let gone = self.transactions.iter_mut().filter(|transaction| transaction.txid == txid);
        gone.for_each(|transaction| transaction.place = Place::Gone(reason));
    }

    fn add_block(&mut self, hash: &str, at_ms: i64) {
        let height = self.height() + 1;
        self.blocks.push(Block { height, hash: hash.to_owned(), time: Timestamp::from_millis(at_ms) });
        let pool = self.transactions.iter_mut().filter(|transaction| transaction.place == Place::Pool);
        pool.for_each(|transaction| transaction.place = Place::Block { height });
    }

    fn orphan(&mut self, count: u32, keep: bool) {
        let height_kept = self.height().saturating_sub(count);
        self.blocks.retain(|block| block.height <= height_kept);
        let place = if keep { Place::Pool } else { Place::Gone(WithdrawnReason::Replaced) };
        for transaction in &mut self.transactions {
            if matches!(transaction.place, Place::Block { height } if height > height_kept) {
                transaction.place = place;
            }
        }
    }
}

fn found(event: u64, now: Timestamp) -> Event {
    Event::BlockFound { hash: address::block_hash(event), at_ms: now.millis() }
}
