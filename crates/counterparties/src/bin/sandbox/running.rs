//! The running sandbox: node, indexer, TLS front, Esplora front, the EVM chains and the stand-in for Stripe, and the two
//! files that tell others where they are.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;

use crate::evm::Chains;
use crate::stripe::Stripe;
use counterparties::{Bitcoind, Electrs, EsploraShim, TlsFront};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// Where the other commands find the running node; readable by its owner only, for it holds the node's password.
pub(crate) const CONTROL_FILE: &str = "sandbox.json";
/// Settings that make a till use the sandbox: `tillstream --mode sandbox settings import`.
const SETTINGS_FILE: &str = "settings.toml";

/// Starts everything in `folder`, prints where it is as one line of JSON, and runs until told to end.
pub(crate) fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let folder = fs::canonicalize(folder)?;
    let node = Bitcoind::start_in(&folder.join("bitcoind"))?;
    let electrs = Electrs::start_in(&node, &folder.join("electrs"))?;
    let tls = TlsFront::start(&electrs.address())?;
    let esplora = EsploraShim::start(&node)?;
    let chains = Chains::start(&folder.join("evm"))?;
    let stripe = Stripe::start()?;
    let account = node.till_account()?;
    let control = json!({
        "bitcoind": {
            "url": node.rpc_url(),
            "user": node.rpc_user(),
            "password": node.rpc_password(),
            "process": node.process_id(),
        },
        "electrs": { "url": electrs.electrum_url(), "process": electrs.process_id() },
        "electrum_tls": tls.electrum_url(),
        "esplora": esplora.esplora_url(),
        "evm": chains.control(),
        "stripe": stripe.control(),
        "account": account,
    });
    let settings = settings(&account, &electrs.electrum_url()) + &chains.settings() + &stripe.settings();
    write_private(&folder.join(SETTINGS_FILE), &settings)?;
    announce(&folder, &control)?;
    wait_for_the_end()?;
    fs::remove_file(folder.join(CONTROL_FILE))?;
    Ok(())
}

fn announce(folder: &Path, control: &Value) -> io::Result<()> {
    write_private(&folder.join(CONTROL_FILE), &control.to_string())?;
    println!("{control}");
    io::stdout().flush()
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

/// Until standard input closes, or SIGTERM, or Ctrl-C.
fn wait_for_the_end() -> io::Result<()> {
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (closed, input_closed) = oneshot::channel();
        thread::spawn(move || {
            // An input that cannot be read is as good as closed.
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            let _ = closed.send(());
        });
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
            _ = input_closed => (),
        }
        Ok(())
    })
}

fn settings(account: &str, server: &str) -> String {
    format!(
        r#"[shop]
name = "Sandbox Shop"
currency = "EUR"

[rates]
sources = ["fixed"]
fixed = {{ "BTC/EUR" = "58000.00", "ETH/EUR" = "2900.00", "POL/EUR" = "0.40", "BNB/EUR" = "560.00", "USDC/EUR" = "0.92", "USDT/EUR" = "0.92", "DAI/EUR" = "0.92" }}

[[policy]]
rail = "bitcoin"
up_to = "50.00"
safe = 1
final = 3

[rail.bitcoin]
enabled = true
network = "regtest"
account = "{account}"
servers = ["{server}"]
"#
    )
}
