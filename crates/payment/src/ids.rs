//! Typed, time-ordered ids. Text form: a prefix and a UUID (RFC 9562, version 7) in 32 lower-case hex digits, such as
//! `inv_0192f0c1a2b37c4d8e5f60718293a4b5`. Whoever wants a thing makes its id, so a repeated wish is recognised.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use thiserror::Error;
use uuid::Uuid;

use crate::Timestamp;

/// What an id names; supplies its prefix.
pub trait Kind {
    /// Text before the underscore.
    const PREFIX: &'static str;
}

/// An id of one kind of thing.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

/// Text that is not an id of the wanted kind.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("not an id of this kind: expected `{prefix}_` and a version 7 UUID in 32 hex digits")]
pub struct IdError {
    prefix: &'static str,
}

impl<K: Kind> Id<K> {
    /// Makes an id from the time and ten random bytes, both given.
    #[must_use]
    pub fn generate(now: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        Self { uuid, kind: PhantomData }
    }

    /// Reads the sixteen bytes that are stored.
    ///
    /// # Errors
    /// When they are not a version 7 UUID.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IdError> {
        let uuid = Uuid::from_slice(bytes).map_err(|_| IdError { prefix: K::PREFIX })?;
        Self::checked(uuid)
    }

    /// The sixteen bytes to store; they sort by time.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.uuid.as_bytes()
    }

    /// When it was made, as its maker's clock had it.
    #[must_use]
    pub fn made_at(&self) -> Timestamp {
        let bytes = self.uuid.as_bytes();
        // The first 48 bits of version 7 are milliseconds (RFC 9562, 5.7).
        let millis = bytes[..6].iter().fold(0_i64, |millis, byte| (millis << 8) | i64::from(*byte));
        Timestamp::from_millis(millis)
    }

    fn checked(uuid: Uuid) -> Result<Self, IdError> {
        if uuid.get_version_num() == 7 {
            Ok(Self { uuid, kind: PhantomData })
        } else {
            Err(IdError { prefix: K::PREFIX })
        }
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let refused = IdError { prefix: K::PREFIX };
        let hex =
            text.strip_prefix(K::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(refused.clone())?;
        let is_plain = hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_plain {
            return Err(refused);
        }
        Self::checked(Uuid::try_parse(hex).map_err(|_| refused)?)
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", K::PREFIX, self.uuid.simple())
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $id:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $kind {}

        impl Kind for $kind {
            const PREFIX: &'static str = $prefix;
        }

        $(#[$doc])*
        pub type $id = Id<$kind>;
    )+};
}

kinds! {
    /// Names a sale: the invoice and its payments.
    InvoiceKind, InvoiceId = "inv";
    /// Names a payment; also the attempt id a rail is called with.
    PaymentKind, PaymentId = "pay";
    /// Names a stray payment.
    StrayKind, StrayId = "stray";
    /// Names a parcel of micropayments.
    ParcelKind, ParcelId = "par";
    /// Names a settlement of a payer's tab.
    SettlementKind, SettlementId = "set";
    /// Names a refund that the till asks for; also its idempotency key.
    RefundKind, RefundId = "ref";
    /// Names a payout of a processor to the shop's bank.
    PayoutKind, PayoutId = "pyo";
    /// Names a sweep of coins to the owner's own wallet.
    SweepKind, SweepId = "swp";
    /// Names a page on which a payer saves a card; also its idempotency key.
    PageKind, PageId = "page";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text_and_its_bytes() {
        let id = InvoiceId::generate(Timestamp::from_millis(1_790_000_000_000), [7; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(InvoiceId::from_bytes(id.as_bytes()), Ok(id));
        assert_eq!(id.made_at(), Timestamp::from_millis(1_790_000_000_000));
    }

    #[test]
    fn ids_sort_by_time() {
        let early = PaymentId::generate(Timestamp::from_millis(1_000), [255; 10]);
        let late = PaymentId::generate(Timestamp::from_millis(1_001), [0; 10]);
        assert!(early < late && early.as_bytes() < late.as_bytes());
    }

    #[test]
    fn other_kinds_versions_and_spellings_are_refused() {
        let id = InvoiceId::generate(Timestamp::from_millis(1), [1; 10]).to_string();
        assert!(id.parse::<PaymentId>().is_err());
        assert!(id.to_uppercase().parse::<InvoiceId>().is_err());
        assert!("inv_67e5504410b1426f9247bb680e5fe0c8".parse::<InvoiceId>().is_err(), "version 4");
        assert!("inv_".parse::<InvoiceId>().is_err());
    }
}
