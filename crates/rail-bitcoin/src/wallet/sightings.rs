//! What the wallet knows of every transfer to one of its addresses, computed anew from the full list of transactions and
//! never from differences: whatever was missed in between, the next look is right.

use std::collections::{BTreeMap, HashMap};

use bdk_wallet::bitcoin::{OutPoint, Txid};
use bdk_wallet::chain::{CanonicalizationParams, ChainPosition, ConfirmationBlockTime};
use money::{Currency, Money};
use payment::transfer::WithdrawnReason;
use payment::{Level, Mark, Timestamp};

use super::Wallet;

/// A transfer as the wallet knows it now.
pub(super) struct Sighting {
    /// Index of the address it pays.
    pub(super) index: u32,
    pub(super) address: String,
    pub(super) amount: Money,
    /// The servers that agree on an unconfirmed one are counted elsewhere.
    pub(super) level: Level,
    pub(super) seen_at: Timestamp,
}

type Position = ChainPosition<ConfirmationBlockTime>;

impl Wallet {
    /// Looks at all transactions again.
    pub(super) fn look(&mut self) {
        let (graph, chain) = (self.bdk.tx_graph(), self.bdk.local_chain());
        let tip = chain.tip().block_id();
        let canonical = graph.list_canonical_txs(chain, tip, CanonicalizationParams::default());
        let positions: HashMap<Txid, Position> =
            canonical.map(|tx| (tx.tx_node.txid, tx.chain_position)).collect();
        self.sightings = self.all_sightings(&positions, tip.height);
    }

    fn all_sightings(&self, positions: &HashMap<Txid, Position>, tip: u32) -> BTreeMap<OutPoint, Sighting> {
        let index = self.bdk.spk_index();
        let paying = index.outpoints().iter();
        paying
            .filter_map(|((_, address_index), outpoint)| {
                let (_, output) = index.txout(*outpoint)?;
                // Never left out: what is more than all the bitcoin there can be was refused when it came.
                let sat = i64::try_from(output.value.to_sat()).ok()?;
                let position = positions.get(&outpoint.txid);
                let sighting = Sighting {
                    index: *address_index,
                    address: self.address_of(&output.script_pubkey),
                    amount: Money::new(sat, Currency::BTC),
                    level: self.level(outpoint.txid, position, tip)?,
                    seen_at: self.seen_at(outpoint.txid, position),
                };
                Some((*outpoint, sighting))
            })
            .collect()
    }

    /// `None` for a transaction of which only outputs are known.
    fn level(&self, txid: Txid, position: Option<&Position>, tip: u32) -> Option<Level> {
        let level = match position {
            Some(ChainPosition::Confirmed { anchor, .. }) => Level::Confirmed {
                block_hash: anchor.block_id.hash.to_string(),
                height: anchor.block_id.height,
                confirmations: tip.saturating_sub(anchor.block_id.height) + 1,
                mark: Mark::Head,
            },
            Some(ChainPosition::Unconfirmed { .. }) => Level::Unconfirmed { agreeing_servers: 0 },
            None => Level::Withdrawn { reason: self.reason(txid)? },
        };
        Some(level)
    }

    fn reason(&self, txid: Txid) -> Option<WithdrawnReason> {
        let graph = self.bdk.tx_graph();
        let transaction = graph.get_tx(txid)?;
        let replaced = graph.direct_conflicts(&transaction).next().is_some();
        Some(if replaced { WithdrawnReason::Replaced } else { WithdrawnReason::Dropped })
    }

    /// When it was first seen, or the time of its block when that is earlier.
    fn seen_at(&self, txid: Txid, position: Option<&Position>) -> Timestamp {
        let mined = match position {
            Some(ChainPosition::Confirmed { anchor, .. }) => Some(anchor.confirmation_time),
            _ => None,
        };
        let seconds = self.log.first_seen(txid).into_iter().chain(mined).min().unwrap_or_else(|| self.now());
        let millis = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000);
        Timestamp::from_millis(millis)
    }
}
