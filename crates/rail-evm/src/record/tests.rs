//! The record of a chain: blocks that go, balances that say more or less, tolls, spam, and any sequence of it all.

use alloy::primitives::U256;
use payment::transfer::Mark;
use proptest::prelude::*;

use super::*;
use crate::TokenConfig;
use crate::provider::Holding;

const SHOP: Address = Address::repeat_byte(0x51);
const NOW: i64 = 1_790_000_000_000;

fn usdc() -> Address {
    Chain::named("base").unwrap().tokens()[0].contract
}

fn record() -> Record {
    let chain = Chain::named("base").unwrap();
    let token = TokenConfig { symbol: "USDC".to_owned(), contract: usdc().to_checksum(None), decimals: 6 };
    Record::open(chain, Coin::all_of(chain, &[token]).unwrap(), StoredChain::default())
}

fn block(number: u64, branch: u8) -> BlockId {
    let mut hash = B256::repeat_byte(branch);
    hash.0[..8].copy_from_slice(&number.to_be_bytes());
    BlockId { number, hash }
}

fn header(number: u64, branch: u8, parent: u8) -> Header {
    Header { id: block(number, branch), parent: block(number - 1, parent).hash, seconds: number }
}

/// A record that follows blocks 10 to `last` of branch 0.
fn following(last: u64) -> Record {
    let mut record = record();
    record.begin_at(block(10, 0));
    for number in 11..=last {
        record.take(&header(number, 0, 0));
    }
    record.heard_of(block(last, 0));
    record
}

fn arrival(tag: u8, base_units: u64, contract: Option<Address>, block: BlockId) -> Arrival {
    let transaction = B256::repeat_byte(tag);
    let place = if contract.is_some() { "0" } else { "value" };
    let reference = format!("{transaction:#x}:{place}");
    Arrival { reference, transaction, block, to: SHOP, contract, base_units: U256::from(base_units) }
}

fn native() -> Holding {
    Holding { owner: SHOP, contract: None }
}

fn token() -> Holding {
    Holding { owner: SHOP, contract: Some(usdc()) }
}

fn standings(record: &Record) -> Vec<(i64, level::Stands)> {
    record.sightings().map(|sighting| (sighting.amount.minor(), sighting.stands)).collect()
}

fn in_block(block: BlockId, confirmations: u32, mark: Mark) -> level::Stands {
    level::Stands::InBlock { block, confirmations, mark }
}

#[test]
fn a_transfer_counts_its_confirmations_and_what_the_chain_promises() {
    let mut record = following(14);
    record.arrive(arrival(1, 5_000_000, Some(usdc()), block(12, 0)), None, NOW);
    let standing = |record: &Record| standings(record)[0].1;
    assert_eq!(standing(&record), in_block(block(12, 0), 3, Mark::Head));
    record.mark(Marks { safe: Some(12), finalized: None });
    assert_eq!(standing(&record), in_block(block(12, 0), 3, Mark::Safe));
    record.mark(Marks { safe: Some(14), finalized: Some(12) });
    assert_eq!(standing(&record), in_block(block(12, 0), 3, Mark::Finalized));
}

#[test]
fn a_transfer_whose_block_is_replaced_is_gone_until_another_block_has_it() {
    let mut record = following(14);
    let first = arrival(1, 5_000_000, Some(usdc()), block(13, 0));
    record.arrive(first.clone(), None, NOW);
    record.take(&header(13, 1, 0));
    assert_eq!(standings(&record), [(5_000_000, level::Stands::Gone)]);
    assert_eq!(record.lost(NOW), [first.transaction]);
    record.waits(first.transaction, true);
    assert_eq!(standings(&record), [(5_000_000, level::Stands::Open { agreeing: 1 })]);
    record.take(&header(14, 1, 1));
    record.arrive(Arrival { block: block(14, 1), ..first }, None, NOW + 9);
    assert_eq!(standings(&record), [(5_000_000, in_block(block(14, 1), 1, Mark::Head))]);
    assert!(record.lost(NOW).is_empty());
}

