//! A busy counter whose till is killed again and again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::counter::{Counter, Door};
use super::random::Random;

/// How often `./test` kills; `./test soak` does five times as many.
const KILLS: u64 = 200;
const CLERKS: u64 = 4;
const LIFE_MS_MAX: u64 = 120;
const RESTART_MAX: Duration = Duration::from_secs(5);

/// What one clerk asked for and was answered: outside the process that dies.
#[derive(Clone, Debug)]
struct Asked {
    payment: String,
    method: Method,
    acknowledged_version: u64,
    /// The customer's coins were seen, says an answer.
    is_paid: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Cash,
    Bitcoin,
}

type Log = Arc<Mutex<BTreeMap<String, Asked>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_is_doubled_by_two_hundred_kills() {
    let mut random = Random::from_environment();
    let folder = tempfile::tempdir().unwrap();
    let log: Log = Arc::default();
    let kills = if std::env::var_os("TILLSTREAM_SOAK").is_some() { 5 * KILLS } else { KILLS };
    let mut counter = Counter::start(folder.path());
    for _ in 0..kills {
        let asked_before: Vec<String> = log.lock().unwrap().keys().cloned().collect();
        let mut clerks = JoinSet::new();
        for _ in 0..CLERKS {
            clerks.spawn(sell(counter.door.clone(), log.clone(), Random::seeded(random.next())));
        }
        tokio::time::sleep(Duration::from_millis(random.below(LIFE_MS_MAX))).await;
        counter.kill();
        clerks.join_all().await;
        counter = restart(folder.path()).await;
        judge_round(&counter.door, &log, &asked_before).await;
    }
    judge_books(&counter.door, &log).await;
    counter.kill();
}

/// Sells until the till is gone.
async fn sell(door: Door, log: Log, mut random: Random) {
    loop {
        let (invoice, payment) = (random.id("inv"), random.id("pay"));
        let method = if random.below(4) == 0 { Method::Bitcoin } else { Method::Cash };
        let asked = Asked { payment: payment.clone(), method, acknowledged_version: 0, is_paid: false };
        log.lock().unwrap().insert(invoice.clone(), asked);
        let mut requests =
            vec![("sale_open", open_request(&invoice)), pay_request(&invoice, &payment, method)];
        if method == Method::Bitcoin {
            let act = json!({ "invoice": invoice, "payment": payment, "act": "pay_exact" });
            requests.push(("practice_act", act));
        }
        for (command, request) in requests {
            let Some(answer) = door.ask(command, &request).await else { return };
            let sale = answer.unwrap_or_else(|refusal| panic!("{command} was refused: {refusal}"));
            let mut log = log.lock().unwrap();
            let asked = log.get_mut(&invoice).unwrap();
            asked.acknowledged_version = version(&sale);
            asked.is_paid = transfers(&sale).next().is_some();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the promise is about real seconds")]
async fn restart(folder: &std::path::Path) -> Counter {
    let begun = Instant::now();
    let counter = Counter::start(folder);
    counter.door.get("status", &json!({})).await;
    assert!(begun.elapsed() < RESTART_MAX, "back only after {:?}", begun.elapsed());
    counter
}

/// Every sale of this round: what was acknowledged is there; asking again does not do it twice.
async fn judge_round(door: &Door, log: &Log, asked_before: &[String]) {
    let round: Vec<(String, Asked)> = {
        let log = log.lock().unwrap();
        log.iter().filter(|(id, _)| !asked_before.contains(id)).map(|(k, v)| (k.clone(), v.clone())).collect()
    };
    for (invoice, asked) in round {
        if asked.acknowledged_version > 0 {
            let sale = door.get("sale_get", &json!({ "invoice": invoice })).await;
            assert!(version(&sale) >= asked.acknowledged_version, "acknowledged and lost: {sale}");
        }
        door.get("sale_open", &open_request(&invoice)).await;
        let (command, request) = pay_request(&invoice, &asked.payment, asked.method);
        let sale = door.get(command, &request).await;
        assert_eq!(sale["payments"].as_array().map(Vec::len), Some(1), "paid twice: {sale}");
    }
}

/// The whole journal from zero, and drawer and wallet against the judge's own list.
async fn judge_books(door: &Door, log: &Log) {
    let verified = door.get("ledger_verify", &json!({})).await;
    assert_eq!(verified["ok"], json!(true), "{verified}");
    let accounts = door.get("ledger_accounts", &json!({})).await;
    let cash_sales = log.lock().unwrap().values().filter(|asked| asked.method == Method::Cash).count();
    let drawer = balance(&accounts, "cash-drawer");
    assert_eq!(drawer, i64::try_from(cash_sales * 450).unwrap(), "every cash sale exactly once");

    let bitcoin_sales: Vec<_> = {
        let log = log.lock().unwrap();
        let bitcoin = log.iter().filter(|(_, asked)| asked.method == Method::Bitcoin);
        bitcoin.map(|(invoice, asked)| (invoice.clone(), asked.is_paid)).collect()
    };
    let mut paid = 0;
    for (invoice, is_paid) in bitcoin_sales {
        let sale = door.get("sale_get", &json!({ "invoice": invoice })).await;
        let coins: Vec<i64> = transfers(&sale).map(|transfer| minor(&transfer["amount"])).collect();
        assert!(coins.len() <= 1, "the customer paid once: {sale}");
        assert!(!is_paid || coins.len() == 1, "seen, acknowledged and lost: {sale}");
        paid += coins.iter().sum::<i64>();
    }
    let wallet = balance(&accounts, "bitcoin-wallet") + balance(&accounts, "bitcoin-pending");
    assert_eq!(wallet, paid, "every payment in bitcoin exactly once");
}

pub fn open_request(invoice: &str) -> Value {
    let price = json!({ "minor": "450", "currency": "EUR", "scale": 2 });
    let line = json!({
        "description": "Flat white", "quantity": 1, "unit_price": price, "tax_percent": "20", "note": ""
    });
    json!({ "invoice": invoice, "lines": [line], "note": "" })
}

fn pay_request(invoice: &str, payment: &str, method: Method) -> (&'static str, Value) {
    match method {
        Method::Cash => {
            let tendered = json!({ "minor": "500", "currency": "EUR", "scale": 2 });
            ("cash_take", json!({ "invoice": invoice, "payment": payment, "tendered": tendered }))
        }
        Method::Bitcoin => {
            ("payment_start", json!({ "invoice": invoice, "payment": payment, "method": "bitcoin" }))
        }
    }
}

fn transfers(sale: &Value) -> impl Iterator<Item = &Value> {
    let payments = sale["payments"].as_array().into_iter().flatten();
    payments.filter_map(|payment| payment["transfers"].as_array()).flatten()
}

/// The balance of an account that holds one currency; nothing was ever booked there when it has none.
pub fn balance(accounts: &Value, name: &str) -> i64 {
    let account = accounts.as_array().unwrap().iter().find(|account| account["name"] == name);
    account.and_then(|account| account["balances"].get(0)).map_or(0, minor)
}

pub fn minor(amount: &Value) -> i64 {
    let digits = amount["minor"].as_str().unwrap_or_else(|| panic!("no amount: {amount}"));
    digits.parse().unwrap()
}

fn version(sale: &Value) -> u64 {
    sale["version"].as_u64().unwrap_or_else(|| panic!("no sale: {sale}"))
}
