//! The contract on a real Bitcoin node with a real indexer.

use std::sync::{Arc, Mutex};

use counterparties::{Bitcoind, Electrs, EsploraShim};
use engine::{Clock, RailSetup};
use money::Money;
use payment::{Rail, RailError, RailId, Timestamp};
use rail_bitcoin::{BitcoinConfig, BitcoinRail, Network};
use serde_json::json;

use super::cases::rail_contract;
use super::shop::TurnedClock;
use super::town::{Fate, Place, Town, WaitingTown};

/// A node of its own, an indexer in front of it, and who paid what.
pub struct RegtestTown {
    pub node: Bitcoind,
    pub indexer: Electrs,
    pub account: String,
    /// A server over the same node that the till asks first, while there is one.
    pub front: Mutex<Option<EsploraShim>>,
    servers: Vec<String>,
    paid: Mutex<Vec<(String, counterparties::Txid)>>,
    /// What its clock was set to.
    time: Mutex<Option<Timestamp>>,
}

impl RegtestTown {
    pub fn start() -> Self {
        let node = Bitcoind::start().unwrap();
        let indexer = Electrs::start(&node).unwrap();
        let account = node.till_account().unwrap();
        let servers = vec![indexer.electrum_url()];
        let (front, paid, time) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { node, indexer, account, front, servers, paid, time }
    }

    /// With two servers that answer for themselves: a front that the till follows, and the indexer.
    pub fn with_two_servers() -> Self {
        let mut town = Self::start();
        let front = EsploraShim::start(&town.node).unwrap();
        town.servers.insert(0, front.esplora_url());
        *town.front.lock().unwrap() = Some(front);
        town
    }

    /// The node goes down, and its indexer with it.
    pub fn go_down(&self) {
        self.indexer.stop().unwrap();
        self.node.stop().unwrap();
    }

    pub fn come_back(&self) {
        self.node.restart().unwrap();
        self.set_clock();
        self.indexer.restart(&self.node).unwrap();
    }

    /// The indexer looks now, if it runs.
    fn settle(&self) {
        if self.indexer.process_id().is_some() {
            self.indexer.nudge().unwrap();
        }
    }

    fn set_clock(&self) {
        if let (Some(now), Some(_)) = (*self.time.lock().unwrap(), self.node.process_id()) {
            self.node.raw("setmocktime", &json!([now.millis() / 1_000])).unwrap();
        }
    }
}

impl Place for RegtestTown {
    fn rails(&self, clock: Arc<TurnedClock>) -> Vec<RailSetup> {
        vec![regtest_rail(self.account.clone(), self.servers.clone(), clock)]
    }

    fn time_is(&self, now: Timestamp) {
        *self.time.lock().unwrap() = Some(now);
        self.set_clock();
    }
}

impl Town for RegtestTown {
    fn pay(&self, address: &str, coins: Money) {
        let txid = self.node.pay(address, u64::try_from(coins.minor()).unwrap()).unwrap();
        self.paid.lock().unwrap().push((address.to_owned(), txid));
        self.settle();
    }

    fn mine(&self, blocks: u32) {
        self.node.mine(blocks).unwrap();
        self.settle();
    }

    fn reorganise(&self, blocks: u32, fate: Fate) {
        let fate = match fate {
            Fate::MinedAgain => counterparties::Fate::MinedAgain,
            Fate::Gone => counterparties::Fate::Gone,
        };
        self.node.reorg(blocks, fate).unwrap();
        self.settle();
    }
}

impl WaitingTown for RegtestTown {
    fn double_spend(&self, address: &str) {
        let paid = self.paid.lock().unwrap();
        let (_, txid) = paid.iter().rev().find(|(to, _)| to == address).unwrap();
        self.node.double_spend(*txid).unwrap();
        self.settle();
    }

    fn raise_fee(&self, address: &str) {
        let mut paid = self.paid.lock().unwrap();
        let (_, txid) = paid.iter_mut().rev().find(|(to, _)| to == address).unwrap();
        *txid = self.node.bump_fee(*txid).unwrap();
        self.settle();
    }
}

/// The real rail on a node of this machine.
pub fn regtest_rail(account: String, servers: Vec<String>, clock: Arc<TurnedClock>) -> RailSetup {
    let config = BitcoinConfig { network: Network::Regtest, account, servers, password: None };
    let open = move |memory| {
        let clock = clock.clone();
        let rail = BitcoinRail::open(&config, &memory, Arc::new(move || clock.now().wall))
            .map_err(|error| RailError::Misconfigured(error.to_string()))?;
        Ok(Arc::new(rail) as Arc<dyn Rail>)
    };
    RailSetup { id: RailId::BITCOIN, open: Arc::new(open) }
}

rail_contract!(RegtestTown::start);
