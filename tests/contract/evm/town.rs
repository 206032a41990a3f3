//! EVM chains with their nodes, and customers who pay there.

use std::sync::{Arc, Mutex};

use counterparties::{Anvil, Token, TokenKind, U256};
use engine::{Clock, RailSetup};
use keys::Mnemonic;
use money::{Currency, Money};
use payment::{Policy, Rail, RailError, RailId, State, Timestamp};
use rail_evm::{Chain, ChainConfig, EvmConfig, EvmRail, TokenConfig};
use settings::{EvmChain, PolicyRow, PolicyScope, Settings};

use crate::contract::shop::TurnedClock;
use crate::contract::town::{Fate, Place, Town};

/// The till's own words: an example of BIP-39.
const WORDS: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";
const NATIVE_DECIMALS: u8 = 18;

/// Chains the shop takes money on. Customers pay in one coin, on the first of them.
pub struct EvmTown {
    pub grounds: Vec<Ground>,
    coin: Currency,
    policy: Policy,
    /// What its clock was set to.
    time: Mutex<Option<Timestamp>>,
}

/// A chain, its node, and its tokens at the addresses of the real ones.
pub struct Ground {
    pub chain: &'static Chain,
    pub node: Anvil,
    pub tokens: Vec<(&'static str, Token)>,
    /// What the till asks, in this order.
    pub providers: Vec<String>,
}

impl Ground {
    pub fn start(chain_id: u64, symbols: &[&str]) -> Self {
        let chain = Chain::with_id(chain_id).unwrap();
        let node = Anvil::start(chain_id).unwrap();
        let listed = chain.tokens().iter().filter(|token| symbols.contains(&token.symbol));
        let tokens = listed.map(|token| {
            let kind = if token.symbol == "USDT" { TokenKind::Silent } else { TokenKind::Plain };
            let address = token.contract();
            let laid = Token::deploy_at(&node, kind, token.symbol, token.decimals, &address).unwrap();
            (token.symbol, laid)
        });
        let tokens = tokens.collect();
        let providers = vec![node.ws_url()];
        Self { chain, node, tokens, providers }
    }

    pub fn token(&self, symbol: &str) -> Option<&Token> {
        self.tokens.iter().find(|(of, _)| *of == symbol).map(|(_, token)| token)
    }

    fn decimals(&self, symbol: &str) -> u8 {
        let token = self.chain.tokens().iter().find(|token| token.symbol == symbol);
        token.map_or(NATIVE_DECIMALS, |token| token.decimals)
    }

    /// The ledger's name of a coin.
    pub fn coin(&self, symbol: &str) -> Currency {
        Currency::on_chain(symbol, self.chain.id, self.decimals(symbol)).unwrap()
    }

    /// A customer sends an amount of a coin of this chain; gives the transaction.
    pub fn pay(&self, address: &str, amount: Money) -> String {
        let symbol = amount.currency().symbol().to_owned();
        let finer = self.decimals(&symbol) - amount.currency().scale();
        let minor = U256::from(u64::try_from(amount.minor()).unwrap());
        let units = minor * U256::from(10).pow(U256::from(finer));
        match self.token(&symbol) {
            Some(token) => token.pay(address, units).unwrap(),
            None => self.node.pay(address, units).unwrap(),
        }
    }

    fn config(&self) -> ChainConfig {
        let tokens = self.tokens.iter().map(|(symbol, token)| {
            let known = self.chain.tokens().iter().find(|known| known.symbol == *symbol).unwrap();
            let contract = known.contract();
            assert!(contract.eq_ignore_ascii_case(token.address()));
            TokenConfig { symbol: (*symbol).to_owned(), contract, decimals: known.decimals }
        });
        let tokens = tokens.collect();
        ChainConfig { chain_id: self.chain.id, providers: self.providers.clone(), tokens }
    }
}

impl EvmTown {
    /// One chain, on which customers pay in that coin.
    pub fn start(chain_id: u64, symbol: &str) -> Self {
        Self::on(vec![Ground::start(chain_id, &[symbol])], symbol)
    }

    /// Several chains; customers pay in that coin on the first.
    pub fn on(grounds: Vec<Ground>, symbol: &str) -> Self {
        let coin = grounds[0].coin(symbol);
        Self { grounds, coin, policy: Policy::of_blocks(2, 7), time: Mutex::default() }
    }

    /// With another rule for what is safe and final.
    pub fn with_policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// The first chain.
    pub fn ground(&self) -> &Ground {
        &self.grounds[0]
    }

    fn set_clock(&self) {
        let now = self.time.lock().unwrap().map(|now| u64::try_from(now.millis() / 1_000).unwrap());
        for ground in now.iter().flat_map(|_| &self.grounds) {
            ground.node.set_time(now.unwrap()).unwrap();
        }
    }
}

impl Place for EvmTown {
    fn rails(&self, clock: Arc<TurnedClock>) -> Vec<RailSetup> {
        let account = Mnemonic::parse(WORDS).unwrap().evm_account().as_str().to_owned();
        let chains = self.grounds.iter().map(Ground::config).collect();
        let config = EvmConfig { account, chains };
        let open = move |memory| {
            let clock = clock.clone();
            let rail = EvmRail::open(&config, &memory, Arc::new(move || clock.now().wall))
                .map_err(|error| RailError::Misconfigured(error.to_string()))?;
            Ok(Arc::new(rail) as Arc<dyn Rail>)
        };
        vec![RailSetup { id: RailId::EVM, open: Arc::new(open) }]
    }

    fn coin(&self) -> (RailId, Currency) {
        (RailId::EVM, self.coin)
    }

    fn prepare(&self, settings: &mut Settings) {
        let scope = PolicyScope { rail: RailId::EVM, chain_id: None };
        settings.policy = vec![PolicyRow { scope, policy: self.policy }];
        let taken = self.grounds.iter().map(|ground| EvmChain {
            enabled: true,
            name: ground.chain.name.to_owned(),
            chain_id: ground.chain.id,
            account: None,
            rpc: ground.providers.clone(),
            native: ground.chain.native.to_owned(),
            tokens: Vec::new(),
        });
        settings.evm = taken.collect();
    }

    fn time_is(&self, now: Timestamp) {
        *self.time.lock().unwrap() = Some(now);
        self.set_clock();
    }
}

impl Town for EvmTown {
    /// Into a block at once: the till sees nothing sooner.
    fn pay(&self, address: &str, coins: Money) {
        self.ground().pay(address, coins);
        self.mine(1);
    }

    fn seen_as(&self) -> State {
        State::Confirming
    }

    fn mine(&self, blocks: u32) {
        self.ground().node.mine(blocks).unwrap();
    }

    /// The block that the payment came into is one more than what was mined on top.
    fn reorganise(&self, blocks: u32, fate: Fate) {
        let fate = match fate {
            Fate::MinedAgain => counterparties::Fate::MinedAgain,
            Fate::Gone => counterparties::Fate::Gone,
        };
        let node = &self.ground().node;
        node.reorg(blocks + 1, fate).unwrap();
        node.mine(1).unwrap();
    }
}
