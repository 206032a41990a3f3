//! One measurement. It can be written down, so that a process of its own can do it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use yardsticks::{BareTable, PerRowLedger, Shape, Stopwatch, syncs, tpc_b};

use super::figures::Percentiles;
use super::{BenchError, lone, till};

/// What is measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Task {
    /// A file through the whole stream, into the till of a folder.
    Stream { folder: PathBuf, input: PathBuf },
    /// Payments that come alone.
    Lone { folder: PathBuf, count: u32 },
    /// `ledger verify`, which also counts the rows.
    Verify { folder: PathBuf },
    /// Syncs of the disk.
    Syncs { folder: PathBuf, count: u32 },
    /// Rows into bare SQLite, so many in a transaction.
    Bare { folder: PathBuf, shape: Shape, count: u32, together: u32 },
    /// Payments into a ledger with a statement per row, so many in a transaction.
    PerRow { folder: PathBuf, count: u32, together: u32 },
    /// PostgreSQL's own benchmark.
    TpcB { sockets: PathBuf, seconds: u32 },
}

/// What came of it. What a task does not measure is 0.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Measured {
    /// Payments, rows or transactions.
    pub count: u32,
    /// How long they took.
    pub seconds: f64,
    /// How long each of them, or each parcel of them, took.
    pub latency: Percentiles,
    /// Transactions they were committed in.
    pub commits: u32,
    /// Rows in the data file.
    pub rows: u32,
    /// Bytes of the data file.
    pub bytes: u64,
    /// The most memory that was resident.
    pub peak_kib: u64,
    /// What was resident at the end, shared pages by their share.
    pub proportional_kib: u64,
}

impl Measured {
    /// Per second.
    pub fn rate(&self) -> f64 {
        f64::from(self.count) / self.seconds
    }
}

impl Task {
    /// Measures in this process. Files of yardsticks are removed again; a till's folder stays.
    pub fn measure(&self) -> Result<Measured, BenchError> {
        match self {
            Self::Stream { folder, input } => wait(till::stream(folder, input)),
            Self::Lone { folder, count } => wait(lone::lone(folder, *count)),
            Self::Verify { folder } => wait(till::verify(folder)),
            Self::Syncs { folder, count } => {
                let mut took = syncs(folder, *count)?;
                Ok(Measured { count: *count, latency: Percentiles::of(&mut took), ..Measured::default() })
            }
            Self::Bare { folder, shape, count, together } => within(folder, |file| {
                let took = BareTable::create(file, *shape)?.insert(*count, *together)?;
                Ok(Measured { count: *count, seconds: took.as_secs_f64(), ..Measured::default() })
            }),
            Self::PerRow { folder, count, together } => {
                within(folder, |file| wait(per_row(file, *count, *together)))
            }
            Self::TpcB { sockets, seconds } => {
                let count = tpc_b(sockets, *seconds)? * f64::from(*seconds);
                Ok(Measured { count: whole(count)?, seconds: f64::from(*seconds), ..Measured::default() })
            }
        }
    }
}

async fn per_row(file: &Path, count: u32, together: u32) -> Result<Measured, BenchError> {
    let mut ledger = PerRowLedger::create(file).await?;
    let watch = Stopwatch::start();
    for _ in 0..count / together {
        ledger.take(together).await?;
    }
    let seconds = watch.elapsed().as_secs_f64();
    Ok(Measured { count: count / together * together, seconds, ..Measured::default() })
}

/// Gives a file in a folder that is removed afterwards.
fn within(
    folder: &Path,
    measure: impl FnOnce(&Path) -> Result<Measured, BenchError>,
) -> Result<Measured, BenchError> {
    let own = tempfile::tempdir_in(folder)?;
    measure(&own.path().join("yardstick.db"))
}

fn wait<T>(measuring: impl Future<Output = Result<T, BenchError>>) -> Result<T, BenchError> {
    tokio::runtime::Runtime::new()?.block_on(measuring)
}

fn whole(number: f64) -> Result<u32, BenchError> {
    let digits = format!("{number:.0}");
    digits.parse().map_err(|_| BenchError::NoFigure(digits))
}
