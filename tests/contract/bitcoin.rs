//! The contract on a real Bitcoin node with a real indexer, and what only real servers can do to a till.

use std::sync::{Arc, Mutex};

use counterparties::{Bitcoind, Electrs};
use engine::RailSetup;
use money::Money;
use payment::{Rail, RailError, RailId, State};
use rail_bitcoin::{BitcoinConfig, BitcoinRail, Network};

use super::rail_contract;
use super::shop::Shop;
use super::town::{Fate, Town};

/// A node of its own, an indexer in front of it, and who paid what.
pub struct RegtestTown {
    pub node: Bitcoind,
    pub indexer: Electrs,
    pub account: String,
    paid: Mutex<Vec<(String, counterparties::Txid)>>,
}

impl RegtestTown {
    pub fn start() -> Self {
        let node = Bitcoind::start().unwrap();
        let indexer = Electrs::start(&node).unwrap();
        let account = node.till_account().unwrap();
        Self { node, indexer, account, paid: Mutex::default() }
    }

    fn settle(&self) {
        self.indexer.nudge().unwrap();
    }
}

impl Town for RegtestTown {
    fn rail(&self) -> RailSetup {
        regtest_rail(self.account.clone(), self.indexer.electrum_url())
    }

    fn pay(&self, address: &str, coins: Money) {
        let txid = self.node.pay(address, u64::try_from(coins.minor()).unwrap()).unwrap();
        self.paid.lock().unwrap().push((address.to_owned(), txid));
        self.settle();
    }

    fn mine(&self, blocks: u32) {
        self.node.mine(blocks).unwrap();
        self.settle();
    }

    fn double_spend(&self, address: &str) {
        let paid = self.paid.lock().unwrap();
        let (_, txid) = paid.iter().rev().find(|(to, _)| to == address).unwrap();
        self.node.double_spend(*txid).unwrap();
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

/// The real rail on a node of this machine.
pub fn regtest_rail(account: String, server: String) -> RailSetup {
    let config = BitcoinConfig { network: Network::Regtest, account, servers: vec![server], password: None };
    let open = move |memory| {
        let rail = BitcoinRail::open(&config, &memory)
            .map_err(|error| RailError::Misconfigured(error.to_string()))?;
        Ok(Arc::new(rail) as Arc<dyn Rail>)
    };
    RailSetup { id: RailId::BITCOIN, open: Arc::new(open) }
}

rail_contract!(RegtestTown::start:
    exact_payment_is_paid_after_its_confirmation_and_final_after_six,
    two_partial_payments_cover_the_sale_exactly,
    overpayment_is_paid_and_the_rest_is_owed_to_the_customer,
    underpayment_whose_quote_ends_keeps_the_money_and_is_completed_in_cash,
    payment_after_the_quote_ended_is_late_but_covers,
    two_sales_of_equal_amounts_are_never_confused,
    double_spend_before_a_confirmation_never_pays,
    reorganised_payment_that_is_mined_again_is_still_paid_once,
    reorganised_payment_that_is_gone_is_reversed_and_the_owner_is_told,
    money_for_a_cancelled_sale_waits_in_the_inbox_until_it_is_assigned,
    money_for_a_paid_sale_waits_in_the_inbox_until_it_is_credited,
    restart_in_every_state_changes_nothing,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payment_made_while_the_servers_were_down_is_found_when_they_are_back() {
    let shop = Shop::open(RegtestTown::start()).await;
    let code = shop.charge(450).await;
    shop.town.indexer.stop().unwrap();
    let coins = u64::try_from(code.coins.minor()).unwrap();
    shop.town.node.pay(&code.address, coins).unwrap();
    shop.town.node.mine(1).unwrap();
    shop.town.indexer.restart(&shop.town.node).unwrap();
    shop.until_state(code.invoice, State::Paid).await;
    shop.check_books_at_rest().await;
}
