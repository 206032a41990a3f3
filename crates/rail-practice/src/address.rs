//! Addresses, transaction ids and block hashes: hashes of what they stand for, so that equal worlds have equal names.

use bech32::{hrp, segwit};
use money::Money;
use payment::PaymentId;
use payment::rail::PaymentLink;
use sha2::{Digest, Sha256};

/// Bytes of a version 0 witness program that pays to a key (BIP 141).
const KEY_HASH_BYTES: usize = 20;

/// The address of a payment: a regtest segwit address (BIP 173) to which nobody has the key.
pub(crate) fn of(payment: PaymentId) -> String {
    let hash = digest(&[b"address", payment.as_bytes()]);
    segwit::encode_v0(hrp::BCRT, &hash[..KEY_HASH_BYTES]).expect("20 bytes are a version 0 program (BIP 141)")
}

/// The id of the transaction that is the `event`th thing to happen.
pub(crate) fn txid(address: &str, event: u64) -> String {
    hex::encode(digest(&[b"transaction", address.as_bytes(), &event.to_be_bytes()]))
}

/// The hash of the block that is the `event`th thing to happen.
pub(crate) fn block_hash(event: u64) -> String {
    hex::encode(digest(&[b"block", &event.to_be_bytes()]))
}

/// The hash of the block before the first.
pub(crate) fn genesis_hash() -> String {
    hex::encode(digest(&[b"genesis"]))
}

/// A payment link (BIP 21). An upper-case address needs fewer dots in the code (BIP 173); the rest is case-sensitive.
pub(crate) fn link(address: &str, amount: Money) -> PaymentLink {
    let amount = amount.to_decimal_string();
    PaymentLink {
        uri: format!("bitcoin:{address}?amount={amount}"),
        code: format!("BITCOIN:{}?amount={amount}", address.to_ascii_uppercase()),
    }
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"tillstream practice");
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use money::Currency;
    use payment::Timestamp;

    use super::*;

    #[test]
    fn an_address_is_of_regtest_and_its_checksum_is_right() {
        let payment = PaymentId::generate(Timestamp::from_millis(1_790_000_000_000), [7; 10]);
        let (network, version, program) = segwit::decode(&of(payment)).unwrap();
        assert_eq!((network, version, program.len()), (hrp::BCRT, segwit::VERSION_0, KEY_HASH_BYTES));
        let other = PaymentId::generate(Timestamp::from_millis(1_790_000_000_000), [8; 10]);
        assert_ne!(of(payment), of(other));
    }

    #[test]
    fn a_link_asks_for_the_exact_amount() {
        let link = link("bcrt1qxyz", Money::new(7_759, Currency::BTC));
        assert_eq!(link.uri, "bitcoin:bcrt1qxyz?amount=0.00007759");
        assert_eq!(link.code, "BITCOIN:BCRT1QXYZ?amount=0.00007759");
    }
}
