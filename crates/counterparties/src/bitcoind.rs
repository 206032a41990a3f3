//! A funded Bitcoin node on regtest, and the customer whose wallet it holds.
//!
//! After [`Bitcoind::start`] the wallet holds many confirmed coins of about a bitcoin each, so that independent payments
//! spend independent coins: replacing one never drags another along.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::TempDir;

use crate::deadline::wait_until;
use crate::error::{CounterpartyError, while_doing};
use crate::node::Node;
use crate::port::free_port;
use crate::process::Process;
use crate::program::Program;

const BITCOIND: Program = Program {
    name: "bitcoind",
    variable: "TILLSTREAM_BITCOIND",
    fetch: "scripts/fetch-bitcoind",
    folder: "counterparties/bitcoind",
    inside: "bitcoind",
};

const RPC_USER: &str = "tillstream";
const READY_LIMIT: Duration = Duration::from_secs(60);
/// Policy as most nodes have it. Knots refuses more by itself, a lock time of 21 for one, which the customer's wallet
/// draws about once in a thousand payments. In a file, because a node that does not know the setting passes over it there.
const SETTINGS: &str = "[regtest]\ncorepolicy=1\n";
const START_ATTEMPTS_MAX: usize = 4;
/// A block reward can be spent after 100 further blocks.
const BLOCKS_UNTIL_FUNDED: u32 = 101;
/// The first reward, 50 bitcoin, is split into this many coins…
const COINS: u64 = 40;
/// …of this many sats each.
const COIN_SAT: u64 = 120_000_000;

/// A [`Node`] with a funded wallet and the process it is. Dropping it stops the process.
pub struct Bitcoind {
    program: PathBuf,
    folder: PathBuf,
    ports: Ports,
    node: Node,
    // Dropped in this order: the process ends before its folder goes.
    process: Mutex<Option<Process>>,
    temporary: Option<TempDir>,
}

#[derive(Clone, Copy)]
struct Ports {
    rpc: u16,
    p2p: u16,
}

impl Bitcoind {
    /// Starts a node in a temporary folder and funds its wallet.
    ///
    /// # Errors
    /// When no bitcoind is found (the message names the script that fetches one) or it does not come up.
    pub fn start() -> Result<Self, CounterpartyError> {
        let temporary = tempfile::Builder::new().prefix("tillstream-bitcoind-").tempdir();
        let temporary = temporary.map_err(while_doing("make a temporary folder"))?;
        let folder = temporary.path().to_owned();
        Self::start_owning(folder, Some(temporary))
    }

    /// Starts a node whose chain and wallet stay in `folder`, and funds the wallet the first time.
    ///
    /// # Errors
    /// As [`Bitcoind::start`].
    pub fn start_in(folder: &Path) -> Result<Self, CounterpartyError> {
        fs::create_dir_all(folder).map_err(while_doing(format!("make {}", folder.display())))?;
        Self::start_owning(folder.to_owned(), None)
    }

    /// Stops the node; chain, wallet, mempool and ports are kept for [`Bitcoind::restart`].
    ///
    /// # Errors
    /// When the process can neither be asked to end nor be killed.
    pub fn stop(&self) -> Result<(), CounterpartyError> {
        self.process().take().map_or(Ok(()), |mut process| process.stop())
    }

    /// Starts the node again, on the same ports, as it was; stops it first when it runs.
    ///
    /// # Errors
    /// When it does not come up again.
    pub fn restart(&self) -> Result<(), CounterpartyError> {
        self.stop()?;
        let arguments = arguments(&self.folder, self.ports, self.node.rpc_password(), self.lasts());
        let process = launch(&self.program, &self.folder, arguments, &self.node)?;
        *self.process() = Some(process);
        self.node.load_customer()
    }

