//! The till as `tillstream stream` opens it: same program, same engine, same settings table, a real file.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::Engine;
use payment::stream::Instruction;
use serde_json::json;
use settings::Mode;
use store::Store;
use tillstream::app::{App, OpenOptions};
use tillstream::dto::stream::OutcomeKindDto;
use tillstream::stream::{Ended, Lines, Take, Taking, run};
use tillstream::till::data_file;
use yardsticks::{Stopwatch, count_rows, size};

use super::figures::Percentiles;
use super::instructions::SETTINGS;
use super::task::Measured;
use super::{BenchError, memory};

/// Tables a micropayment leaves rows in. The balances it adds to are left out: they are written once per commit.
const TABLES: &[&str] = &["micropayment", "instruction_run", "event", "entry", "posting"];
const ANSWERS: &str = "answers.ndjson";

/// Opens the till of a folder. A data file that is new gets the shop's rules; of one that is not, the check at the start
/// is waited for, as it would run beside the stream for a while.
pub async fn open(folder: &Path) -> Result<Arc<App>, BenchError> {
    let is_new = !data_file(folder, Mode::Practice).exists();
    let app = App::open(OpenOptions { data_dir: folder.to_owned(), mode: Mode::Practice }).await?;
    if is_new {
        app.call("settings_import", json!({ "text": SETTINGS })).await?;
    }
    app.till().await?.books_checked().await;
    Ok(app)
}

/// Streams a file into the till of a folder, and its answers into another file.
pub async fn stream(folder: &Path, input: &Path) -> Result<Measured, BenchError> {
    let app = open(folder).await?;
    let engine = app.till().await?.engine.clone();
    let commits_before = engine.meters().totals().commits;
    let timed = Timed::over(engine.clone());
    let lines = Lines::of(File::open(input)?, true, false);
    let output = BufWriter::new(File::create(folder.join(ANSWERS))?);
    let watch = Stopwatch::start();
    let ended = run(&timed, lines, output, std::future::pending(), |_, _| ()).await?;
    let took = watch.elapsed();
    let (peak_kib, proportional_kib) = (memory::peak_kib()?, memory::proportional_kib()?);
    let commits = engine.meters().totals().commits - commits_before;
    app.stop().await;
    Ok(Measured {
        count: answered(&ended)?,
        commits: small(commits)?,
        seconds: took.as_secs_f64(),
        latency: timed.latencies(),
        peak_kib,
        proportional_kib,
        ..Measured::default()
    })
}

/// How many lines were taken, now or before. Any other outcome spoils the measurement.
fn answered(ended: &Ended) -> Result<u32, BenchError> {
    let mut count = 0;
    for (outcome, _, total) in ended.totals.rows() {
        match outcome {
            OutcomeKindDto::Accepted | OutcomeKindDto::Duplicate => count += total.count,
            other => return Err(BenchError::NotTaken(other.word().to_owned())),
        }
    }
    small(count)
}

fn small(count: u64) -> Result<u32, BenchError> {
    u32::try_from(count).map_err(|_| BenchError::NoFigure(format!("{count} of something")))
}

/// Checks the books of a folder from the beginning, as `tillstream ledger verify` does, and counts what is in them.
pub async fn verify(folder: &Path) -> Result<Measured, BenchError> {
    let file = data_file(folder, Mode::Practice);
    let reader = Store::open_reader(&file).await?;
    let watch = Stopwatch::start();
    let verification = reader.verify().await?;
    let took = watch.elapsed();
    reader.close().await;
    if let Some(fault) = verification.fault {
        return Err(BenchError::Wrong(fault));
    }
    let (peak_kib, proportional_kib) = (memory::peak_kib()?, memory::proportional_kib()?);
    let count = count_rows(&file, "micropayment")?;
    let mut rows = 0;
    for table in TABLES {
        rows += count_rows(&file, table)?;
    }
    let bytes = size(&file)?;
    Ok(Measured {
        count,
        seconds: took.as_secs_f64(),
        rows,
        bytes,
        peak_kib,
        proportional_kib,
        ..Measured::default()
    })
}

/// Hands parcels to the engine and notes how long each waited for its answers.
pub struct Timed {
    engine: Engine,
    waited: Arc<Mutex<Vec<Duration>>>,
}

impl Timed {
    pub fn over(engine: Engine) -> Self {
        Self { engine, waited: Arc::default() }
    }

    /// Of every parcel so far.
    pub fn latencies(&self) -> Percentiles {
        Percentiles::of(&mut self.waited.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Take for Timed {
    fn side_by_side(&self) -> usize {
        self.engine.side_by_side()
    }

    async fn take(&self, parcel: Arc<[Instruction]>) -> Taking {
        let watch = Stopwatch::start();
        let taking = self.engine.take(parcel).await;
        let waited = self.waited.clone();
        Box::pin(async move {
            let outcomes = taking.await;
            waited.lock().unwrap_or_else(PoisonError::into_inner).push(watch.elapsed());
            outcomes
        })
    }
}
