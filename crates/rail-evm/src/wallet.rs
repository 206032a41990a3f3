//! The addresses that were shown: to which payment, when, and which of them are looked at how closely.
//!
//! An address is offered once, to one payment, and is the same on every chain.

use std::collections::{BTreeMap, HashMap};

use alloy::primitives::Address;
use payment::{PaymentId, Timestamp};

use crate::Account;
use crate::stored::Shown;

/// Addresses left out after a restore: the till that was lost may have shown them after its backup.
pub const RESTORE_SKIP: u32 = 20;
/// For so long after it was shown an address is *open*: every block is searched for it.
const OPEN_FOR_MILLIS: i64 = 60 * 60 * 1_000;
/// For so long it is *recent*: its balances are looked at with every look at rest.
const RECENT_FOR_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// The addresses of one account.
pub(crate) struct Wallet {
    account: Account,
    shown: BTreeMap<u32, Shown>,
    index_of_payment: HashMap<String, u32>,
    index_of_address: HashMap<Address, u32>,
}

impl Wallet {
    /// Opens with the addresses the store holds.
    pub(crate) fn open(account: Account, shown: BTreeMap<u32, Shown>) -> Self {
        let mut wallet = Self {
            account,
            shown: BTreeMap::new(),
            index_of_payment: HashMap::new(),
            index_of_address: HashMap::new(),
        };
        for (index, shown) in shown {
            wallet.put(index, shown);
        }
        wallet
    }

    /// The address for a payment; the same payment gets the same one. `None` when the account has no more.
    pub(crate) fn offer(&mut self, payment: PaymentId, now: Timestamp) -> Option<(u32, Shown)> {
        let payment = payment.to_string();
        if let Some(index) = self.index_of_payment.get(&payment) {
            return self.shown.get(index).map(|shown| (*index, shown.clone()));
        }
        let mut index = self.next_index();
        let address = loop {
            match self.account.derive(index) {
                Some(address) => break address,
                None => index = index.checked_add(1).filter(|index| *index < 1 << 31)?,
            }
        };
        let shown = Shown { address, payment: Some(payment), at: now.millis() };
        self.put(index, shown.clone());
        Some((index, shown))
    }

    /// Leaves out as many addresses as another copy of the books may have shown, and watches them.
    pub(crate) fn skip(&mut self, count: u32, now: Timestamp) -> BTreeMap<u32, Shown> {
        let first = self.next_index();
        let indices = first..first.saturating_add(count);
        let skipped: BTreeMap<u32, Shown> = indices
            .filter_map(|index| {
                let address = self.account.derive(index)?;
                Some((index, Shown { address, payment: None, at: now.millis() }))
            })
            .collect();
        for (index, shown) in &skipped {
            self.put(*index, shown.clone());
        }
        skipped
    }

    /// The next so many addresses that were never shown.
    pub(crate) fn next_addresses(&self, count: u32) -> Vec<Address> {
        let first = self.next_index();
        (first..first.saturating_add(count)).filter_map(|index| self.account.derive(index)).collect()
    }

    /// Was this address ever shown?
    pub(crate) fn is_ours(&self, address: &Address) -> bool {
        self.index_of_address.contains_key(address)
    }

    /// Addresses for which every block is searched.
    pub(crate) fn open_addresses(&self, now: Timestamp) -> Vec<Address> {
        self.shown_since(now.millis().saturating_sub(OPEN_FOR_MILLIS))
    }

    /// Addresses whose balances are looked at with every look, the open ones among them.
    pub(crate) fn recent_addresses(&self, now: Timestamp) -> Vec<Address> {
        self.shown_since(now.millis().saturating_sub(RECENT_FOR_MILLIS))
    }

    /// The next so many addresses from this index on, round and round, and where the round goes on.
    pub(crate) fn round(&self, from: u32, count: usize) -> (Vec<Address>, u32) {
        let rest = self.shown.range(from..).chain(self.shown.range(..from));
        let part: Vec<(u32, Address)> =
            rest.take(count).map(|(index, shown)| (*index, shown.address)).collect();
        let next = part.last().map_or(0, |(index, _)| index.saturating_add(1));
        (part.into_iter().map(|(_, address)| address).collect(), next)
    }

    /// Addresses are shown in the order of time, so the youngest are at the end.
    fn shown_since(&self, since: i64) -> Vec<Address> {
        let youngest = self.shown.values().rev().take_while(|shown| shown.at >= since);
        youngest.map(|shown| shown.address).collect()
    }

    fn next_index(&self) -> u32 {
        self.shown.last_key_value().map_or(0, |(index, _)| index.saturating_add(1))
    }

    fn put(&mut self, index: u32, shown: Shown) {
        if let Some(payment) = &shown.payment {
            self.index_of_payment.insert(payment.clone(), index);
        }
        self.index_of_address.insert(shown.address, index);
        self.shown.insert(index, shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_account;

    /// The account of `test test test test test test test test test test test junk`.
    const ACCOUNT: &str = "xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8heNP3FGkeV9qwfzvZNSd54JoNXVsXFYSYwHsnJxqP";

    fn wallet() -> Wallet {
        Wallet::open(check_account(ACCOUNT).unwrap(), BTreeMap::new())
    }

    fn payment(number: u8) -> PaymentId {
        PaymentId::generate(Timestamp::from_millis(1_790_000_000_000), [number; 10])
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * 60_000)
    }

    #[test]
    fn every_payment_gets_an_address_of_its_own_and_asking_again_the_same() {
        let mut wallet = wallet();
        let (first, shown) = wallet.offer(payment(1), at(0)).unwrap();
        let (second, _) = wallet.offer(payment(2), at(1)).unwrap();
        assert_eq!((first, second), (0, 1));
        assert_eq!(wallet.offer(payment(1), at(9)), Some((0, shown)));
    }

    #[test]
    fn addresses_that_another_copy_may_have_shown_are_left_out_and_watched() {
        let mut wallet = wallet();
        wallet.offer(payment(1), at(0));
        assert_eq!(wallet.skip(RESTORE_SKIP, at(1)).len(), 20);
        let (next, _) = wallet.offer(payment(2), at(2)).unwrap();
        assert_eq!(next, 21);
        assert_eq!(wallet.recent_addresses(at(2)).len(), 22);
    }

    #[test]
    fn an_address_is_open_for_an_hour_and_recent_for_a_day() {
        let mut wallet = wallet();
        wallet.offer(payment(1), at(0));
        wallet.offer(payment(2), at(30));
        let seen =
            |minutes| (wallet.open_addresses(at(minutes)).len(), wallet.recent_addresses(at(minutes)).len());
        assert_eq!(seen(60), (2, 2));
        assert_eq!(seen(61), (1, 2));
        assert_eq!(seen(91), (0, 2));
        assert_eq!(seen(24 * 60 + 31), (0, 0));
    }

    #[test]
    fn the_round_comes_by_every_address() {
        let mut wallet = wallet();
        for number in 0..5 {
            wallet.offer(payment(number), at(0));
        }
        let (one, next) = wallet.round(0, 3);
        let (two, next_but_one) = wallet.round(next, 3);
        assert_eq!((one.len(), two.len(), next, next_but_one), (3, 3, 3, 1));
        assert!(
            wallet.shown.values().all(|shown| one.contains(&shown.address) || two.contains(&shown.address))
        );
    }
}