    /// The process's id, while it runs.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process().as_ref().map(Process::id)
    }

    /// `host:port` for peers.
    #[must_use]
    pub fn p2p_address(&self) -> String {
        format!("127.0.0.1:{}", self.ports.p2p)
    }

    /// `host:port` of the RPC server.
    #[must_use]
    pub fn rpc_address(&self) -> String {
        format!("127.0.0.1:{}", self.ports.rpc)
    }

    fn start_owning(folder: PathBuf, temporary: Option<TempDir>) -> Result<Self, CounterpartyError> {
        let program = BITCOIND.find()?;
        let password = random_password()?;
        let mut attempt = 1;
        let (ports, node, process) = loop {
            let ports = Ports { rpc: free_port()?, p2p: free_port()? };
            let node = Node::at(&format!("http://127.0.0.1:{}", ports.rpc), RPC_USER, &password)?;
            let arguments = arguments(&folder, ports, &password, temporary.is_none());
            match launch(&program, &folder, arguments, &node) {
                Ok(process) => break (ports, node, process),
                // Somebody may have taken a port since it was found free.
                Err(CounterpartyError::EndedEarly { .. }) if attempt < START_ATTEMPTS_MAX => attempt += 1,
                Err(error) => return Err(error),
            }
        };
        let process = Mutex::new(Some(process));
        let bitcoind = Self { program, folder, ports, node, process, temporary };
        bitcoind.node.load_customer()?;
        bitcoind.fund()?;
        Ok(bitcoind)
    }

    fn fund(&self) -> Result<(), CounterpartyError> {
        if self.height()? >= BLOCKS_UNTIL_FUNDED {
            // A node whose tip is a day old believes it is still catching up; one new block convinces it.
            return self.mine(1).map(|_| ());
        }
        self.mine(BLOCKS_UNTIL_FUNDED)?;
        let addresses: Result<Vec<String>, _> = (0..COINS).map(|_| self.new_address()).collect();
        let addresses = addresses?;
        let coins: Vec<(&str, u64)> = addresses.iter().map(|address| (address.as_str(), COIN_SAT)).collect();
        self.pay_many(&coins)?;
        self.mine(1).map(|_| ())
    }

    /// Is its folder kept when it ends?
    const fn lasts(&self) -> bool {
        self.temporary.is_none()
    }

    fn process(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Bitcoind {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.node
    }
}

fn launch(
    program: &Path,
    folder: &Path,
    arguments: Vec<String>,
    node: &Node,
) -> Result<Process, CounterpartyError> {
    fs::write(folder.join("bitcoin.conf"), SETTINGS).map_err(while_doing("write bitcoin.conf"))?;
    let mut process = Process::start("bitcoind", program, arguments, folder)?;
    wait_until("bitcoind answers", READY_LIMIT, || {
        process.check_alive()?;
        Ok(node.height().ok())
    })?;
    Ok(process)
}

fn arguments(folder: &Path, ports: Ports, password: &str, lasts: bool) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "-regtest",
        "-server=1",
        "-txindex=1",
        "-printtoconsole=0",
        // Nothing leaves this machine.
        "-dnsseed=0",
        "-fixedseeds=0",
        "-discover=0",
        "-listenonion=0",
        "-natpmp=0",
        "-rpcbind=127.0.0.1",
        "-rpcallowip=127.0.0.1",
        "-rpcworkqueue=128",
        // A modern customer: bech32 addresses, replaceable payments, a fee although nobody else pays one.
        "-addresstype=bech32",
        "-changetype=bech32",
        "-walletrbf=1",
        "-fallbackfee=0.0001",
        "-keypool=60",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.extend([
        format!("-datadir={}", folder.display()),
        format!("-bind=127.0.0.1:{}", ports.p2p),
        format!("-rpcport={}", ports.rpc),
        format!("-rpcuser={RPC_USER}"),
        format!("-rpcpassword={password}"),
    ]);
    if !lasts {
        // A wallet that is thrown away need not wait for a busy disk, which can take half a minute.
        arguments.push("-unsafesqlitesync=1".to_owned());
    }
    arguments
}

/// A client that reaches a foreign node on a port it remembers is turned away.
fn random_password() -> Result<String, CounterpartyError> {
    let random = getrandom::u64().map_err(std::io::Error::from).map_err(while_doing("draw a password"))?;
    Ok(format!("{random:016x}"))
}
