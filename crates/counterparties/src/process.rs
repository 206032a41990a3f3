//! One process of ours: started with a private home, watched, and stopped by its own id.
//!
//! Invariant: no process outlives the program that started it. A handle that is dropped stops its process; should the
//! program be killed, Linux kills the process for it (`setpriv --pdeathsig`).

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{LazyLock, mpsc};
use std::time::Duration;
use std::{io, thread};

use rustix::process::{Pid, Signal, kill_process};

use crate::deadline::wait_until;
use crate::error::{CounterpartyError, while_doing};

const STOP_LIMIT: Duration = Duration::from_secs(10);
const LAST_WORDS_LINES: usize = 4;

/// A process that runs until it is stopped or dropped.
pub(crate) struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `program` with `folder` as its home and current folder; what it prints goes to `folder/output.log`.
    pub(crate) fn start<Argument: AsRef<OsStr>>(
        name: &'static str,
        program: &Path,
        arguments: impl IntoIterator<Item = Argument>,
        folder: &Path,
    ) -> Result<Self, CounterpartyError> {
        let log = folder.join("output.log");
        let output = File::create(&log).map_err(while_doing(format!("write {}", log.display())))?;
        let errors = output.try_clone().map_err(while_doing(format!("write {}", log.display())))?;
        let mut command = bound_to_us(program);
        command.args(arguments).current_dir(folder).env("HOME", folder);
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let child = launch(command).map_err(while_doing(format!("start {}", program.display())))?;
        Ok(Self { name, child, log })
    }

    /// The process's id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// An error once the process has ended, with its last words.
    pub(crate) fn check_alive(&mut self) -> Result<(), CounterpartyError> {
        match self.child.try_wait().map_err(while_doing(format!("watch {}", self.name)))? {
            None => Ok(()),
            Some(status) => Err(self.ended(status)),
        }
    }

    /// Asks the process to do its periodic work now (electrs reads the mempool at SIGUSR1).
    pub(crate) fn nudge(&self) -> Result<(), CounterpartyError> {
        self.signal(Signal::USR1)
    }

    /// Stops the process: SIGTERM, and SIGKILL if it does not end in time.
    pub(crate) fn stop(&mut self) -> Result<(), CounterpartyError> {
        if self.has_ended()? {
            return Ok(());
        }
        self.signal(Signal::TERM)?;
        let condition = format!("{} ends", self.name);
        let ended = wait_until(&condition, STOP_LIMIT, || Ok(self.has_ended()?.then_some(())));
        ended.or_else(|_| {
            self.child.kill().map_err(while_doing(format!("kill {}", self.name)))?;
            self.child.wait().map(|_| ()).map_err(while_doing(format!("wait for {}", self.name)))
        })
    }

    fn has_ended(&mut self) -> Result<bool, CounterpartyError> {
        let status = self.child.try_wait().map_err(while_doing(format!("watch {}", self.name)))?;
        Ok(status.is_some())
    }

    fn signal(&self, signal: Signal) -> Result<(), CounterpartyError> {
        kill_process(Pid::from_child(&self.child), signal)
            .map_err(|error| while_doing(format!("signal {}", self.name))(error.into()))
    }

    fn ended(&self, status: ExitStatus) -> CounterpartyError {
        let words = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = words.lines().collect();
        let last_words = lines[lines.len().saturating_sub(LAST_WORDS_LINES)..].join(" / ");
        CounterpartyError::EndedEarly { program: self.name, status, last_words }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("counterparties: {error}");
        }
    }
}

/// A command the kernel kills when the thread that starts it ends.
fn bound_to_us(program: &Path) -> Command {
    if cfg!(target_os = "linux") {
        let mut command = Command::new("setpriv");
        command.arg("--pdeathsig").arg("KILL").arg("--").arg(program);
        return command;
    }
    Command::new(program)
}

type Order = (Command, mpsc::Sender<io::Result<Child>>);

/// Starts a process from a thread that lives as long as the program: the kernel's "die with the parent" is about the
/// parent *thread*, and a thread pool's threads come and go.
fn launch(command: Command) -> io::Result<Child> {
    static LAUNCHER: LazyLock<mpsc::Sender<Order>> = LazyLock::new(|| {
        let (orders, inbox) = mpsc::channel::<Order>();
        thread::spawn(move || {
            for (mut command, answer) in inbox {
                // An asker that gave up has nobody left who wants the child.
                if let Err(mpsc::SendError(Ok(mut orphan))) = answer.send(command.spawn()) {
                    let _ = orphan.kill();
                }
            }
        });
        orders
    });
    let (answer, result) = mpsc::channel();
    LAUNCHER.send((command, answer)).map_err(io::Error::other)?;
    result.recv().map_err(io::Error::other)?
}
