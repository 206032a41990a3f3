//! Six EVM chains, and the customers who pay on them.

mod chains;
mod payment;

use std::error::Error;
use std::path::Path;

use chains::CHAINS;
pub(crate) use chains::Chain;
use counterparties::{Anvil, EvmNode, Token, U256};
pub(crate) use payment::EvmPayment;
use serde_json::{Map, Value, json};

/// The nodes, while they run.
pub(crate) struct Chains {
    nodes: Vec<(&'static Chain, Anvil)>,
}

impl Chains {
    /// Starts a node for each chain, with the tokens that people pay with; goes on with the chains that are in `folder`.
    pub(crate) fn start(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut nodes = Vec::with_capacity(CHAINS.len());
        for chain in &CHAINS {
            let node = Anvil::start_in(chain.setup(), &folder.join(chain.word))?;
            for token in &chain.tokens {
                if Token::at(&node, token.kind, token.address).is_err() {
                    Token::deploy_at(&node, token.kind, token.symbol, token.decimals, token.address)?;
                }
            }
            nodes.push((chain, node));
        }
        Ok(Self { nodes })
    }

    /// The sections of the till's settings.
    pub(crate) fn settings(&self) -> String {
        self.nodes.iter().map(|(chain, node)| chain.settings(ACCOUNT, node.url())).collect()
    }

    /// Where each is, by its id.
    pub(crate) fn control(&self) -> Value {
        let each = self.nodes.iter().map(|(chain, node)| {
            (chain.id.to_string(), json!({ "url": node.url(), "process": node.process_id() }))
        });
        Value::Object(each.collect::<Map<_, _>>())
    }
}

/// The till's account on every chain: m/44'/60'/0' of the words `abandon … about` (BIP-39). Nobody is paid with the nodes'
/// own rich accounts.
const ACCOUNT: &str = "[73c5da0a/44'/60'/0']xpub6DCoCpSuQZB2jawqnGMEPS63ePKWkwWPH4TU45Q7LPXWuNd8TMtVxRrgjtEshuqpK3mdhaWHPFsBngh5GFZaM6si3yZdUsT8ddYM3PwnATt";

/// A customer pays; gives the hash of the transaction, which is in one of the next blocks.
pub(crate) fn pay(control: &Value, payment: &EvmPayment) -> Result<String, Box<dyn Error>> {
    let node = running_node(control, payment.chain)?;
    let paid = match payment.token {
        Some(token) => Token::at(&node, token.kind, token.address)?.pay(&payment.address, payment.units)?,
        None => node.pay(&payment.address, payment.units)?,
    };
    Ok(paid)
}

/// Finds blocks at once; gives the number of the newest.
pub(crate) fn mine(control: &Value, chain: &Chain, blocks: u32) -> Result<u64, Box<dyn Error>> {
    let node = running_node(control, chain)?;
    node.mine(blocks)?;
    Ok(node.head()?)
}

/// The chain of a method as the till's command line writes it: `evm:8453`, `evm:base`.
pub(crate) fn chain_named(method: &str) -> Result<&'static Chain, Box<dyn Error>> {
    let known = || CHAINS.each_ref().map(|chain| chain.word).join(", ");
    let named = method.strip_prefix("evm:").and_then(Chain::named);
    named.ok_or_else(|| format!("{method} is no chain here: write evm: and one of {}", known()).into())
}

fn running_node(control: &Value, chain: &Chain) -> Result<EvmNode, Box<dyn Error>> {
    let url = control["evm"][chain.id.to_string()]["url"].as_str();
    let node = EvmNode::at(url.ok_or("this sandbox has no EVM chains: start it again with ./run sandbox")?)?;
    node.head().map_err(|_| "the sandbox does not answer: start it again with ./run sandbox")?;
    Ok(node)
}

/// So many base units are a decimal amount of a coin.
fn units(amount: &str, decimals: u8) -> Option<U256> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let fraction = fraction.trim_end_matches('0');
    let zeros = usize::from(decimals).checked_sub(fraction.len())?;
    let digits = format!("{whole}{fraction}{}", "0".repeat(zeros));
    let is_number = !whole.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| U256::from_str_radix(&digits, 10).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{U256, units};

    #[test]
    fn decimal_amounts_are_read_to_the_last_unit_or_not_at_all() {
        for (amount, decimals, read) in [
            ("12.34", 6, Some(12_340_000_u64)),
            ("1.500", 1, Some(15)),
            ("7", 0, Some(7)),
            ("0.000001", 6, Some(1)),
            ("0.0000001", 6, None),
            (".5", 6, None),
            ("1e3", 6, None),
            ("-1", 6, None),
            ("", 6, None),
        ] {
            assert_eq!(units(amount, decimals), read.map(U256::from), "{amount}");
        }
    }
}
