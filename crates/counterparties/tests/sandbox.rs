//! The sandbox program, driven as a developer does.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use counterparties::{EvmNode, Token, TokenKind, U256, wait_until};
use serde_json::Value;

use crate::AMOUNT_SAT;

const USDC_ON_BASE: &str = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
const EVM_SHOP: &str = "0x00000000000000000000000000000000005470b5";
const END_LIMIT: Duration = Duration::from_secs(20);

fn start(folder: &Path) -> (Child, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
    let command = command.arg("start").arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut sandbox = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(sandbox.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (sandbox, serde_json::from_str(&line).unwrap())
}

fn ask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sandbox")).args(arguments).output().unwrap()
}

fn said(arguments: &[&str]) -> String {
    let output = ask(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn wait_until_gone(process: &Value) {
    let entry = format!("/proc/{process}");
    wait_until(&format!("process {process} ends"), END_LIMIT, || {
        Ok((!fs::exists(&entry).unwrap_or(true)).then_some(()))
    })
    .unwrap();
}

#[test]
fn developer_pays_mines_and_changes_his_mind() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let (mut sandbox, control) = start(folder.path());
    let node = counterparties::Node::at(
        control["bitcoind"]["url"].as_str().unwrap(),
        control["bitcoind"]["user"].as_str().unwrap(),
        control["bitcoind"]["password"].as_str().unwrap(),
    )
    .unwrap();
    let shop = node.new_address().unwrap();

    let paid = said(&["pay", place, &shop, "0.00007759"]);
    let payment = paid.strip_prefix("paid with ").unwrap();
    assert_eq!(crate::paid_to(&node, payment.parse().unwrap(), &shop), AMOUNT_SAT);
    assert!(said(&["take-back", place, payment]).starts_with("taken back with "));
    let height = node.height().unwrap();
    assert_eq!(said(&["mine", place, "2"]), format!("the chain has {} blocks", height + 2));
    assert_eq!(
        said(&["undo", place, "2"]),
        format!("2 blocks replaced; the chain has {} blocks", height + 3)
    );

    let settings = fs::read_to_string(folder.path().join("settings.toml")).unwrap();
    assert!(settings.contains(control["stripe"]["url"].as_str().unwrap()), "{settings}");
    assert!(settings.contains(control["stripe"]["reader"].as_str().unwrap()), "{settings}");
    let nobody_waits = ask(&["tap", place]);
    assert!(!nobody_waits.status.success(), "no payment waits for a card");

    let base = EvmNode::at(control["evm"]["8453"]["url"].as_str().unwrap()).unwrap();
    let token = Token::at(&base, TokenKind::Authorized, USDC_ON_BASE).unwrap();
    let link = format!("ethereum:{USDC_ON_BASE}@8453/transfer?address={EVM_SHOP}&uint256=7000000");
    said(&["pay", place, &link]);
    said(&["pay", place, "evm:base/ETH", EVM_SHOP, "0.5"]);
    assert!(said(&["mine", place, "evm:base"]).starts_with("the chain has "));
    assert_eq!(token.balance(EVM_SHOP).unwrap(), token.units(7));
    assert_eq!(base.balance(EVM_SHOP).unwrap(), U256::from(500_000_000_000_000_000_u64));

    drop(sandbox.stdin.take());
    assert!(sandbox.wait().unwrap().success());
    wait_until_gone(&control["evm"]["8453"]["process"]);
    wait_until_gone(&control["bitcoind"]["process"]);
    wait_until_gone(&control["electrs"]["process"]);
    let refusal = ask(&["mine", place]);
    assert_eq!(
        String::from_utf8_lossy(&refusal.stderr).trim(),
        "sandbox: no sandbox is running: start one with ./run sandbox"
    );
}

#[test]
fn killed_sandbox_leaves_no_process_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (mut sandbox, control) = start(folder.path());
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
    wait_until_gone(&control["bitcoind"]["process"]);
    wait_until_gone(&control["electrs"]["process"]);
}

#[test]
fn next_start_keeps_chain_and_account() {
    let folder = tempfile::tempdir().unwrap();
    let (mut sandbox, first) = start(folder.path());
    drop(sandbox.stdin.take());
    sandbox.wait().unwrap();
    let (mut sandbox, second) = start(folder.path());
    drop(sandbox.stdin.take());
    sandbox.wait().unwrap();
    assert_eq!(first["account"], second["account"]);
    assert_eq!(first["evm"].as_object().unwrap().len(), 6);
    let settings = fs::read_to_string(folder.path().join("settings.toml")).unwrap();
    assert!(settings.contains(second["account"].as_str().unwrap()));
    assert!(settings.contains(second["electrs"]["url"].as_str().unwrap()));
}

#[test]
fn unknown_command_prints_the_usage() {
    let refusal = ask(&["dance"]);
    assert_eq!(refusal.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refusal.stderr).starts_with("usage: sandbox start DIR"));
}
