//! One connection against a server that knows of no payment, counts what it is asked, and may notify at any moment.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use bdk_wallet::bitcoin::consensus::encode::serialize_hex;
use bdk_wallet::bitcoin::constants::genesis_block;
use bdk_wallet::chain::DescriptorExt;
use payment::rail::RailMemory;
use serde_json::{Value, json};

use super::*;
use crate::stored::{Shown, Stored};
use crate::wallet::Wallet;
use crate::{Clock, Network, check_account, check_server, clock};

const ACCOUNT: &str = "tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2XVWbVm39yBA4LAxysQAm397zwQSQoQgewGiYZqrA9DsP4zbQ1M";

/// How often each method was called, and what is still to be notified.
#[derive(Clone, Default)]
struct Calls {
    counts: Arc<Mutex<HashMap<String, usize>>>,
    news: Arc<Mutex<Option<News>>>,
    /// The addresses that were subscribed to, and how often each was looked at since the notification.
    looks: Arc<Mutex<BTreeMap<String, usize>>>,
}

/// A notification about an address, sent just before a call of this method is answered.
#[derive(Clone)]
struct News {
    before: &'static str,
    status: Value,
}

impl Calls {
    fn of(&self, method: &str) -> usize {
        self.counts.lock().unwrap().get(method).copied().unwrap_or(0)
    }

    fn notify(&self, news: News) {
        *self.news.lock().unwrap() = Some(news);
    }

    /// How often the notified address, the first of all, was looked at since.
    fn looks_since_notified(&self) -> usize {
        assert!(self.news.lock().unwrap().is_none(), "it was notified");
        self.looks.lock().unwrap().values().next().copied().unwrap_or(0)
    }

    /// What is sent before the answer. A look that is answered after its notification does not count: servers answer
    /// with what they knew when they were asked.
    fn notification(&self, method: &str, address: Option<&str>) -> Option<Value> {
        let mut looks = self.looks.lock().unwrap();
        if let Some(address) = address {
            *looks.entry(address.to_owned()).or_default() += usize::from(method.ends_with("get_history"));
        }
        let mut news = self.news.lock().unwrap();
        let News { status, .. } = news.take_if(|news| news.before == method)?;
        looks.values_mut().for_each(|count| *count = 0);
        let about = looks.keys().next().expect("addresses are subscribed to first");
        Some(json!({ "method": "blockchain.scripthash.subscribe", "params": [about, status] }))
    }

    fn answer(&self, stream: TcpStream) {
        let mut writer = stream.try_clone().unwrap();
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let request: Value = serde_json::from_str(&line).unwrap();
            let method = request["method"].as_str().unwrap();
            *self.counts.lock().unwrap().entry(method.to_owned()).or_default() += 1;
            let about_address = method.starts_with("blockchain.scripthash.");
            let address = request["params"][0].as_str().filter(|_| about_address);
            let notification = self.notification(method, address);
            if notification.is_some_and(|notification| writeln!(writer, "{notification}").is_err()) {
                return;
            }
            let answer = json!({ "jsonrpc": "2.0", "id": request["id"], "result": result(method) });
            if writeln!(writer, "{answer}").is_err() {
                return;
            }
        }
    }
}

/// A chain of one block.
fn result(method: &str) -> Value {
    let header = serialize_hex(&genesis_block(Network::Regtest.chain()).header);
    match method {
        "server.version" => json!(["quiet", "1.4"]),
        "blockchain.block.header" => json!(header),
        "blockchain.headers.subscribe" => json!({ "height": 0, "hex": header }),
        "blockchain.block.headers" => json!({ "count": 1, "hex": header, "max": 2016 }),
        "blockchain.scripthash.get_history" => json!([]),
        _ => json!(null),
    }
}

fn connected() -> (Box<dyn Source>, Calls) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = check_server(&format!("electrum+tcp://{}", listener.local_addr().unwrap())).unwrap();
    let calls = Calls::default();
    let counting = calls.clone();
    thread::spawn(move || listener.incoming().flatten().for_each(|stream| counting.answer(stream)));
    (connect(&Access { server, network: Network::Regtest, password: None }).unwrap(), calls)
}

/// A wallet whose first `count` addresses were all shown a moment ago.
fn busy_wallet(count: u32) -> SharedWallet {
    let account = check_account(ACCOUNT, Network::Regtest).unwrap();
    let clock: Clock = Arc::new(|| Timestamp::from_millis(1_790_000_000_000));
    let empty =
        Wallet::open(&account, &RailMemory::default(), clock.clone()).unwrap().report(true, |_| 0).unwrap();
    let mut stored = Stored::decode(&empty.change_set.unwrap()).unwrap();
    stored.wallet.indexer.last_revealed = BTreeMap::from([(account.descriptor().descriptor_id(), count - 1)]);
    let shown = |index: u32| (index, Shown { payment: index.to_string(), at: clock::unix_seconds(&clock) });
    stored.shown = (0..count).map(shown).collect();
    stored.scanned = true;
    let memory = RailMemory { change_sets: vec![stored.encode()], ..RailMemory::default() };
    SharedWallet::new(Wallet::open(&account, &memory, clock).unwrap())
}

#[test]
fn a_fresh_connection_lasts_however_many_addresses_may_be_paid() {
    const ADDRESSES: usize = SUBSCRIPTIONS_MAX + 50;
    let (mut source, calls) = connected();
    let (wallet, stop) = (busy_wallet(u32::try_from(ADDRESSES).unwrap()), Stop::default());
    source.catch_up(&wallet, &stop).unwrap();
    for _ in 0..3 {
        source.step(&wallet, &stop).unwrap();
    }
    assert!(!source.is_worn());
    assert_eq!(calls.of("blockchain.scripthash.subscribe"), LISTENED_MAX);

    let looked_at = calls.of("blockchain.scripthash.get_history");
    assert_eq!(looked_at, ADDRESSES, "all of them once when it was connected");
    for _ in 0..ADDRESSES.div_ceil(usize::try_from(LOOK_BACK_ADDRESSES).unwrap()) {
        source.look_back(&wallet, &stop).unwrap();
    }
    let unheard = calls.of("blockchain.scripthash.get_history") - looked_at;
    assert_eq!(unheard, ADDRESSES - LISTENED_MAX, "and then in turn those it does not listen to");
}

/// A status that can't be read says that an address has no history any more.
#[test]
fn an_address_is_looked_at_again_at_whichever_moment_its_notification_comes() {
    const WHILE_CATCHING_UP: [&str; 3] =
        ["blockchain.headers.subscribe", "blockchain.block.headers", "blockchain.scripthash.get_history"];
    let (wallet, stop) = (busy_wallet(3), Stop::default());
    for status in [json!("5f".repeat(32)), json!(null)] {
        for moment in WHILE_CATCHING_UP.into_iter().chain(["server.ping"]) {
            let (mut source, calls) = connected();
            if moment == "server.ping" {
                source.catch_up(&wallet, &stop).unwrap();
                calls.notify(News { before: moment, status: status.clone() });
            } else {
                calls.notify(News { before: moment, status: status.clone() });
                source.catch_up(&wallet, &stop).unwrap();
            }
            source.step(&wallet, &stop).unwrap();
            assert!(calls.looks_since_notified() > 0, "{status} before an answer to {moment}");
            let looks = calls.of("blockchain.scripthash.get_history");
            source.step(&wallet, &stop).unwrap();
            assert_eq!(calls.of("blockchain.scripthash.get_history"), looks, "once is enough");
        }
    }
}
