//! Tokens with the habits of real ones.

use counterparties::{Anvil, Batch, Token, TokenKind, U256};
use serde_json::{Value, json};

const SHOP: &str = "0x00000000000000000000000000000000005470b5";
/// USDC on Base.
const REAL: &str = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
const OTHER: &str = "0x00000000000000000000000000000000000741e4";
/// keccak256 of `Transfer(address,address,uint256)`.
const TRANSFER: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/// Contract, receiver and amount of every transfer that the newest block announces.
fn announced(node: &Anvil) -> Vec<(String, String, U256)> {
    let block = node.block_hash(node.head().unwrap()).unwrap();
    let logs = node.raw("eth_getLogs", &json!([{ "blockHash": block, "topics": [TRANSFER] }])).unwrap();
    let text = |value: &Value| value.as_str().unwrap().trim_start_matches("0x").to_owned();
    let transfer = |log: &Value| {
        let to = format!("0x{}", &text(&log["topics"][2])[24..]);
        (format!("0x{}", text(&log["address"])), to, U256::from_str_radix(&text(&log["data"]), 16).unwrap())
    };
    logs.as_array().unwrap().iter().map(transfer).collect()
}

#[test]
fn tokens_of_any_decimals_arrive_to_the_last_unit() {
    let node = Anvil::start(1).unwrap();
    for decimals in [0, 6, 8, 18, 77] {
        let token = Token::deploy(&node, TokenKind::Plain, "ANY", decimals).unwrap();
        let amount = if decimals == 77 { U256::from(7) } else { token.units(12) + U256::from(7) };
        token.pay(SHOP, amount).unwrap();
        node.mine(1).unwrap();
        assert_eq!(token.balance(SHOP).unwrap(), amount);
        assert_eq!(announced(&node), [(token.address().to_owned(), SHOP.to_owned(), amount)]);
        assert_eq!(Token::at(&node, TokenKind::Plain, token.address()).unwrap().units(1), token.units(1));
    }
    assert!(Token::at(&node, TokenKind::Plain, SHOP).is_err(), "there is no token");
}

#[test]
fn token_lies_at_the_address_of_the_real_one_after_a_restart_too() {
    let node = Anvil::start(8453).unwrap();
    let token = Token::deploy_at(&node, TokenKind::Authorized, "USDC", 6, REAL).unwrap();
    token.pay(SHOP, token.units(5)).unwrap();
    node.mine(1).unwrap();
    assert_eq!((token.address(), token.balance(SHOP).unwrap()), (REAL, token.units(5)));
    assert!(Token::deploy_at(&node, TokenKind::Authorized, "USDC", 6, REAL).is_err(), "it has begun");
    node.restart().unwrap();
    assert_eq!(Token::at(&node, TokenKind::Authorized, REAL).unwrap().balance(SHOP).unwrap(), token.units(5));
}

#[test]
fn silent_token_pays_and_returns_nothing() {
    let node = Anvil::start(1).unwrap();
    let token = Token::deploy(&node, TokenKind::Silent, "USDT", 6).unwrap();
    token.pay(SHOP, token.units(5)).unwrap();
    node.mine(1).unwrap();
    assert_eq!(token.balance(SHOP).unwrap(), token.units(5));
    let nothing = format!("0xa9059cbb{:0>64}{:064x}", &SHOP[2..], 0);
    assert_eq!(node.call(token.address(), &nothing).unwrap(), "0x");
}

#[test]
fn toll_is_kept_of_what_is_sent() {
    let node = Anvil::start(1).unwrap();
    let token = Token::deploy(&node, TokenKind::Toll, "TOLL", 6).unwrap();
    token.pay(SHOP, token.units(100)).unwrap();
    node.mine(1).unwrap();
    assert_eq!(token.balance(SHOP).unwrap(), token.units(99));
    assert_eq!(announced(&node)[0], (token.address().to_owned(), SHOP.to_owned(), token.units(99)));
}

