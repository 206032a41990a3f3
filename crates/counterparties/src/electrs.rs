//! An Electrum server over the node: electrs, indexing as fast as it can be made to.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bitcoin::BlockHash;
use electrum_client::{Client, ConfigBuilder, ElectrumApi};
use tempfile::TempDir;

use crate::deadline::wait_until;
use crate::error::{CounterpartyError, while_doing};
use crate::port::free_port;
use crate::process::Process;
use crate::program::Program;
use crate::{Bitcoind, Node};

const ELECTRS: Program = Program {
    name: "electrs",
    variable: "TILLSTREAM_ELECTRS",
    fetch: "scripts/fetch-electrs",
    folder: "counterparties/electrs",
    inside: "bin/electrs",
};

const READY_LIMIT: Duration = Duration::from_secs(60);
const SYNC_LIMIT: Duration = Duration::from_secs(30);
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
const START_ATTEMPTS_MAX: usize = 4;

/// An Electrum server. Dropping it stops the process.
///
/// electrs ends by itself when its node stops: call [`Electrs::restart`] after [`Bitcoind::restart`].
pub struct Electrs {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    // Dropped in this order: the process ends before its folder goes.
    process: Mutex<Option<Process>>,
    _temporary: Option<TempDir>,
}

impl Electrs {
    /// Starts an indexer in a temporary folder and waits until it has caught up with `node`.
    ///
    /// # Errors
    /// When no electrs is found (the message names the script that builds one) or it does not come up.
    pub fn start(node: &Bitcoind) -> Result<Self, CounterpartyError> {
        let temporary = tempfile::Builder::new().prefix("tillstream-electrs-").tempdir();
        let temporary = temporary.map_err(while_doing("make a temporary folder"))?;
        let folder = temporary.path().to_owned();
        Self::start_owning(node, folder, Some(temporary))
    }

    /// Starts an indexer whose index stays in `folder`.
    ///
    /// # Errors
    /// As [`Electrs::start`].
    pub fn start_in(node: &Bitcoind, folder: &Path) -> Result<Self, CounterpartyError> {
        fs::create_dir_all(folder).map_err(while_doing(format!("make {}", folder.display())))?;
        Self::start_owning(node, folder.to_owned(), None)
    }

    /// `electrum+tcp://127.0.0.1:PORT`, as the settings file writes it.
    #[must_use]
    pub fn electrum_url(&self) -> String {
        format!("electrum+tcp://{}", self.address())
    }

    /// `127.0.0.1:PORT`, for a [`crate::TlsFront`].
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Waits until the indexer serves height `height` or more.
    ///
    /// # Errors
    /// When it does not within 30 s.
    pub fn wait_for_height(&self, height: u32) -> Result<(), CounterpartyError> {
        let wanted = usize::try_from(height).expect("a height fits the machine word");
        wait_until(&format!("electrs reaches height {height}"), SYNC_LIMIT, || {
            Ok(self.tip()?.filter(|(reached, _)| *reached >= wanted).map(|_| ()))
        })
    }

    /// Waits until the indexer's tip is the node's, whichever way the chain went, and lets it read the mempool now.
    ///
    /// # Errors
    /// When it does not within 30 s.
    pub fn catch_up(&self, node: &Node) -> Result<(), CounterpartyError> {
        let wanted = node.tip()?;
        wait_until(&format!("electrs reaches block {wanted}"), SYNC_LIMIT, || {
            self.nudge()?;
            Ok(self.tip()?.filter(|(_, tip)| *tip == wanted).map(|_| ()))
        })
    }

    /// Lets the indexer read the mempool now; by itself it does once a second.
    ///
    /// # Errors
    /// When it is stopped.
    pub fn nudge(&self) -> Result<(), CounterpartyError> {
        self.process().as_ref().map_or(Err(CounterpartyError::Stopped("electrs")), Process::nudge)
    }

    /// The process's id, while it runs.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process().as_ref().map(Process::id)
    }

    /// Stops the indexer; index and port are kept for [`Electrs::restart`].
    ///
    /// # Errors
    /// When the process can neither be asked to end nor be killed.
    pub fn stop(&self) -> Result<(), CounterpartyError> {
        self.process().take().map_or(Ok(()), |mut process| process.stop())
    }

    /// Starts the indexer again on the same port, and waits until it has caught up.
    ///
    /// # Errors
    /// When it does not come up again.
    pub fn restart(&self, node: &Bitcoind) -> Result<(), CounterpartyError> {
        self.stop()?;
        *self.process() = Some(launch(&self.program, &self.folder, self.port, node)?);
        self.catch_up(node)
    }

    fn start_owning(
        node: &Bitcoind,
        folder: PathBuf,
        temporary: Option<TempDir>,
    ) -> Result<Self, CounterpartyError> {
        let program = ELECTRS.find()?;
        let mut attempt = 1;
        let (port, process) = loop {
            let port = free_port()?;
            match launch(&program, &folder, port, node) {
                Ok(process) => break (port, process),
                // Somebody may have taken a port since it was found free.
                Err(CounterpartyError::EndedEarly { .. }) if attempt < START_ATTEMPTS_MAX => attempt += 1,
                Err(error) => return Err(error),
            }
        };
        let process = Mutex::new(Some(process));
        let electrs = Self { program, folder, port, process, _temporary: temporary };
        electrs.catch_up(node)?;
        Ok(electrs)
    }

    fn tip(&self) -> Result<Option<(usize, BlockHash)>, CounterpartyError> {
        self.process().as_mut().map_or(Err(CounterpartyError::Stopped("electrs")), Process::check_alive)?;
        Ok(tip(&self.address()))
    }

    fn process(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn launch(program: &Path, folder: &Path, port: u16, node: &Bitcoind) -> Result<Process, CounterpartyError> {
    let settings = folder.join("electrs.toml");
    fs::write(&settings, configuration(folder, port, node))
        .map_err(while_doing(format!("write {}", settings.display())))?;
    let arguments = ["--skip-default-conf-files".into(), "--conf".into(), settings.into_os_string()];
    let mut process = Process::start("electrs", program, arguments, folder)?;
    let address = format!("127.0.0.1:{port}");
    // Only an indexer that answers has its signal handlers; before that a nudge would end it.
    wait_until("electrs answers", READY_LIMIT, || {
        process.check_alive()?;
        Ok(tip(&address))
    })?;
    Ok(process)
}

/// The height and hash of the indexer's tip; nothing while it does not answer.
fn tip(address: &str) -> Option<(usize, BlockHash)> {
    let config = ConfigBuilder::new().timeout(Some(ANSWER_LIMIT)).retry(0).build();
    let client = Client::from_config(&format!("tcp://{address}"), config).ok()?;
    let tip = client.block_headers_subscribe().ok()?;
    Some((tip.height, tip.header.block_hash()))
}

fn configuration(folder: &Path, port: u16, node: &Bitcoind) -> String {
    format!(
        r#"network = "regtest"
auth = "{user}:{password}"
daemon_rpc_addr = "{rpc}"
daemon_p2p_addr = "{p2p}"
electrum_rpc_addr = "127.0.0.1:{port}"
db_dir = "{folder}/index"
wait_duration_secs = 1
skip_block_download_wait = true
"#,
        user = node.rpc_user(),
        password = node.rpc_password(),
        rpc = node.rpc_address(),
        p2p = node.p2p_address(),
        folder = folder.display(),
    )
}
