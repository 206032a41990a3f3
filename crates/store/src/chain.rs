//! The hash chain over the journal. Each link covers the link before, the event's row, and the rows of its entries and
//! postings, as they are stored: nothing is encoded a second time to be hashed. Batch boundaries are outside it.
//!
//! A link is the SHA-256 of: a version byte, the hash before, then each row as a mark (`E`, `N`, `P`) and its columns
//! in the order below, each with its type and, for text and blobs, its length. A chain can't see a lost tail: backups
//! and reports keep the head.
//!
//! The micropayments of a parcel are a strand of links of their own (mark `M`), each over the one before, the first over
//! the event before the parcel's; the last of them stands in the payload of the parcel's event, and so in the chain.

use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};

/// A hash of the chain.
pub(crate) type Hash = [u8; 32];

/// Version of the rule above.
const VERSION: u8 = 1;

/// What a link covers of an event, in order.
pub(crate) const EVENT_COLUMNS: usize = 9;
/// What a link covers of an entry, in order.
pub(crate) const ENTRY_COLUMNS: usize = 8;
/// What a link covers of a posting, in order.
pub(crate) const POSTING_COLUMNS: usize = 7;
/// What a link covers of a micropayment, in order.
pub(crate) const MICROPAYMENT_COLUMNS: usize = 16;

/// An event's row without its hash: `event_id, subject_kind, subject_id, subject_version, kind, encoding, payload,
/// source, recorded_at`.
pub(crate) type EventColumns<'a> = [ValueRef<'a>; EVENT_COLUMNS];
/// An entry's row: `entry_id, event_id, subject_id, ordinal, kind, reverses, rate, rate_source`.
pub(crate) type EntryColumns<'a> = [ValueRef<'a>; ENTRY_COLUMNS];
/// A posting's row: `entry_id, line, account, currency, scale, minor, previous_entry`.
pub(crate) type PostingColumns<'a> = [ValueRef<'a>; POSTING_COLUMNS];

/// A micropayment's row without its hash: `micropayment_id, event_id, instruction, digest, amount_minor, currency, scale,
/// method, rail, route, route_note, fee_minor, payer, memo, metadata, previous_on_tab`.
pub(crate) type MicropaymentColumns<'a> = [ValueRef<'a>; MICROPAYMENT_COLUMNS];

/// The hash before the first event. It binds the chain to its data file.
pub(crate) fn genesis(mode: &str, database_id: &str, created_at: i64) -> Hash {
    let mut link = Link::after(&[0; 32]);
    link.row(
        b'G',
        &[
            ValueRef::Text(mode.as_bytes()),
            ValueRef::Text(database_id.as_bytes()),
            ValueRef::Integer(created_at),
        ],
    );
    link.close()
}

/// A link being made.
pub(crate) struct Link(Sha256);

impl Link {
    /// Begins the link after the one with this hash.
    pub(crate) fn after(previous: &Hash) -> Self {
        Self(Sha256::new().chain_update([VERSION]).chain_update(previous))
    }

    pub(crate) fn event(&mut self, columns: &EventColumns<'_>) {
        self.row(b'E', columns);
    }

    pub(crate) fn entry(&mut self, columns: &EntryColumns<'_>) {
        self.row(b'N', columns);
    }

    pub(crate) fn posting(&mut self, columns: &PostingColumns<'_>) {
        self.row(b'P', columns);
    }

    pub(crate) fn micropayment(&mut self, columns: &MicropaymentColumns<'_>) {
        self.row(b'M', columns);
    }

    pub(crate) fn close(self) -> Hash {
        self.0.finalize().into()
    }

    fn row(&mut self, mark: u8, columns: &[ValueRef<'_>]) {
        self.0.update([mark]);
        for column in columns {
            self.column(*column);
        }
    }

    fn column(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Null => self.0.update(b"n"),
            ValueRef::Integer(number) => {
                self.0.update(b"i");
                self.0.update(number.to_be_bytes());
            }
            ValueRef::Real(number) => {
                self.0.update(b"r");
                self.0.update(number.to_bits().to_be_bytes());
            }
            ValueRef::Text(bytes) => self.bytes(b't', bytes),
            ValueRef::Blob(bytes) => self.bytes(b'b', bytes),
        }
    }

    fn bytes(&mut self, mark: u8, bytes: &[u8]) {
        self.0.update([mark]);
        self.0.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(columns: &[ValueRef<'_>]) -> Hash {
        let mut link = Link::after(&[7; 32]);
        link.row(b'E', columns);
        link.close()
    }

    #[test]
    fn moving_a_byte_from_one_column_to_the_next_changes_the_hash() {
        assert_ne!(
            link(&[ValueRef::Text(b"ab"), ValueRef::Text(b"c")]),
            link(&[ValueRef::Text(b"a"), ValueRef::Text(b"bc")])
        );
    }

    #[test]
    fn the_type_of_a_value_is_part_of_the_hash() {
        assert_ne!(link(&[ValueRef::Text(b"x")]), link(&[ValueRef::Blob(b"x")]));
        assert_ne!(link(&[ValueRef::Null]), link(&[ValueRef::Integer(0)]));
    }

    #[test]
    fn the_rule_of_hashing_never_changes() {
        let hash = genesis("live", "00112233445566778899aabbccddeeff", 1_790_000_000_000);
        assert_eq!(hex::encode(hash), "fb9b1162df90c017282457239753b2bd522e9cc2c86c12b919abc1cc7b4c6c1e");
    }
}
