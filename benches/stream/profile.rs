//! Where the processor's time goes: samples that `perf` takes of a measurement, counted by whose code was running.
//!
//! What a compiler moved from one crate's function into another's counts for the other: good enough to see what a goal
//! waits for, too coarse to tell one function of ours from the next.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use super::BenchError;
use super::task::Task;

/// Samples per second of processor time: no divisor of what runs at round intervals.
pub const FREQUENCY: u32 = 1_997;
const BOOKKEEPER: &str = "bookkeeper";
const KERNEL: &str = "([kernel.kallsyms])";
/// Our own crates, as symbols begin.
const TILL: &[&str] = &["tillstream", "engine", "store", "payment", "ledger", "money", "settings", "stream"];
const STANDARD: &[&str] = &["core", "alloc", "std", "hashbrown", "foldhash", "__rustc"];

/// Whose code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The books' library, and what asks it.
    Sqlite,
    /// Writing to files, syncing, waking threads.
    Kernel,
    /// Copying and comparing memory, allocating it, mostly for SQLite.
    C,
    /// The chain of hashes and the ids' digests.
    Hashes,
    /// Reading lines and writing answers and events.
    Json,
    /// The till's own.
    Till,
    /// Lists, maps and texts of Rust's standard library.
    Standard,
    /// Everything else: queues, meters, ids, decimals.
    Others,
}

impl Owner {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 8] = [
        Self::Sqlite,
        Self::Kernel,
        Self::C,
        Self::Hashes,
        Self::Json,
        Self::Till,
        Self::Standard,
        Self::Others,
    ];

    /// A sample is a line: thread, address, symbol, and in parentheses the file it is in.
    fn of(symbol: &str, file: &str) -> Self {
        if file == KERNEL {
            return Self::Kernel;
        }
        if file.contains(".so") {
            return Self::C;
        }
        if !symbol.contains("::") {
            return Self::Sqlite;
        }
        let path = symbol.trim_start_matches(['<', '&', '*', '(', '[']).trim_start_matches("mut ");
        match path.split("::").next().unwrap_or(path) {
            "rusqlite" | "libsqlite3_sys" => Self::Sqlite,
            "sha2" | "block_buffer" | "digest" => Self::Hashes,
            "serde_json" | "serde_core" | "serde" => Self::Json,
            name if TILL.contains(&name) => Self::Till,
            name if STANDARD.contains(&name) => Self::Standard,
            _ => Self::Others,
        }
    }
}

/// Microseconds of processor time for one payment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    by: BTreeMap<(Owner, bool), f64>,
}

impl Profile {
    /// Does a task of so many payments, sampled. `None` where there is no `perf`, or nobody may sample.
    pub fn of(task: &Task, count: u32, samples: &Path) -> Result<Option<Self>, BenchError> {
        if !record(task, samples)? {
            return Ok(None);
        }
        let script = Command::new("perf")
            .args(["script", "--fields", "comm,ip,sym,dso", "--input"])
            .arg(samples)
            .stderr(Stdio::null())
            .output()?;
        std::fs::remove_file(samples)?;
        Ok(Some(Self::read(&String::from_utf8_lossy(&script.stdout), count)))
    }

    /// Counts what `perf script` prints.
    /// Counts what `perf script` prints of so many payments.
    pub fn read(script: &str, count: u32) -> Self {
        let each = 1e6 / f64::from(FREQUENCY) / f64::from(count);
        let mut by = BTreeMap::new();
        for sample in script.lines().filter_map(Sample::read) {
            *by.entry((Owner::of(sample.symbol, sample.file), sample.thread == BOOKKEEPER)).or_default() +=
                each;
        }
        Self { by }
    }

    /// Of one owner: in the bookkeeper's thread, or in all others.
    pub fn micros(&self, owner: Owner, in_bookkeeper: bool) -> f64 {
        self.by.get(&(owner, in_bookkeeper)).copied().unwrap_or(0.0)
    }

    /// Of all owners.
    pub fn together(&self, in_bookkeeper: bool) -> f64 {
        Owner::ALL.iter().map(|owner| self.micros(*owner, in_bookkeeper)).sum()
    }
}

/// A moment at which a thread was running.
struct Sample<'a> {
    thread: &'a str,
    symbol: &'a str,
    file: &'a str,
}

impl<'a> Sample<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (thread, rest) = line.trim_start().split_once(' ')?;
        let (_address, rest) = rest.trim_start().split_once(' ')?;
        let (symbol, file) = rest.rsplit_once(' ')?;
        Some(Self { thread, symbol, file })
    }
}

/// Whether samples were taken. The task's own process is sampled, in kernel and program.
fn record(task: &Task, samples: &Path) -> Result<bool, BenchError> {
    let recorded = Command::new("perf")
        .args(["record", "--quiet", "--event", "cpu-clock", "--freq", &FREQUENCY.to_string(), "--output"])
        .arg(samples)
        .arg("--")
        .arg(std::env::current_exe()?)
        .arg("--task")
        .arg(serde_json::to_string(task)?)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match recorded {
        Ok(status) => Ok(status.success() && samples.exists()),
        Err(missing) if missing.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}
