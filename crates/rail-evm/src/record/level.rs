//! From what is known to how every transfer stands now.

use alloy::primitives::Address;
use money::{Currency, Money};
use payment::Timestamp;
use payment::transfer::Mark;

use super::Record;
use crate::block::BlockId;
use crate::stored::{Known, Standing};

/// Code of the currency for tokens the shop does not list, before the chain's id.
const UNLISTED: &str = "UNLISTED";

/// A transfer as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sighting {
    /// Its name among all chains.
    pub(crate) reference: String,
    pub(crate) address: Address,
    /// What the ledger may say of it; nothing where that is not possible.
    pub(crate) amount: Money,
    /// What the chain says of it.
    pub(crate) known: Known,
    /// Decimals of a listed coin, or those an unlisted token claims.
    pub(crate) decimals: Option<u8>,
    /// Symbol of a listed coin, or the one an unlisted token claims.
    pub(crate) symbol: String,
    pub(crate) stands: Stands,
    pub(crate) seen_at: Timestamp,
}

/// How a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    /// In no block that everybody has; so many providers stand by it.
    Open { agreeing: u8 },
    /// In a block of our own chain.
    InBlock { block: BlockId, confirmations: u32, mark: Mark },
    /// Its block was replaced.
    Gone,
}

impl Record {
    /// Every transfer as it stands now.
    pub(crate) fn sightings(&self) -> impl Iterator<Item = Sighting> {
        self.known.iter().map(|(reference, known)| self.sighting(reference, known))
    }

    fn sighting(&self, reference: &str, known: &Known) -> Sighting {
        let coin = self.coins.iter().find(|coin| coin.contract == known.contract);
        let amount = coin.map_or_else(|| self.unlisted_amount(), |coin| coin.ledger_amount(known.base_units));
        let claim = known.claim.as_ref();
        let claimed = || claim.map(|claim| claim.symbol.clone()).unwrap_or_default();
        Sighting {
            reference: format!("{}:{reference}", self.chain.id),
            address: known.to,
            amount,
            known: known.clone(),
            decimals: coin.map(|coin| coin.decimals).or_else(|| claim.and_then(|claim| claim.decimals)),
            symbol: coin.map_or_else(claimed, |coin| coin.currency.symbol().to_owned()),
            stands: self.stands(reference, known),
            seen_at: Timestamp::from_millis(known.seen_at),
        }
    }

    fn stands(&self, reference: &str, known: &Known) -> Stands {
        let waits = known.transaction.is_some_and(|transaction| self.waiting.contains(&transaction));
        match (known.standing, self.doubted.get(reference)) {
            (Standing::Gone, _) if waits => Stands::Open { agreeing: 1 },
            (Standing::Gone, _) => Stands::Gone,
            (Standing::InBlock, Some(agreeing)) => Stands::Open { agreeing: *agreeing },
            (Standing::InBlock, None) => self.in_block(known.block, self.mark_of(known.block)),
            (Standing::Final, _) => self.in_block(known.block, Mark::Finalized),
        }
    }

    fn in_block(&self, block: BlockId, mark: Mark) -> Stands {
        let above = self.head.saturating_sub(block.number).saturating_add(1);
        Stands::InBlock { block, confirmations: u32::try_from(above).unwrap_or(u32::MAX), mark }
    }

    /// Only what was looked at since the promise was made is final; until then it is as good as safe.
    fn mark_of(&self, block: BlockId) -> Mark {
        let reaches = |height: Option<u64>| height >= Some(block.number);
        if reaches(self.marks.safe) || reaches(self.marks.finalized) { Mark::Safe } else { Mark::Head }
    }

    fn unlisted_amount(&self) -> Money {
        let currency = Currency::on_chain(UNLISTED, self.chain.id, 0)
            .expect("the word with a chain's id is a code of at most 20 capitals, digits and a dot");
        Money::zero(currency)
    }
}
