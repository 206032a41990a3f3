//! Money that arrives, as a transaction and its receipt tell of it. Pure: the same for the provider that is followed and
//! for one that is asked whether it saw the same.
//!
//! Rules: a failed transaction moves nothing; nothing worth zero is an arrival (such transfers only put a look-alike
//! address into somebody's history); an event counts only in the exact shape of ERC-20's `Transfer` (an NFT's has four
//! topics). Whether a token is worth anything is decided elsewhere, by its contract and never by its symbol.

use alloy::primitives::{Address, B256, U256};
use alloy::sol_types::SolEvent;

use crate::block::{BlockId, Event, Transaction};

alloy::sol! {
    /// ERC-20.
    event Transfer(address indexed from, address indexed to, uint256 value);
}

/// The topic of ERC-20's `Transfer`.
pub(crate) const TRANSFER: B256 = Transfer::SIGNATURE_HASH;

/// Money that came to an address in a mined transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// `<transaction>:value` for native coin; `<transaction>:<n>` for the event at place n of its receipt. Unlike the
    /// index of a log in its block, that place is the same when the transaction is mined again elsewhere.
    pub(crate) reference: String,
    pub(crate) transaction: B256,
    pub(crate) block: BlockId,
    pub(crate) to: Address,
    /// `None` for the native coin.
    pub(crate) contract: Option<Address>,
    pub(crate) base_units: U256,
}

/// What a transaction brings to the watched addresses.
pub(crate) fn arrivals(transaction: &Transaction, is_watched: impl Fn(&Address) -> bool) -> Vec<Arrival> {
    if !transaction.succeeded {
        return Vec::new();
    }
    let arrival = |place: String, to: Address, contract: Option<Address>, base_units: U256| Arrival {
        reference: format!("{:#x}:{place}", transaction.hash),
        transaction: transaction.hash,
        block: transaction.block,
        to,
        contract,
        base_units,
    };
    let native = transaction.to.map(|to| arrival("value".to_owned(), to, None, transaction.value));
    let tokens = transaction.events.iter().enumerate().filter_map(|(place, event)| {
        let (to, base_units) = transfer(event)?;
        Some(arrival(place.to_string(), to, Some(event.contract), base_units))
    });
    let all = native.into_iter().chain(tokens);
    all.filter(|arrival| !arrival.base_units.is_zero() && is_watched(&arrival.to)).collect()
}

/// To whom an event says tokens went, and how many base units.
fn transfer(event: &Event) -> Option<(Address, U256)> {
    let [TRANSFER, _, to] = event.topics[..] else { return None };
    let base_units = <[u8; 32]>::try_from(&event.data[..]).ok()?;
    let (high, low) = to.split_at(12);
    high.iter().all(|byte| *byte == 0).then(|| (Address::from_slice(low), U256::from_be_bytes(base_units)))
}

#[cfg(test)]
mod tests {
    use alloy::primitives::Bytes;

    use super::*;

    const SHOP: Address = Address::repeat_byte(0x51);
    const OTHER: Address = Address::repeat_byte(0x77);
    const TOKEN: Address = Address::repeat_byte(0x70);

    fn event(to: Address, base_units: U256) -> Event {
        let topics = vec![TRANSFER, OTHER.into_word(), to.into_word()];
        Event { contract: TOKEN, topics, data: Bytes::from(base_units.to_be_bytes::<32>().to_vec()) }
    }

    fn transaction(to: Option<Address>, value: u64, events: Vec<Event>) -> Transaction {
        let block = BlockId { number: 7, hash: B256::repeat_byte(7) };
        let value = U256::from(value);
        Transaction { hash: B256::repeat_byte(1), block, succeeded: true, to, value, events }
    }

    fn found(transaction: &Transaction) -> Vec<(String, Option<Address>, U256)> {
        let place = |reference: &str| reference.rsplit(':').next().unwrap_or_default().to_owned();
        arrivals(transaction, |address| *address == SHOP)
            .into_iter()
            .map(|arrival| (place(&arrival.reference), arrival.contract, arrival.base_units))
            .collect()
    }

    #[test]
    fn native_coin_arrives_with_a_transaction_that_succeeded() {
        let mut paid = transaction(Some(SHOP), 5, Vec::new());
        assert_eq!(found(&paid), [("value".to_owned(), None, U256::from(5))]);
        paid.succeeded = false;
        assert_eq!(found(&paid), []);
        assert_eq!(found(&transaction(Some(OTHER), 5, Vec::new())), []);
        assert_eq!(found(&transaction(None, 5, Vec::new())), []);
    }

    #[test]
    fn one_transaction_may_bring_several_transfers_beside_native_coin() {
        let events =
            vec![event(SHOP, U256::from(1)), event(OTHER, U256::from(2)), event(SHOP, U256::from(1))];
        let places: Vec<_> =
            found(&transaction(Some(SHOP), 9, events)).into_iter().map(|(place, ..)| place).collect();
        assert_eq!(places, ["value", "0", "2"]);
    }

    #[test]
    fn amounts_are_whole_up_to_256_bits() {
        for base_units in [U256::ONE, U256::from(u64::MAX), U256::from(u128::MAX) + U256::ONE, U256::MAX] {
            let brought = found(&transaction(None, 0, vec![event(SHOP, base_units)]));
            assert_eq!(brought, [("0".to_owned(), Some(TOKEN), base_units)]);
        }
    }

    #[test]
    fn nothing_worth_zero_arrives() {
        assert_eq!(found(&transaction(Some(SHOP), 0, vec![event(SHOP, U256::ZERO)])), []);
    }

    #[test]
    fn an_event_of_another_shape_is_no_transfer() {
        let whole = event(SHOP, U256::from(4));
        let nft = Event {
            topics: [whole.topics.clone(), vec![B256::ZERO]].concat(),
            data: Bytes::new(),
            ..whole.clone()
        };
        let short = Event { data: Bytes::from_static(&[1]), ..whole.clone() };
        let long = Event { data: Bytes::from(vec![0; 64]), ..whole.clone() };
        let bare = Event { topics: whole.topics[..1].to_vec(), ..whole.clone() };
        let none = Event { topics: Vec::new(), ..whole.clone() };
        let mut wide = whole.clone();
        wide.topics[2].0[0] = 1;
        let mut other = whole;
        other.topics[0] = B256::repeat_byte(9);
        for event in [nft, short, long, bare, none, wide, other] {
            assert_eq!(found(&transaction(None, 0, vec![event.clone()])), [], "{event:?}");
        }
    }

    #[test]
    fn a_transfer_keeps_its_reference_in_another_block() {
        let mined = transaction(None, 0, vec![event(SHOP, U256::from(4))]);
        let mut again = mined.clone();
        again.block = BlockId { number: 9, hash: B256::repeat_byte(9) };
        let reference = |transaction| arrivals(transaction, |_| true).remove(0).reference;
        assert_eq!(reference(&mined), reference(&again));
    }
}
