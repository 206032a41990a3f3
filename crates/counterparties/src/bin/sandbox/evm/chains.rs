//! The six chains as the sandbox has them: each at the pace of the real one, with tokens at the addresses of the real ones.

use std::time::Duration;

use counterparties::{AnvilSetup, EvmMining, TokenKind};

/// A chain.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) id: u64,
    /// Its word on the till's command line.
    pub(crate) word: &'static str,
    /// What people call it.
    name: &'static str,
    pub(crate) native: &'static str,
    block_seconds: u64,
    /// Half as many blocks as it takes until one is final.
    slots_in_an_epoch: u32,
    pub(crate) tokens: [Listed; 3],
}

/// A token on a chain.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) symbol: &'static str,
    pub(crate) address: &'static str,
    pub(crate) decimals: u8,
    pub(crate) kind: TokenKind,
}

/// Every native coin has so many decimals.
pub(crate) const NATIVE_DECIMALS: u8 = 18;

/// USDC takes signed transfers where its issuer put it on the chain himself; USDT on Ethereum is older than the rule that
/// something is returned.
pub(crate) const CHAINS: [Chain; 6] = [
    Chain {
        id: 1,
        word: "ethereum",
        name: "Ethereum",
        native: "ETH",
        block_seconds: 12,
        slots_in_an_epoch: 32,
        tokens: [
            listed("USDC", "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", 6, TokenKind::Authorized),
            listed("USDT", "0xdAC17F958D2ee523a2206206994597C13D831ec7", 6, TokenKind::Silent),
            listed("DAI", "0x6B175474E89094C44Da98b954EedeAC495271d0F", 18, TokenKind::Plain),
        ],
    },
    Chain {
        id: 137,
        word: "polygon",
        name: "Polygon",
        native: "POL",
        block_seconds: 2,
        slots_in_an_epoch: 2,
        tokens: [
            listed("USDC", "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359", 6, TokenKind::Authorized),
            listed("USDT", "0xc2132D05D31c914a87C6611C10748AEb04B58e8F", 6, TokenKind::Plain),
            listed("DAI", "0x8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063", 18, TokenKind::Plain),
        ],
    },
    Chain {
        id: 56,
        word: "bnb",
        name: "BNB Smart Chain",
        native: "BNB",
        block_seconds: 1,
        slots_in_an_epoch: 1,
        tokens: [
            listed("USDC", "0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d", 18, TokenKind::Plain),
            listed("USDT", "0x55d398326f99059fF775485246999027B3197955", 18, TokenKind::Plain),
            listed("DAI", "0x1AF3F329e8BE154074D8769D1FFa4eE058B1DBc3", 18, TokenKind::Plain),
        ],
    },
    Chain {
        id: 42_161,
        word: "arbitrum",
        name: "Arbitrum",
        native: "ETH",
        block_seconds: 1,
        slots_in_an_epoch: 400,
        tokens: [
            listed("USDC", "0xaf88d065e77c8cC2239327C5EDb3A432268e5831", 6, TokenKind::Authorized),
            listed("USDT", "0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9", 6, TokenKind::Plain),
            listed("DAI", "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1", 18, TokenKind::Plain),
        ],
    },
    Chain {
        id: 10,
        word: "optimism",
        name: "Optimism",
        native: "ETH",
        block_seconds: 2,
        slots_in_an_epoch: 300,
        tokens: [
            listed("USDC", "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85", 6, TokenKind::Authorized),
            listed("USDT", "0x94b008aA00579c1307B0EF2c499aD98a8ce58e58", 6, TokenKind::Plain),
            listed("DAI", "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1", 18, TokenKind::Plain),
        ],
    },
    Chain {
        id: 8_453,
        word: "base",
        name: "Base",
        native: "ETH",
        block_seconds: 2,
        slots_in_an_epoch: 300,
        tokens: [
            listed("USDC", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", 6, TokenKind::Authorized),
            listed("USDT", "0xfde4C96c8593536E31F229EA8f37b2ADa2699bb2", 6, TokenKind::Plain),
            listed("DAI", "0x50c5725949A6F0c72E6C4a641F24049A917DB0Cb", 18, TokenKind::Plain),
        ],
    },
];

impl Chain {
    /// The chain with that id or word.
    pub(crate) fn named(text: &str) -> Option<&'static Self> {
        CHAINS.iter().find(|chain| chain.word == text || chain.id.to_string() == text)
    }

    /// Its section of the till's settings, with the server that stands for its network.
    pub(crate) fn settings(&self, account: &str, server: &str) -> String {
        let Self { id, name, native, .. } = self;
        let token = |token: &Listed| {
            let Listed { symbol, address, decimals, .. } = token;
            format!("{{ symbol = \"{symbol}\", address = \"{address}\", decimals = {decimals} }}")
        };
        let tokens = self.tokens.each_ref().map(token).join(", ");
        format!(
            "\n[[rail.evm]]\nname = \"{name}\"\nchain_id = {id}\naccount = \"{account}\"\nrpc = [\"{server}\"]\n\
             native = {{ symbol = \"{native}\" }}\ntokens = [{tokens}]\n"
        )
    }

    /// Small for days: what is old is thrown away.
    pub(crate) const fn setup(&self) -> AnvilSetup {
        AnvilSetup {
            chain_id: self.id,
            mining: EvmMining::Every(Duration::from_secs(self.block_seconds)),
            slots_in_an_epoch: self.slots_in_an_epoch,
            is_pruned: true,
        }
    }
}

const fn listed(symbol: &'static str, address: &'static str, decimals: u8, kind: TokenKind) -> Listed {
    Listed { symbol, address, decimals, kind }
}
