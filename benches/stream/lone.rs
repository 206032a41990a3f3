//! Payments that come alone: one line through a pipe, and the next one when it is answered.

use std::io::{BufRead, BufReader, BufWriter, PipeReader, PipeWriter, Write, pipe};
use std::path::Path;
use std::time::Duration;

use tillstream::stream::{Lines, run};
use yardsticks::Stopwatch;

use super::figures::Percentiles;
use super::instructions::Ids;
use super::task::Measured;
use super::{BenchError, memory, till};

/// Payments before the first that is measured: statements are prepared, the log has its first pages.
const WARM_UP: u32 = 20;

/// From the line written to the answer read, `count` times.
pub async fn lone(folder: &Path, count: u32) -> Result<Measured, BenchError> {
    let app = till::open(folder).await?;
    let engine = app.till().await?.engine.clone();
    let (input, lines) = pipe()?;
    let (answers, output) = pipe()?;
    let customer = std::thread::spawn(move || pay_one_by_one(lines, answers, count));
    let lines = Lines::of(input, false, false);
    run(&engine, lines, BufWriter::new(output), std::future::pending(), |_, _| ()).await?;
    let failed = |_| BenchError::Failed("the customer's thread failed".to_owned());
    let mut took = customer.join().map_err(failed)??;
    let (peak_kib, proportional_kib) = (memory::peak_kib()?, memory::proportional_kib()?);
    app.stop().await;
    let seconds = took.iter().sum::<Duration>().as_secs_f64();
    let latency = Percentiles::of(&mut took);
    Ok(Measured { count, seconds, latency, peak_kib, proportional_kib, ..Measured::default() })
}

fn pay_one_by_one(
    mut lines: PipeWriter,
    answers: PipeReader,
    count: u32,
) -> Result<Vec<Duration>, BenchError> {
    let mut answers = BufReader::new(answers);
    let mut took = Vec::new();
    let mut answer = String::new();
    for number in 0..WARM_UP + count {
        let line = Ids::Ordered.text(number)?;
        answer.clear();
        let watch = Stopwatch::start();
        lines.write_all(&line)?;
        answers.read_line(&mut answer)?;
        if number >= WARM_UP {
            took.push(watch.elapsed());
        }
        if !answer.contains("\"accepted\"") {
            return Err(BenchError::NotTaken(answer));
        }
    }
    Ok(took)
}
