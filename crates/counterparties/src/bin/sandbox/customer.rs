//! What a developer may ask of the customer and the miner.

use std::error::Error;
use std::fs;
use std::path::Path;

use bitcoin::{Amount, Denomination};
use counterparties::{Fate, Node, Txid};
use serde_json::Value;

use crate::evm::{self, Chain, EvmPayment};
use crate::running::CONTROL_FILE;
use crate::stripe;

/// A checked command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Pay { address: String, sat: u64 },
    PayOnEvm(EvmPayment),
    Mine(u32),
    MineOnEvm(&'static Chain, u32),
    Bump(Txid),
    TakeBack(Txid),
    Reorg(u32, Fate),
    Tap,
}

impl Wish {
    /// Nothing when no command has this form; an error when an argument of it cannot be read.
    pub(crate) fn read(command: &str, arguments: &[&str]) -> Option<Result<Self, Box<dyn Error>>> {
        let wish = match (command, arguments) {
            ("pay", [link]) if link.starts_with("ethereum:") => {
                EvmPayment::read_link(link).map(Self::PayOnEvm)
            }
            ("pay", [uri]) => Self::pay_uri(uri),
            ("pay", [coin, address, amount]) => EvmPayment::read(coin, address, amount).map(Self::PayOnEvm),
            ("pay", [address, amount]) => Self::pay(address, amount),
            ("mine", [chain]) if chain.starts_with("evm:") => Self::mine_on(chain, "1"),
            ("mine", [chain, count]) => Self::mine_on(chain, count),
            ("mine", []) => Ok(Self::Mine(1)),
            ("mine", [count]) => blocks(count).map(Self::Mine),
            ("bump", [txid]) => transaction(txid).map(Self::Bump),
            ("take-back", [txid]) => transaction(txid).map(Self::TakeBack),
            ("reorg", [depth]) => blocks(depth).map(|depth| Self::Reorg(depth, Fate::MinedAgain)),
            ("tap", []) => Ok(Self::Tap),
            ("undo", [depth]) => blocks(depth).map(|depth| Self::Reorg(depth, Fate::Gone)),
            _ => return None,
        };
        Some(wish)
    }

    fn mine_on(chain: &str, count: &str) -> Result<Self, Box<dyn Error>> {
        Ok(Self::MineOnEvm(evm::chain_named(chain)?, blocks(count)?))
    }

    fn pay(address: &str, amount: &str) -> Result<Self, Box<dyn Error>> {
        let amount = Amount::from_str_in(amount, Denomination::Bitcoin)
            .map_err(|error| format!("{amount} is no amount of bitcoin, like 0.00007759: {error}"))?;
        Ok(Self::Pay { address: address.to_owned(), sat: amount.to_sat() })
    }

    /// A till's code may be all upper case, which makes it smaller.
    fn pay_uri(uri: &str) -> Result<Self, Box<dyn Error>> {
        let lower = uri.to_lowercase();
        let (address, parameters) = lower
            .strip_prefix("bitcoin:")
            .and_then(|rest| rest.split_once('?'))
            .ok_or("give an address and an amount, or a bitcoin: code with an amount")?;
        let amount = parameters.split('&').find_map(|parameter| parameter.strip_prefix("amount="));
        Self::pay(address, amount.ok_or("this code names no amount: give the address and an amount")?)
    }
}

/// Does it, and says what happened in one line.
pub(crate) fn fulfil(wish: Wish, folder: &Path) -> Result<(), Box<dyn Error>> {
    let control = control(folder)?;
    let node = || running_node(&control);
    match wish {
        Wish::Tap => {
            stripe::tap(&control)?;
            println!("a card was held to the reader");
        }
        Wish::Pay { address, sat } => println!("paid with {}", node()?.pay(&address, sat)?),
        Wish::Mine(count) => {
            let node = node()?;
            node.mine(count)?;
            println!("the chain has {} blocks", node.height()?);
        }
        Wish::PayOnEvm(payment) => println!("paid with {}", evm::pay(&control, &payment)?),
        Wish::MineOnEvm(chain, count) => {
            println!("the chain has {} blocks", evm::mine(&control, chain, count)?);
        }
        Wish::Bump(txid) => println!("replaced by {}", node()?.bump_fee(txid)?),
        Wish::TakeBack(txid) => println!("taken back with {}", node()?.double_spend(txid)?),
        Wish::Reorg(depth, fate) => {
            let node = node()?;
            node.reorg(depth, fate)?;
            println!("{depth} blocks replaced; the chain has {} blocks", node.height()?);
        }
    }
    Ok(())
}

fn control(folder: &Path) -> Result<Value, Box<dyn Error>> {
    let control = fs::read_to_string(folder.join(CONTROL_FILE))
        .map_err(|_| "no sandbox is running: start one with ./run sandbox")?;
    Ok(serde_json::from_str(&control)?)
}

fn running_node(control: &Value) -> Result<Node, Box<dyn Error>> {
    let text = |key: &str| control["bitcoind"][key].as_str().unwrap_or_default().to_owned();
    let node = Node::at(&text("url"), &text("user"), &text("password"))?;
    node.height().map_err(|_| "the sandbox does not answer: start it again with ./run sandbox")?;
    Ok(node)
}

fn blocks(text: &str) -> Result<u32, Box<dyn Error>> {
    let count = text.parse().ok().filter(|count| (1..=1000).contains(count));
    count.ok_or_else(|| format!("{text} is no number of blocks from 1 to 1000").into())
}

fn transaction(text: &str) -> Result<Txid, Box<dyn Error>> {
    text.parse().map_err(|_| format!("{text} is no transaction id (64 hex digits)").into())
}

#[cfg(test)]
mod tests {
    use super::Wish;

    fn check(command: &str, expected: Result<Wish, &str>) {
        let mut words = command.split(' ');
        let name = words.next().unwrap_or_default();
        let arguments: Vec<&str> = words.collect();
        let read = Wish::read(name, &arguments).expect("a command of this form exists");
        assert_eq!(read.map_err(|error| error.to_string()), expected.map_err(str::to_owned));
    }

    fn pay(address: &str, sat: u64) -> Result<Wish, &'static str> {
        Ok(Wish::Pay { address: address.to_owned(), sat })
    }

    #[test]
    fn payment_is_read_from_words_and_from_a_code() {
        check("pay bcrt1qshop 0.00007759", pay("bcrt1qshop", 7_759));
        check("pay bitcoin:bcrt1qshop?label=x&amount=0.5", pay("bcrt1qshop", 50_000_000));
        check("pay BITCOIN:BCRT1QSHOP?AMOUNT=1", pay("bcrt1qshop", 100_000_000));
    }

    #[test]
    fn wish_that_cannot_be_read_says_why() {
        check(
            "pay bitcoin:bcrt1qshop?label=x",
            Err("this code names no amount: give the address and an amount"),
        );
        check("mine 0", Err("0 is no number of blocks from 1 to 1000"));
        check("bump ff", Err("ff is no transaction id (64 hex digits)"));
        assert!(Wish::read("dance", &[]).is_none());
    }
}