#[test]
fn hollow_token_announces_what_never_came() {
    let node = Anvil::start(1).unwrap();
    let token = Token::deploy(&node, TokenKind::Hollow, "USDC", 6).unwrap();
    token.pay(SHOP, token.units(100)).unwrap();
    node.mine(1).unwrap();
    assert_eq!(announced(&node), [(token.address().to_owned(), SHOP.to_owned(), token.units(100))]);
    assert_eq!(token.balance(SHOP).unwrap(), U256::ZERO);
}

#[test]
fn anybody_may_move_nothing_in_the_name_of_another() {
    let node = Anvil::start(1).unwrap();
    let token = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    token.poison(OTHER, SHOP).unwrap();
    node.mine(1).unwrap();
    assert_eq!(announced(&node), [(token.address().to_owned(), SHOP.to_owned(), U256::ZERO)]);
}

#[test]
fn batch_pays_several_in_one_transaction() {
    let node = Anvil::start(1).unwrap();
    let token = Token::deploy(&node, TokenKind::Silent, "USDT", 6).unwrap();
    let batch = Batch::deploy(&node).unwrap();
    let payments = [(SHOP.to_owned(), U256::from(3)), (OTHER.to_owned(), U256::from(4))];
    batch.send_tokens(&token, &payments).unwrap();
    batch.send_coins(&payments).unwrap();
    node.mine(1).unwrap();
    for (address, amount) in &payments {
        assert_eq!(token.balance(address).unwrap(), *amount);
        assert_eq!(node.balance(address).unwrap(), *amount);
    }
    let block = node.raw("eth_getBlockByNumber", &json!(["latest", true])).unwrap();
    let receivers: Vec<&Value> =
        block["transactions"].as_array().unwrap().iter().map(|paid| &paid["to"]).collect();
    assert!(receivers.iter().all(|to| **to != SHOP && **to != OTHER), "coins came by internal transfers");
}

#[test]
fn owner_of_a_token_signs_a_transfer_that_another_hands_in_once() {
    let node = Anvil::start(8453).unwrap();
    let token = Token::deploy(&node, TokenKind::Authorized, "USDC", 6).unwrap();
    let (owner, sponsor) = (node.customer().unwrap(), node.customer().unwrap());
    let nonce = format!("0x{:064x}", 41);
    let terms = json!({
        "from": owner, "to": SHOP, "value": "12340000", "validAfter": "0", "validBefore": "99999999999", "nonce": nonce,
    });
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    let typed = json!({
        "types": {
            "EIP712Domain": [field("name", "string"), field("version", "string"), field("chainId", "uint256"),
                field("verifyingContract", "address")],
            "TransferWithAuthorization": [field("from", "address"), field("to", "address"),
                field("value", "uint256"), field("validAfter", "uint256"), field("validBefore", "uint256"),
                field("nonce", "bytes32")],
        },
        "primaryType": "TransferWithAuthorization",
        "domain": { "name": "Test USDC", "version": "2", "chainId": 8453, "verifyingContract": token.address() },
        "message": terms,
    });
    let signature = node.raw("eth_signTypedData_v4", &json!([owner, typed])).unwrap();
    let signature = signature.as_str().unwrap().trim_start_matches("0x").to_owned();
    let (r, s, v) = (&signature[..64], &signature[64..128], &signature[128..]);
    let input = format!(
        "0xe3ee160e{:0>64}{:0>64}{:064x}{:064x}{:064x}{:064x}{v:0>64}{r}{s}",
        &owner[2..],
        &SHOP[2..],
        12_340_000,
        0,
        99_999_999_999_u64,
        41
    );
    let order = json!({ "from": sponsor, "to": token.address(), "input": input });
    node.send(&order).unwrap();
    node.mine(1).unwrap();
    assert_eq!(token.balance(SHOP).unwrap(), U256::from(12_340_000));
    let again = node.send(&order).unwrap();
    node.mine(1).unwrap();
    assert_eq!(node.receipt(&again).unwrap().unwrap()["status"], "0x0", "once only");
}
