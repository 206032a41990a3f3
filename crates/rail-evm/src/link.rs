//! Payment links of EIP-681: recipient, chain and exact amount as plain integers of base units, never with an exponent,
//! because some wallets read only those.

use alloy::primitives::{Address, U256};
use payment::rail::PaymentLink;

use crate::coin::Coin;

/// The link for so many base units of a coin to an address. Its code is spelled alike: an address in capitals would lose
/// its check digits (EIP-55).
pub(crate) fn payment_link(chain_id: u64, coin: &Coin, to: &Address, base_units: U256) -> PaymentLink {
    let to = to.to_checksum(None);
    let uri = match coin.contract {
        None => format!("ethereum:{to}@{chain_id}?value={base_units}"),
        Some(contract) => {
            let contract = contract.to_checksum(None);
            format!("ethereum:{contract}@{chain_id}/transfer?address={to}&uint256={base_units}")
        }
    };
    PaymentLink { code: uri.clone(), uri }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chain, TokenConfig};

    const TO: &str = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359";

    fn link(coin: usize, base_units: U256) -> String {
        let base = Chain::named("base").unwrap();
        let usdc = TokenConfig {
            symbol: "USDC".to_owned(),
            contract: base.tokens()[0].contract(),
            decimals: base.tokens()[0].decimals,
        };
        let coins = Coin::all_of(base, &[usdc]).unwrap();
        payment_link(base.id, &coins[coin], &TO.parse().unwrap(), base_units).uri
    }

    #[test]
    fn native_coin_is_asked_for_in_wei() {
        let wei = U256::from(1_500_000_000_000_000_u64);
        assert_eq!(link(0, wei), format!("ethereum:{TO}@8453?value=1500000000000000"));
    }

    #[test]
    fn a_token_is_asked_for_at_its_contract_in_its_base_units() {
        assert_eq!(
            link(1, U256::from(12_340_000)),
            format!(
                "ethereum:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913@8453/transfer?address={TO}&uint256=12340000"
            )
        );
    }

    #[test]
    fn large_amounts_have_no_exponent() {
        let uri = link(0, U256::from(10).pow(U256::from(27)));
        assert!(uri.ends_with("?value=1000000000000000000000000000"), "{uri}");
    }
}