#[test]
fn a_block_below_our_own_chain_is_looked_up_and_its_transfers_go_with_it() {
    let mut record = following(14);
    record.arrive(arrival(1, 5, None, block(5, 0)), None, NOW);
    record.arrive(arrival(2, 5, None, block(6, 0)), None, NOW);
    assert_eq!(record.to_look_up(), [block(5, 0), block(6, 0)]);
    record.mark(Marks { safe: None, finalized: Some(5) });
    record.looked_up(block(5, 0), block(5, 0).hash);
    record.looked_up(block(6, 0), block(6, 1).hash);
    let standing: Vec<_> = record.known.values().map(|known| known.standing).collect();
    assert_eq!(standing, [Standing::Final, Standing::Gone]);
    assert!(record.to_look_up().is_empty());
}

#[test]
fn a_promise_for_a_block_that_was_not_looked_at_is_not_believed_as_final() {
    let mut record = following(14);
    record.arrive(arrival(1, 5, None, block(5, 0)), None, NOW);
    record.mark(Marks { safe: Some(9), finalized: Some(9) });
    assert_eq!(standings(&record)[0].1, in_block(block(5, 0), 10, Mark::Safe));
}

#[test]
fn what_only_a_balance_shows_is_booked_once() {
    let mut record = following(14);
    record.arrive(arrival(1, 2_000_000_000, None, block(12, 0)), None, NOW);
    for _ in 0..3 {
        record.compare(native(), U256::from(5_000_000_000_u64), block(14, 0), NOW);
    }
    let amounts: Vec<_> = standings(&record).into_iter().map(|(amount, _)| amount).collect();
    assert_eq!(amounts, [2, 3]);
    assert!(record.sightings().any(|sighting| sighting.reference.ends_with(":ETH.8453:internal:0")));
}

#[test]
fn what_only_a_balance_showed_keeps_its_name_when_its_block_is_replaced() {
    let mut record = following(14);
    record.compare(native(), U256::from(7), block(14, 0), NOW);
    record.take(&header(14, 1, 0));
    assert_eq!(standings(&record)[0].1, level::Stands::Gone);
    record.compare(native(), U256::from(7), block(14, 1), NOW + 9);
    assert_eq!(record.known.len(), 1);
    assert_eq!(standings(&record)[0].1, in_block(block(14, 1), 1, Mark::Head));
}

#[test]
fn money_of_a_later_block_is_not_missed_at_an_earlier_one() {
    let mut record = following(14);
    record.arrive(arrival(1, 5, None, block(14, 0)), None, NOW);
    record.arrive(arrival(2, 9, Some(usdc()), block(14, 0)), None, NOW);
    for holding in [native(), token()] {
        record.compare(holding, U256::ZERO, block(12, 0), NOW);
    }
    record.compare(native(), U256::from(5), block(14, 0), NOW);
    record.compare(token(), U256::from(9), block(14, 0), NOW);
    let amounts: Vec<_> = record.known.values().map(|known| known.base_units).collect();
    assert_eq!(amounts, [U256::from(5), U256::from(9)]);
    assert!(record.outflows.is_empty());
}

#[test]
fn money_that_was_swept_is_no_loss_and_the_next_payment_is_seen() {
    let mut record = following(14);
    record.arrive(arrival(1, 5, None, block(11, 0)), None, NOW);
    record.compare(native(), U256::from(5), block(12, 0), NOW);
    record.compare(native(), U256::ZERO, block(13, 0), NOW);
    assert_eq!(record.known.len(), 1);
    record.compare(native(), U256::from(3), block(14, 0), NOW);
    let amounts: Vec<_> = record.known.values().map(|known| known.base_units).collect();
    assert!(amounts.contains(&U256::from(3)) && amounts.contains(&U256::from(5)));
}

#[test]
fn a_sweep_whose_block_is_replaced_is_no_payment() {
    let mut record = following(14);
    record.arrive(arrival(1, 5, None, block(11, 0)), None, NOW);
    record.compare(native(), U256::ZERO, block(14, 0), NOW);
    record.take(&header(14, 1, 0));
    record.compare(native(), U256::from(5), block(14, 1), NOW);
    assert_eq!(record.known.len(), 1, "the money is back, and nothing came");
}

#[test]
fn a_token_that_takes_a_toll_counts_as_what_arrived() {
    let mut record = following(14);
    record.arrive(arrival(1, 100, Some(usdc()), block(13, 0)), None, NOW);
    record.compare(token(), U256::from(98), block(14, 0), NOW);
    assert_eq!(standings(&record)[0].0, 98);
    record.compare(token(), U256::from(90), block(14, 0), NOW);
    assert_eq!(standings(&record)[0].0, 98, "what is missing later went away");
    record.arrive(arrival(1, 100, Some(usdc()), block(13, 0)), None, NOW);
    assert_eq!(standings(&record)[0].0, 98, "seen again in the same block");
}

