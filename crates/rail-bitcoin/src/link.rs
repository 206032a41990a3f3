//! Payment links (BIP-321, which supersedes BIP-21): address and exact amount, nothing else.
//!
//! The code spells scheme and bech32 address in capitals, which a QR code packs into fewer modules; both standards and
//! BIP-173 allow it. The key `amount` stays in small letters, because some wallets know it only so.

use money::Money;
use payment::rail::PaymentLink;

/// The link for an amount to an address.
pub(crate) fn payment_link(address: &str, amount: Money) -> PaymentLink {
    let amount = amount.to_decimal_string();
    PaymentLink {
        uri: format!("bitcoin:{address}?amount={amount}"),
        code: format!("BITCOIN:{}?amount={amount}", spelled_smallest(address)),
    }
}

/// Base58 addresses mean something else in capitals; bech32 ones don't.
fn spelled_smallest(address: &str) -> String {
    let is_bech32 = ["bc1", "tb1", "bcrt1"].iter().any(|prefix| address.starts_with(prefix));
    if is_bech32 { address.to_uppercase() } else { address.to_owned() }
}

#[cfg(test)]
mod tests {
    use bdk_wallet::bitcoin::address::NetworkUnchecked;
    use bip21::Uri;
    use money::Currency;

    use super::*;

    const ADDRESS: &str = "bcrt1q6rz28mcfaxtmd6v789l9rrlrusdprr9pz3cppk";

    fn link(sat: i64) -> PaymentLink {
        payment_link(ADDRESS, Money::new(sat, Currency::BTC))
    }

    #[test]
    fn the_link_names_address_and_exact_amount() {
        assert_eq!(link(7_759).uri, format!("bitcoin:{ADDRESS}?amount=0.00007759"));
        assert_eq!(
            link(7_759).code,
            "BITCOIN:BCRT1Q6RZ28MCFAXTMD6V789L9RRLRUSDPRR9PZ3CPPK?amount=0.00007759"
        );
    }

    #[test]
    fn an_independent_reader_finds_the_same_in_both_spellings() {
        for sat in [1, 294, 7_759, 100_000_000, 2_100_000_000_000_000] {
            let PaymentLink { uri, code } = link(sat);
            for text in [uri, code] {
                let read: Uri<NetworkUnchecked> = text.parse().unwrap();
                assert_eq!(read.amount.map(|amount| amount.to_sat()), u64::try_from(sat).ok(), "{text}");
                assert_eq!(read.address.assume_checked().to_string(), ADDRESS);
                assert!(read.label.is_none() && read.message.is_none());
            }
        }
    }

    #[test]
    fn an_older_address_keeps_its_spelling() {
        let address = "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn";
        let link = payment_link(address, Money::new(1_000, Currency::BTC));
        assert_eq!(link.code, format!("BITCOIN:{address}?amount=0.00001000"));
    }
}
