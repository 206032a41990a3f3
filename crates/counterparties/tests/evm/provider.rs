//! Each fault of a provider, as a plain client sees it.

use std::time::{Duration, Instant};

use counterparties::{Anvil, EvmNode, Fault, FaultyProvider, Lie, Token, TokenKind, U256, wait_until};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::Message;

const SHOP: &str = "0x00000000000000000000000000000000005470b5";
const LIMIT: Duration = Duration::from_secs(10);

/// A node with five blocks, a provider in front of it, and a client that asks the provider.
fn asked() -> (Anvil, FaultyProvider, EvmNode) {
    let node = Anvil::start(8453).unwrap();
    node.mine(5).unwrap();
    let provider = FaultyProvider::start(&node).unwrap();
    let client = EvmNode::at(&provider.url()).unwrap();
    (node, provider, client)
}

fn logs(client: &EvmNode, filter: &Value) -> Vec<Value> {
    client.raw("eth_getLogs", &json!([filter])).unwrap().as_array().unwrap().clone()
}

/// Status and text of the answer to a plain request for the head.
fn posted(provider: &FaultyProvider) -> (u16, String) {
    Runtime::new().unwrap().block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let order = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": [] });
        let answer = client.post(provider.url()).json(&order).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    })
}

#[test]
fn provider_without_a_fault_says_what_the_node_says_and_counts_what_it_is_asked() {
    let (node, provider, client) = asked();
    assert_eq!((client.head().unwrap(), client.chain_id().unwrap()), (5, 8453));
    assert_eq!(client.block_hash(5).unwrap(), node.block_hash(5).unwrap());
    assert!(client.raw("eth_nonsense", &json!([])).is_err());
    let counted = ["eth_blockNumber", "eth_getBlockByNumber"].map(|method| provider.asked(method));
    assert_eq!((counted, provider.requests()), ([1, 1], 4));
}

#[test]
fn provider_that_lags_has_no_newer_block_nor_anything_in_one() {
    let (node, provider, client) = asked();
    let paid = node.pay(SHOP, U256::from(7)).unwrap();
    node.mine(2).unwrap();
    let hash = node.block_hash(6).unwrap();
    provider.now(Fault::Lags(3));
    assert_eq!((client.head().unwrap(), client.tagged("latest").unwrap()), (4, 4));
    assert!(client.block_hash(6).is_err());
    assert_eq!(client.raw("eth_getBlockByHash", &json!([hash, false])).unwrap(), Value::Null);
    assert!(client.raw("eth_getLogs", &json!([{ "blockHash": hash }])).is_err(), "an unknown block");
    assert_eq!(client.receipt(&paid).unwrap(), None);
    assert_eq!(client.balance(SHOP).unwrap(), U256::ZERO);
    provider.now(Fault::None);
    assert_eq!(client.head().unwrap(), 7);
    assert!(client.receipt(&paid).unwrap().is_some());
}

#[test]
fn head_of_a_provider_that_wavers_goes_back_and_forth() {
    let (_node, provider, client) = asked();
    provider.now(Fault::Wavers(2));
    let heads: Vec<u64> = (0..4).map(|_| client.head().unwrap()).collect();
    assert_eq!(heads, [5, 3, 5, 3]);
}

#[test]
fn logs_that_are_not_there_yet_are_an_empty_list_and_no_error() {
    let (node, provider, client) = asked();
    let token = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    token.pay(SHOP, token.units(1)).unwrap();
    node.mine(1).unwrap();
    let filter = json!({ "blockHash": node.block_hash(node.head().unwrap()).unwrap() });
    provider.now(Fault::LogsLag(1));
    assert!(logs(&client, &filter).is_empty());
    assert_eq!(client.head().unwrap(), node.head().unwrap(), "the block itself is there");
    node.mine(1).unwrap();
    assert_eq!(logs(&client, &filter).len(), 1);
}

#[test]
fn receipts_that_are_not_there_yet_are_null() {
    let (node, provider, client) = asked();
    let paid = node.pay(SHOP, U256::from(7)).unwrap();
    node.mine(1).unwrap();
    provider.now(Fault::ReceiptsLag(1));
    assert_eq!(client.receipt(&paid).unwrap(), None);
    assert_eq!(client.raw("eth_getBlockReceipts", &json!(["0x6"])).unwrap(), Value::Null);
    assert_eq!(client.raw("eth_getBlockReceipts", &json!(["0x5"])).unwrap(), json!([]));
    node.mine(1).unwrap();
    assert!(client.receipt(&paid).unwrap().is_some());
}

#[test]
fn search_for_logs_in_too_many_blocks_is_refused() {
    let (_node, provider, client) = asked();
    provider.now(Fault::RangeLimit(3));
    let range = |to: &str| json!([{ "fromBlock": "0x2", "toBlock": to }]);
    assert!(client.raw("eth_getLogs", &range("0x4")).is_ok());
    let refusal = client.raw("eth_getLogs", &range("latest")).unwrap_err().to_string();
    assert!(refusal.contains("at most 3 blocks"), "{refusal}");
}

