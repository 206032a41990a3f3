//! What a customer is asked to pay: in words, or by the link of a code (EIP-681).

use std::error::Error;

use counterparties::U256;

use super::chains::{Chain, Listed, NATIVE_DECIMALS};
use super::{chain_named, units};

/// A checked payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EvmPayment {
    pub(crate) chain: &'static Chain,
    /// Nothing for the native coin.
    pub(crate) token: Option<&'static Listed>,
    pub(crate) address: String,
    /// Base units or wei.
    pub(crate) units: U256,
}

impl EvmPayment {
    /// `evm:8453/USDC`, an address, and an amount in the coin.
    pub(crate) fn read(coin: &str, address: &str, amount: &str) -> Result<Self, Box<dyn Error>> {
        let (chain, symbol) = coin.split_once('/').ok_or("name chain and coin, like evm:base/USDC")?;
        let chain = chain_named(chain)?;
        let token = chain.tokens.iter().find(|token| token.symbol == symbol);
        if token.is_none() && symbol != chain.native {
            return Err(format!("{symbol} is no coin on {}: try {} or USDC", chain.word, chain.native).into());
        }
        let decimals = token.map_or(NATIVE_DECIMALS, |token| token.decimals);
        let units =
            units(amount, decimals).ok_or_else(|| format!("{amount} is no amount of {symbol}, like 12.5"))?;
        Ok(Self { chain, token, address: address.to_owned(), units })
    }

    /// `ethereum:ADDRESS@CHAIN?value=WEI`, or `ethereum:TOKEN@CHAIN/transfer?address=ADDRESS&uint256=UNITS`.
    pub(crate) fn read_link(link: &str) -> Result<Self, Box<dyn Error>> {
        let unreadable = "this link can't be read: it should begin like ethereum:0x…@8453?value=…";
        let (target, parameters) =
            link.strip_prefix("ethereum:").and_then(|rest| rest.split_once('?')).ok_or(unreadable)?;
        let parameter =
            |name: &str| parameters.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let (place, is_transfer) =
            target.strip_suffix("/transfer").map_or((target, false), |place| (place, true));
        let (target, chain) = place.split_once('@').ok_or("this link names no chain")?;
        let chain = chain_named(&format!("evm:{chain}"))?;
        let (token, address, amount) = if is_transfer {
            let token = chain.tokens.iter().find(|token| token.address.eq_ignore_ascii_case(target));
            let token = token.ok_or_else(|| format!("{target} is no token on {}", chain.word))?;
            (Some(token), parameter("address"), parameter("uint256"))
        } else {
            (None, Some(target), parameter("value"))
        };
        let units = amount.and_then(|amount| units(amount, 0)).ok_or("this link names no amount")?;
        let address = address.ok_or("this link names no address")?.to_owned();
        Ok(Self { chain, token, address, units })
    }
}

#[cfg(test)]
mod tests {
    use super::EvmPayment;

    const SHOP: &str = "0x00000000000000000000000000000000005470b5";

    /// Chain, token, address and base units.
    fn said(payment: Result<EvmPayment, Box<dyn std::error::Error>>) -> Result<String, String> {
        let payment = payment.map_err(|error| error.to_string())?;
        let token = payment.token.map_or(payment.chain.native, |token| token.symbol);
        Ok(format!("{} {token} {} {}", payment.chain.word, payment.address, payment.units))
    }

    #[test]
    fn payment_is_read_from_words_and_from_a_link() {
        let token = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
        let link = format!("ethereum:{token}@8453/transfer?address={SHOP}&uint256=12340000");
        let wished = Ok(format!("base USDC {SHOP} 12340000"));
        assert_eq!(said(EvmPayment::read_link(&link)), wished);
        assert_eq!(said(EvmPayment::read("evm:8453/USDC", SHOP, "12.34")), wished);
        let wished = Ok(format!("polygon POL {SHOP} 1500000000000000"));
        assert_eq!(
            said(EvmPayment::read_link(&format!("ethereum:{SHOP}@137?value=1500000000000000"))),
            wished
        );
        assert_eq!(said(EvmPayment::read("evm:polygon/POL", SHOP, "0.0015")), wished);
    }

    #[test]
    fn payment_that_can_not_be_read_says_why() {
        let refused = |payment| said(payment).unwrap_err();
        let coin = |coin, amount| refused(EvmPayment::read(coin, SHOP, amount));
        assert_eq!(coin("evm:base/POL", "1"), "POL is no coin on base: try ETH or USDC");
        assert_eq!(coin("evm:base/USDC", "0.0000001"), "0.0000001 is no amount of USDC, like 12.5");
        assert_eq!(
            coin("evm:goerli/ETH", "1"),
            "evm:goerli is no chain here: write evm: and one of ethereum, polygon, bnb, arbitrum, optimism, base"
        );
        let link = |link: String| refused(EvmPayment::read_link(&link));
        assert_eq!(link(format!("ethereum:{SHOP}@1?value=1e15")), "this link names no amount");
        assert_eq!(link(format!("ethereum:{SHOP}?value=1")), "this link names no chain");
        assert_eq!(
            link(format!("ethereum:{SHOP}@1/transfer?address={SHOP}&uint256=1")),
            format!("{SHOP} is no token on ethereum")
        );
    }
}
