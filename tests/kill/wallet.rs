//! A till over a real node that is killed again and again: an address goes to one customer only, and in the end the books
//! hold what the node itself says was paid to the addresses that were shown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use money::{Currency, Money};
use serde_json::{Value, json};
use tokio::task::{JoinSet, block_in_place};

use super::counter::{Counter, Door};
use super::random::Random;
use super::shop::{balance, minor, open_request};
use crate::cli::real_node::settings_file;
use crate::contract::bitcoin::RegtestTown;
use crate::contract::town::Town;

/// How often `./test` kills; `./test soak` does five times as many.
const KILLS: u64 = 12;
const CLERKS: usize = 2;
const LIFE_MS_MAX: u64 = 1_500;
const PATIENCE: Duration = Duration::from_secs(60);

/// A code that was shown, and paid.
struct Shown {
    invoice: String,
    sat: i64,
}

type Addresses = Arc<Mutex<BTreeMap<String, Shown>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_many_kills_the_books_hold_what_the_node_says_was_paid() {
    let mut random = Random::from_environment();
    let town = Arc::new(RegtestTown::start());
    let folder = tempfile::tempdir().unwrap();
    let counter = Counter::start_in(folder.path(), "sandbox");
    let settings = settings_file(&town.account, &town.indexer.electrum_url());
    counter.door.get("settings_import", &json!({ "text": settings })).await;
    counter.kill();

    let shown = Addresses::default();
    let kills = if std::env::var_os("TILLSTREAM_SOAK").is_some() { 5 * KILLS } else { KILLS };
    for _ in 0..kills {
        let counter = Counter::start_in(folder.path(), "sandbox");
        let mut clerks = JoinSet::new();
        for _ in 0..CLERKS {
            let random = Random::seeded(random.next());
            clerks.spawn(sell(counter.door.clone(), town.clone(), shown.clone(), random));
        }
        tokio::time::sleep(Duration::from_millis(random.below(LIFE_MS_MAX))).await;
        counter.kill();
        clerks.join_all().await;
        // Confirmed while nobody looks; and a node does not take long chains of unconfirmed payments.
        block_in_place(|| town.mine(1));
    }
    let counter = Counter::start_in(folder.path(), "sandbox");
    let goes_on = async { while sell_once(&counter.door, &town, &shown, &mut random).await != Some(true) {} };
    tokio::time::timeout(PATIENCE, goes_on).await.expect("the till goes on");
    block_in_place(|| town.mine(1));
    judge(&counter.door, &town, &shown).await;
    counter.kill();
}

/// Sells until the till is gone.
async fn sell(door: Door, town: Arc<RegtestTown>, shown: Addresses, mut random: Random) {
    while sell_once(&door, &town, &shown, &mut random).await.is_some() {}
}

/// Was a code shown, and paid? `None` when the till is gone.
async fn sell_once(door: &Door, town: &RegtestTown, shown: &Addresses, random: &mut Random) -> Option<bool> {
    let (invoice, payment) = (random.id("inv"), random.id("pay"));
    door.ask("sale_open", &open_request(&invoice)).await?.unwrap();
    let start = json!({ "invoice": invoice, "payment": payment, "method": "bitcoin" });
    let sale = door.ask("payment_start", &start).await?.unwrap();
    let code = &sale["payments"][0]["code"];
    // Before the account was compared with the network there is none.
    let Some(address) = code["address"].as_str() else { return Some(false) };
    let sat = minor(&code["quoted"]);
    let earlier = shown.lock().unwrap().insert(address.to_owned(), Shown { invoice, sat });
    assert!(earlier.is_none(), "{address} was handed out twice");
    block_in_place(|| town.pay(address, Money::new(sat, Currency::BTC)));
    Some(true)
}

/// The node's own view, the ledger and the judge's list all say the same.
async fn judge(door: &Door, town: &RegtestTown, shown: &Addresses) {
    let shown = std::mem::take(&mut *shown.lock().unwrap());
    let paid: i64 = shown.values().map(|code| code.sat).sum();
    let held = block_in_place(|| town.node.till_holds()).unwrap();
    let held: BTreeMap<_, _> = held.into_iter().map(|(to, sat)| (to, i64::try_from(sat).unwrap())).collect();
    let sent: BTreeMap<_, _> = shown.iter().map(|(to, code)| (to.clone(), code.sat)).collect();
    assert_eq!(held, sent, "the node has what customers paid, each at its address");
    let booked = async {
        while balance(&door.get("ledger_accounts", &json!({})).await, "bitcoin-wallet") != paid {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    if tokio::time::timeout(PATIENCE, booked).await.is_err() {
        let accounts = door.get("ledger_accounts", &json!({})).await;
        panic!("{paid} sat were paid to {} addresses; the books hold {accounts}", shown.len());
    }
    for (address, code) in &shown {
        let sale = door.get("sale_get", &json!({ "invoice": code.invoice })).await;
        assert_eq!(sale["payments"][0]["code"]["address"], json!(address), "{sale}");
        assert_eq!(sale["payments"][0]["transfers"].as_array().map(Vec::len), Some(1), "{sale}");
        assert_eq!(sale["state"], json!("paid"), "{sale}");
    }
    let accounts = door.get("ledger_accounts", &json!({})).await;
    for name in ["bitcoin-pending", "pending-receipts", "stray-payments"] {
        assert_eq!(balance(&accounts, name), 0, "{name}");
    }
    let verified: Value = door.get("ledger_verify", &json!({})).await;
    assert_eq!(verified["ok"], json!(true), "{verified}");
}
