//! Addresses, transaction ids and block hashes: hashes of what they stand for, so that equal worlds have equal names.

use bech32::{hrp, segwit};
use money::Money;
use payment::PaymentId;
use payment::rail::PaymentLink;
use sha2::{Digest, Sha256};

use crate::nature::PracticeCoin;

/// Bytes of a version 0 witness program that pays to a key (BIP 141).
const KEY_HASH_BYTES: usize = 20;

/// Digits of an EVM address that follow its spelling.
const EVM_DIGITS: usize = 32;

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

/// An address of a payment on the EVM chains. Real ones have no test network of their own, so this one is spelled in a way
/// that no wallet takes: nobody can pay it by accident.
pub(crate) fn evm_of(payment: PaymentId) -> String {
    let hash = digest(&[b"address", payment.as_bytes()]);
    format!("0xpractice{}", &hex::encode(hash)[..EVM_DIGITS])
}

/// A payment link in the form of EIP-681, under a scheme that no wallet opens.
pub(crate) fn evm_link(address: &str, coin: &PracticeCoin, amount: Money) -> PaymentLink {
    let chain_id = coin.currency.chain_id().unwrap_or_default();
    let zeros = usize::from(coin.decimals.saturating_sub(coin.currency.scale()));
    let base_units = format!("{}{}", amount.minor(), "0".repeat(zeros));
    let uri = match &coin.contract {
        None => format!("practice-ethereum:{address}@{chain_id}?value={base_units}"),
        Some(contract) => {
            format!("practice-ethereum:{contract}@{chain_id}/transfer?address={address}&uint256={base_units}")
        }
    };
    PaymentLink { code: uri.clone(), uri }
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
    fn an_evm_address_is_as_long_as_a_real_one_and_no_wallet_takes_it() {
        let payment = PaymentId::generate(Timestamp::from_millis(1_790_000_000_000), [7; 10]);
        let address = evm_of(payment);
        assert_eq!(address.len(), 42);
        assert!(!address[2..].bytes().all(|digit| digit.is_ascii_hexdigit()), "{address}");
    }

    #[test]
    fn an_evm_link_asks_for_the_exact_base_units_under_a_scheme_of_its_own() {
        let coin = |symbol: &str, decimals, contract: Option<&str>| PracticeCoin {
            currency: Currency::on_chain(symbol, 8_453, decimals).unwrap(),
            chain: "Base".to_owned(),
            contract: contract.map(str::to_owned),
            decimals,
        };
        let ether = coin("ETH", 18, None);
        let link = evm_link("0xpractice1", &ether, Money::new(1_500_000, ether.currency));
        assert_eq!(link.uri, "practice-ethereum:0xpractice1@8453?value=1500000000000000");
        let usdc = coin("USDC", 6, Some("0xC"));
        let link = evm_link("0xpractice1", &usdc, Money::new(12_340_000, usdc.currency));
        assert_eq!(link.uri, "practice-ethereum:0xC@8453/transfer?address=0xpractice1&uint256=12340000");
    }

    #[test]
    fn a_link_asks_for_the_exact_amount() {
        let link = link("bcrt1qxyz", Money::new(7_759, Currency::BTC));
        assert_eq!(link.uri, "bitcoin:bcrt1qxyz?amount=0.00007759");
        assert_eq!(link.code, "BITCOIN:BCRT1QXYZ?amount=0.00007759");
    }
}
