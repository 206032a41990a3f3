//! Servers that fail, lie or talk nonsense.

use money::Currency;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use bdk_wallet::bitcoin::consensus::encode::serialize_hex;
use bdk_wallet::bitcoin::constants::genesis_block;
use counterparties::EsploraShim;
use payment::Rail;
use rail_bitcoin::{Network, RpcPassword};
use serde_json::{Value, json};

use crate::books::{Books, has_confirmations, is_unconfirmed};
use crate::till::{Till, settings};
use crate::town::{Kind, Town, rpc_server};

#[test]
fn the_next_server_is_followed_when_one_fails() {
    let town = Town::with(Kind::ElectrumTcp);
    let shim = EsploraShim::start(&town.node).unwrap();
    let till = Till::open(&settings(&[&town.server, &shim.esplora_url()], ""), &Arc::new(Books::default()));
    let address = till.show(7_759);
    town.electrs.as_ref().unwrap().stop().unwrap();
    till.books.wait("the failure is noticed", || till.problem(0));
    let txid = town.node.pay(&address, 7_759).unwrap();
    till.books.wait_for("the other server sees the payment", txid, &address, is_unconfirmed);
    assert_eq!(till.problem(1), None);
    assert!(till.rail.health(Currency::BTC).is_up());
}

#[test]
fn a_node_followed_after_an_indexer_misses_nothing() {
    let town = Town::with(Kind::ElectrumTcp);
    let servers = [town.server.as_str(), &rpc_server(&town.node)];
    let till = Till::open(&settings(&servers, town.node.rpc_password()), &Arc::new(Books::default()));
    let (confirmed_before, paid_after) = (till.show(1_000), till.show(2_000));
    let first = town.node.pay(&confirmed_before, 1_000).unwrap();
    town.mine(3);
    till.books.wait_for("the indexer sees the first", first, &confirmed_before, has_confirmations(3));
    town.electrs.as_ref().unwrap().stop().unwrap();
    let second = town.node.pay(&paid_after, 2_000).unwrap();
    town.node.mine(1).unwrap();
    till.books.wait_for("the node sees the second", second, &paid_after, has_confirmations(1));
    till.books.wait_for("and goes on with the first", first, &confirmed_before, has_confirmations(4));
}

#[test]
fn a_server_of_another_network_is_not_followed() {
    let town = Town::with(Kind::Bitcoind);
    let mut settings = settings(&[&town.server], town.node.rpc_password());
    settings.network = Network::Signet;
    let till = Till::open(&settings, &Arc::new(Books::default()));
    let wanted = "it serves another network than signet";
    till.books.wait("the mistake is named", || till.problem(0).filter(|problem| problem == wanted));
    assert!(!till.rail.health(Currency::BTC).is_up());
}

#[test]
fn a_wrong_or_missing_password_is_named_and_never_shown() {
    let town = Town::with(Kind::Bitcoind);
    let mut settings = settings(&[&town.server], "canary-7f3a");
    assert!(!format!("{settings:?}").contains("canary"));
    let till = Till::open(&settings, &Arc::new(Books::default()));
    let wanted = "it refuses: the user or the password is wrong";
    till.books.wait("the wrong password is named", || till.problem(0).filter(|problem| problem == wanted));
    assert!(!format!("{:?}", till.rail.health(Currency::BTC)).contains("canary"));
    settings.password = None::<RpcPassword>;
    let till = Till::open(&settings, &Arc::new(Books::default()));
    till.books.wait("the missing password is named", || {
        till.problem(0).filter(|problem| problem.contains("tillstream secret set bitcoind.password"))
    });
}

/// A server that answers every line as `answer` says.
fn listening(answer: impl Fn(&str) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut writer = stream.try_clone().unwrap();
            let lines = BufReader::new(stream).lines().map_while(Result::ok);
            lines.take_while(|line| writer.write_all(answer(line).as_bytes()).is_ok()).for_each(drop);
        }
    });
    address.to_string()
}

/// An Electrum server that seems right until it is asked for headers: it announces nine and sends one byte of them.
fn lie(line: &str) -> String {
    let genesis = genesis_block(bdk_wallet::bitcoin::Network::Regtest);
    let header = serialize_hex(&genesis.header);
    let request: Value = serde_json::from_str(line).unwrap_or_default();
    let result = match request["method"].as_str() {
        Some("server.version") => json!(["liar", "1.4"]),
        Some("blockchain.block.header") => json!(header),
        Some("blockchain.headers.subscribe") => json!({ "height": 200, "hex": header }),
        Some("blockchain.block.headers") => json!({ "count": 9, "hex": "00", "max": 9 }),
        _ => json!(null),
    };
    format!("{}\n", json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }))
}

#[test]
fn nonsense_is_a_servers_problem_and_nobody_elses() {
    let town = Town::with(Kind::Bitcoind);
    let empty_http = || listening(|_| "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]".to_owned());
    let servers = [
        format!("electrum+tcp://{}", listening(|_| "\n".to_owned())),
        format!("electrum+tcp://{}", listening(|_| "{\"id\":0,\"result\":7}\n".to_owned())),
        format!("electrum+tcp://{}", listening(lie)),
        format!("esplora+http://{}", empty_http()),
        format!("bitcoind+http://user@{}", empty_http()),
        town.server.clone(),
    ];
    let servers: Vec<&str> = servers.iter().map(String::as_str).collect();
    let till = Till::open(&settings(&servers, town.node.rpc_password()), &Arc::new(Books::default()));
    till.books.wait("the honest server is followed", || (!till.books.reports().is_empty()).then_some(()));
    let address = till.show(7_759);
    let txid = town.node.pay(&address, 7_759).unwrap();
    till.books.wait_for("the payment is seen", txid, &address, is_unconfirmed);
    let health = till.rail.health(Currency::BTC);
    let (honest, others) = health.servers.split_last().unwrap();
    assert_eq!(honest.problem, None);
    assert!(others.iter().all(|server| server.problem.is_some()), "{health:?}");
}