#[test]
fn liar_tells_of_another_chain_with_a_token_transfer_that_never_happened() {
    let (node, provider, client) = asked();
    let token = format!("0x{:040x}", 0xc0ffee);
    let lie = Lie { block: 4, token: Some(token.clone()), to: SHOP.to_owned(), amount: U256::from(12) };
    provider.now(Fault::Lies(lie));
    let hashes: Vec<String> = (3..=5).map(|number| client.block_hash(number).unwrap()).collect();
    let truth: Vec<String> = (3..=5).map(|number| node.block_hash(number).unwrap()).collect();
    assert_eq!(hashes[0], truth[0]);
    assert!(hashes[1] != truth[1] && hashes[2] != truth[2]);
    let fifth = client.raw("eth_getBlockByNumber", &json!(["0x5", false])).unwrap();
    assert_eq!(fifth["parentHash"], hashes[1], "its blocks hang together");

    let to = format!("0x{:0>64}", &SHOP[2..]);
    let found = logs(&client, &json!({ "blockHash": hashes[1], "topics": [null, null, [to]] }));
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["blockHash"], &found[0]["address"]), (&json!(hashes[1]), &json!(token)));
    let transaction = found[0]["transactionHash"].as_str().unwrap();
    let receipt = client.receipt(transaction).unwrap().unwrap();
    assert_eq!((&receipt["status"], &receipt["logs"][0]), (&json!("0x1"), &found[0]));
    let receipts = client.raw("eth_getBlockReceipts", &json!(["0x4"])).unwrap();
    assert_eq!(receipts, json!([receipt]));
    let other = json!({ "blockHash": hashes[1], "topics": [null, null, [format!("0x{:064x}", 1)]] });
    assert!(logs(&client, &other).is_empty(), "it goes by the filter");
    assert!(client.raw("eth_getLogs", &json!([{ "blockHash": truth[1] }])).is_err(), "no block of its chain");
    assert!(node.receipt(transaction).unwrap().is_none(), "it never happened");
}

#[test]
fn liar_invents_a_payment_in_the_native_coin() {
    let (_node, provider, client) = asked();
    provider.now(Fault::Lies(Lie { block: 5, token: None, to: SHOP.to_owned(), amount: U256::from(12) }));
    let block = client.raw("eth_getBlockByNumber", &json!(["latest", true])).unwrap();
    let paid = &block["transactions"][0];
    assert_eq!((&paid["to"], &paid["value"]), (&json!(SHOP), &json!("0xc")));
    let by_hash = client.raw("eth_getTransactionByHash", &json!([paid["hash"]])).unwrap();
    assert_eq!(by_hash, *paid);
}

#[test]
fn provider_of_another_chain_gives_its_own_id() {
    let (_node, provider, client) = asked();
    provider.now(Fault::OtherChain(137));
    assert_eq!(client.chain_id().unwrap(), 137);
}

#[test]
fn status_garbage_and_refusals_reach_the_client() {
    let (_node, provider, client) = asked();
    for code in [429, 500] {
        provider.now(Fault::Status(code));
        assert_eq!(posted(&provider).0, code);
    }
    provider.now(Fault::Garbage);
    assert!(posted(&provider).1.starts_with("<html>"));
    provider.now(Fault::Refuses);
    assert!(client.head().unwrap_err().to_string().contains("-32005"));
}

#[test]
fn slow_provider_takes_its_time() {
    let (_node, provider, client) = asked();
    let delay = Duration::from_millis(300);
    provider.now(Fault::Slow(delay));
    #[expect(clippy::disallowed_methods, reason = "a real line on the real clock")]
    let began = Instant::now();
    client.head().unwrap();
    assert!(began.elapsed() >= delay);
}

#[test]
fn provider_that_is_down_refuses_connections_until_it_is_back() {
    let (_node, provider, client) = asked();
    provider.go_down();
    assert!(client.head().is_err());
    provider.come_back().unwrap();
    assert_eq!(client.head().unwrap(), 5);
}

#[test]
fn heads_are_pushed_as_the_fault_lets_them_be_seen_until_the_line_is_cut() {
    let (node, provider, client) = asked();
    Runtime::new().unwrap().block_on(async {
        let (mut line, _) = tokio_tungstenite::connect_async(provider.ws_url()).await.unwrap();
        let order = json!({ "jsonrpc": "2.0", "id": 7, "method": "eth_subscribe", "params": ["newHeads"] });
        line.send(Message::text(order.to_string())).await.unwrap();
        let mut heard = async || -> Option<Value> {
            let message = tokio::time::timeout(LIMIT, line.next()).await.unwrap()?;
            serde_json::from_str(message.ok()?.to_text().ok()?).ok()
        };
        assert_eq!(heard().await.unwrap()["id"], 7);
        tokio::task::block_in_place(|| node.mine(1)).unwrap();
        let head = heard().await.unwrap();
        assert_eq!(head["params"]["result"]["number"], "0x6");
        provider.now(Fault::Lags(2));
        let head = heard().await.unwrap();
        assert_eq!(head["params"]["result"]["number"], "0x4", "the head goes back");
        provider.cut_lines();
        assert_eq!(heard().await, None, "the line is cut");
        assert!(tokio_tungstenite::connect_async(provider.ws_url()).await.is_ok(), "a new one is taken");
        provider.now(Fault::Status(429));
        assert!(tokio_tungstenite::connect_async(provider.ws_url()).await.is_err());
    });
    provider.now(Fault::None);
    wait_until("the head is seen", LIMIT, || Ok((client.head()? == 6).then_some(()))).unwrap();
}
