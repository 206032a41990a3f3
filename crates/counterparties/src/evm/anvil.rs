//! An EVM node, anvil, with a chain of its own and rich accounts whose keys it holds.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::CounterpartyError;
use crate::deadline::wait_until;
use crate::error::while_doing;
use crate::evm::EvmNode;
use crate::port::free_port;
use crate::process::Process;
use crate::program::Program;

/// Named with its version, so that another anvil on PATH is passed over: what it does with a reorganisation changes.
const ANVIL: Program = Program {
    name: "anvil-1.7.1",
    variable: "TILLSTREAM_ANVIL",
    fetch: "scripts/fetch-anvil",
    folder: "counterparties/evm",
    inside: "anvil",
};

const READY_LIMIT: Duration = Duration::from_secs(60);
const START_ATTEMPTS_MAX: usize = 4;
/// So many accounts have 10,000 coins each. Payments take turns, so that one that is lost holds up no other.
const ACCOUNTS: usize = 40;

/// What a node is told when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnvilSetup {
    /// EIP-155: 1 is Ethereum, 8453 is Base.
    pub chain_id: u64,
    /// When blocks are found.
    pub mining: EvmMining,
    /// The block tagged `safe` is this many blocks below the head, the one tagged `finalized` twice as many.
    pub slots_in_an_epoch: u32,
    /// Old states are thrown away: the node stays small for days, but can neither reorganise its chain nor go back.
    pub is_pruned: bool,
}

impl AnvilSetup {
    /// Blocks on demand, an epoch of four slots.
    #[must_use]
    pub const fn on_demand(chain_id: u64) -> Self {
        Self { chain_id, mining: EvmMining::OnDemand, slots_in_an_epoch: 4, is_pruned: false }
    }
}

/// When blocks are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvmMining {
    /// By [`EvmNode::mine`] alone; transactions wait.
    OnDemand,
    /// With each transaction.
    Instantly,
    /// At an interval, of whole seconds.
    Every(Duration),
}

/// An [`EvmNode`] and the process it is. Dropping it stops the process.
pub struct Anvil {
    program: PathBuf,
    folder: PathBuf,
    setup: AnvilSetup,
    port: u16,
    node: EvmNode,
    // Dropped in this order: the process ends before its folder goes.
    process: Mutex<Option<Process>>,
    _temporary: Option<TempDir>,
}

impl Anvil {
    /// Starts a node of that chain in a temporary folder; blocks are found on demand.
    ///
    /// # Errors
    /// When no anvil is found (the message names the script that fetches one) or it does not come up.
    pub fn start(chain_id: u64) -> Result<Self, CounterpartyError> {
        Self::start_with(AnvilSetup::on_demand(chain_id))
    }

    /// Starts a node in a temporary folder.
    ///
    /// # Errors
    /// As [`Anvil::start`].
    pub fn start_with(setup: AnvilSetup) -> Result<Self, CounterpartyError> {
        let temporary = tempfile::Builder::new().prefix("tillstream-anvil-").tempdir();
        let temporary = temporary.map_err(while_doing("make a temporary folder"))?;
        Self::start_owning(setup, temporary.path().to_owned(), Some(temporary))
    }

    /// Starts a node whose chain stays in `folder`, and goes on with the one that is there.
    ///
    /// # Errors
    /// As [`Anvil::start`].
    pub fn start_in(setup: AnvilSetup, folder: &Path) -> Result<Self, CounterpartyError> {
        fs::create_dir_all(folder).map_err(while_doing(format!("make {}", folder.display())))?;
        Self::start_owning(setup, folder.to_owned(), None)
    }

    /// Starts another node with the chain that this one has; from there on each goes its own way. What the one has and the
    /// other has not fits together in everything, balances too.
    ///
    /// # Errors
    /// As [`Anvil::start`].
    pub fn twin(&self) -> Result<Self, CounterpartyError> {
        let twin = Self::start_with(self.setup)?;
        let chain = self.raw("anvil_dumpState", &json!([true]))?;
        twin.raw("anvil_loadState", &json!([chain]))?;
        Ok(twin)
    }

    /// Stops the node; its chain and its port are kept for [`Anvil::restart`]. What waited for a block is forgotten.
    ///
    /// # Errors
    /// When the process can neither be asked to end nor be killed.
    pub fn stop(&self) -> Result<(), CounterpartyError> {
        self.process().take().map_or(Ok(()), |mut process| process.stop())
    }

    /// Starts the node again, on the same port, with the chain it had; stops it first when it runs.
    ///
    /// # Errors
    /// When it does not come up again.
    pub fn restart(&self) -> Result<(), CounterpartyError> {
        self.stop()?;
        *self.process() = Some(launch(&self.program, &self.folder, self.setup, self.port, &self.node)?);
        Ok(())
    }

    /// The process's id, while it runs.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process().as_ref().map(Process::id)
    }

    fn start_owning(
        setup: AnvilSetup,
        folder: PathBuf,
        temporary: Option<TempDir>,
    ) -> Result<Self, CounterpartyError> {
        let program = ANVIL.find()?;
        let mut attempt = 1;
        let (port, node, process) = loop {
            let port = free_port()?;
            let node = EvmNode::at(&format!("http://127.0.0.1:{port}"))?;
            match launch(&program, &folder, setup, port, &node) {
                Ok(process) => break (port, node, process),
                // Somebody may have taken the port since it was found free.
                Err(CounterpartyError::EndedEarly { .. }) if attempt < START_ATTEMPTS_MAX => attempt += 1,
                Err(error) => return Err(error),
            }
        };
        let process = Mutex::new(Some(process));
        Ok(Self { program, folder, setup, port, node, process, _temporary: temporary })
    }

    fn process(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Anvil {
    type Target = EvmNode;

    fn deref(&self) -> &EvmNode {
        &self.node
    }
}

fn launch(
    program: &Path,
    folder: &Path,
    setup: AnvilSetup,
    port: u16,
    node: &EvmNode,
) -> Result<Process, CounterpartyError> {
    let mut process = Process::start("anvil", program, arguments(setup, folder, port), folder)?;
    wait_until("anvil answers", READY_LIMIT, || {
        process.check_alive()?;
        Ok(node.head().ok())
    })?;
    Ok(process)
}

fn arguments(setup: AnvilSetup, folder: &Path, port: u16) -> Vec<String> {
    let mut arguments = vec![
        "--quiet".to_owned(),
        "--host=127.0.0.1".to_owned(),
        format!("--port={port}"),
        format!("--chain-id={}", setup.chain_id),
        format!("--accounts={ACCOUNTS}"),
        format!("--slots-in-an-epoch={}", setup.slots_in_an_epoch),
        format!("--state={}", folder.join("state.json").display()),
    ];
    match setup.mining {
        EvmMining::OnDemand => arguments.push("--no-mining".to_owned()),
        EvmMining::Instantly => (),
        EvmMining::Every(interval) => arguments.push(format!("--block-time={}", interval.as_secs())),
    }
    // Without them a chain that was stopped can't be reorganised below the block it was stopped at.
    arguments
        .push(if setup.is_pruned { "--prune-history" } else { "--preserve-historical-states" }.to_owned());
    arguments
}