#[test]
fn unlisted_tokens_are_worth_nothing_and_few_of_them_are_noted() {
    let mut record = following(14);
    for tag in 0..40_u8 {
        let fake = Address::repeat_byte(tag);
        if record.notes_unlisted(SHOP, fake) {
            let claim = Claim { symbol: "USDC".to_owned(), decimals: Some(6) };
            record.arrive(arrival(tag, 1_000_000, Some(fake), block(13, 0)), Some(claim), NOW);
        }
    }
    assert_eq!(record.known.len(), UNLISTED_MAX);
    assert!(
        record
            .sightings()
            .all(|seen| seen.amount.is_zero() && seen.amount.currency().code() == "UNLISTED.8453")
    );
    assert!(record.notes_unlisted(SHOP, Address::repeat_byte(3)), "one that is known already");
}

#[test]
fn what_is_stored_opens_as_it_was() {
    let mut record = following(14);
    record.arrive(arrival(1, 100, Some(usdc()), block(13, 0)), None, NOW);
    record.compare(token(), U256::from(98), block(14, 0), NOW);
    record.compare(native(), U256::from(7), block(14, 0), NOW);
    record.scanned(block(14, 0));
    let stored = record.staged();
    let chain = record.chain;
    let opened = Record::open(chain, record.coins.clone(), stored);
    assert_eq!(standings(&opened), standings(&record));
    assert_eq!(opened.tip(), Some(block(14, 0)));
}

/// What the chain does in a drawn story.
#[derive(Clone, Debug)]
enum Deed {
    Pays { wei: u64 },
    PaysInside { wei: u64 },
    Sweeps,
    Replaces { depth: u64 },
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        (1_u64..100).prop_map(|wei| Deed::Pays { wei }),
        (1_u64..100).prop_map(|wei| Deed::PaysInside { wei }),
        Just(Deed::Sweeps),
        (1_u64..6).prop_map(|depth| Deed::Replaces { depth }),
    ];
    prop::collection::vec(deed, 1..40)
}

/// The balance after each block of a drawn chain, and the payments in it.
struct Drawn {
    blocks: Vec<(BlockId, U256)>,
}

impl Drawn {
    fn balance(&self) -> U256 {
        self.blocks.last().map_or(U256::ZERO, |(_, balance)| *balance)
    }

    fn next(&mut self, branch: u8, balance: U256) -> (Header, BlockId) {
        let (tip, _) = *self.blocks.last().unwrap();
        let id = block(tip.number + 1, branch);
        self.blocks.push((id, balance));
        (Header { id, parent: tip.hash, seconds: id.number }, id)
    }
}

proptest! {
    #[test]
    fn after_any_story_what_came_less_what_went_is_the_balance(deeds in deeds()) {
        let mut record = following(10);
        let mut drawn = Drawn { blocks: vec![(block(10, 0), U256::ZERO)] };
        for (tag, deed) in deeds.into_iter().enumerate() {
            let tag = u8::try_from(tag).unwrap() + 1;
            let (wei, is_seen) = match deed {
                Deed::Pays { wei } => (Some(wei), true),
                Deed::PaysInside { wei } => (Some(wei), false),
                Deed::Sweeps => (None, false),
                Deed::Replaces { depth } => {
                    let kept = drawn.blocks.len().saturating_sub(usize::try_from(depth).unwrap()).max(1);
                    drawn.blocks.truncate(kept);
                    (Some(0), false)
                }
            };
            let balance = wei.map_or(U256::ZERO, |wei| drawn.balance() + U256::from(wei));
            let (header, id) = drawn.next(tag, balance);
            while !matches!(record.take(&header), Taken::Extended(_)) {
                let (below, _) = drawn.blocks[drawn.blocks.len() - 2];
                record.take_again(below.number + 1);
            }
            if let (Some(wei), true) = (wei, is_seen) {
                record.arrive(arrival(tag, wei, None, id), None, NOW);
            }
            record.compare(native(), balance, id, NOW);
            prop_assert!(!record.has_grown(native(), balance, id));
            prop_assert!(balance.is_zero() || record.has_grown(native(), balance + U256::ONE, id));
            let stands = record.known.values().filter(|known| known.standing != Standing::Gone);
            prop_assert!(stands.map(|known| known.base_units).sum::<U256>() >= balance);
        }
    }
}
