//! `scripts/benchmark` runs this: the payment stream beside what the machine can do, and the page that says so. The
//! measuring is in `benches/stream`; here are the command line, and the process of its own for each measurement.

#![expect(
    unreachable_pub,
    reason = "the modules of this program are public to each other and to nobody else"
)]

mod stream;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::Parser;
use stream::{BenchError, Measured, Plan, Task};

#[derive(Debug, Parser)]
struct Arguments {
    /// Folder for files, on the disk to be measured
    #[arg(long)]
    folder: Option<PathBuf>,
    /// The page to write
    #[arg(long)]
    report: Option<PathBuf>,
    /// Folder of the socket of a PostgreSQL cluster that is there for this alone
    #[arg(long)]
    postgres: Option<PathBuf>,
    /// How often everything is measured
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Also stream ten million payments
    #[arg(long)]
    ten_million: bool,
    /// Does one measurement, written as JSON, and prints what came of it
    #[arg(long, conflicts_with_all = ["folder", "report"])]
    task: Option<String>,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

const TEN_MILLION: u32 = 10_000_000;
/// Payments of a run: enough that two generations of ids are written in it, in a new file as in an old one.
const RUN: u32 = 280_000;
const TPC_B_SECONDS: u32 = 15;

fn main() -> ExitCode {
    let done = match Arguments::parse() {
        Arguments { task: Some(task), .. } => measure_here(&task),
        arguments => benchmark(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn benchmark(arguments: Arguments) -> Result<(), BenchError> {
    let folder =
        arguments.folder.ok_or_else(|| BenchError::Failed("say where files may go: --folder".to_owned()))?;
    let plan = Plan {
        folder: folder.clone(),
        rounds: arguments.rounds,
        payments: RUN,
        aged: 1 << 21,
        lone: 1_000,
        rows: 2_000_000,
        per_row: 2_048,
        postgres: arguments.postgres.map(|sockets| (sockets, TPC_B_SECONDS)),
        lookups: 20_480,
        longest: arguments.ten_million.then_some(TEN_MILLION),
        profile: true,
    };
    let findings = plan.carry_out(&measure_apart, &|what| eprintln!("   {what}"))?;
    println!("{}", stream::ratio_table(&findings));
    match arguments.report {
        Some(report) => stream::write_report(&findings, &folder, &report),
        None => Ok(()),
    }
}

fn measure_here(task: &str) -> Result<(), BenchError> {
    let task: Task = serde_json::from_str(task)?;
    println!("{}", serde_json::to_string(&task.measure()?)?);
    Ok(())
}

/// A process of its own for each: its memory is what this measurement needed, and nothing is warm from the one before.
fn measure_apart(task: &Task) -> Result<Measured, BenchError> {
    let mut program = Command::new(std::env::current_exe()?);
    let output = program.arg("--task").arg(serde_json::to_string(task)?).output()?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        let reason = complaint.lines().last().unwrap_or("a measurement failed");
        return Err(BenchError::Failed(reason.to_owned()));
    }
    let measured: Measured = serde_json::from_slice(&output.stdout)?;
    let Measured { count, seconds, latency, peak_kib, .. } = measured;
    let (rate, p50) = (measured.rate(), latency.p50);
    eprintln!("      {count} in {seconds:.2} s, {rate:.0} a second; half within {p50:.0} µs; {peak_kib} KiB");
    Ok(measured)
}
