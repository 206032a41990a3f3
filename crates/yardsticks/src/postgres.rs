//! PostgreSQL by the benchmark it comes with: `pgbench`, TPC-B-like, against a cluster that is there for this alone.

use std::path::Path;
use std::process::Command;

use crate::YardstickError;

const CLIENTS: &str = "8";
const USER: &str = "postgres";

/// Transactions per second of eight clients during `seconds`, over the socket in `sockets`.
///
/// # Errors
/// When `pgbench` is missing, or says why it failed.
pub fn tpc_b(sockets: &Path, seconds: u32) -> Result<f64, YardstickError> {
    let mut pgbench = Command::new("pgbench");
    pgbench.arg("--host").arg(sockets).args(["--username", USER, "--client", CLIENTS, "--jobs", "2"]);
    pgbench.args(["--time", &seconds.to_string(), USER]);
    let said = printed(&mut pgbench)?;
    let per_second = said.lines().find_map(|line| {
        let rest = line.strip_prefix("tps = ")?;
        rest.split(' ').next()?.parse().ok()
    });
    per_second.ok_or_else(|| YardstickError::Pgbench(format!("it printed no tps: {said}")))
}

/// `PostgreSQL 15.14`, as `pgbench` says.
///
/// # Errors
/// When `pgbench` is missing.
pub fn postgres_version() -> Result<String, YardstickError> {
    let said = printed(Command::new("pgbench").arg("--version"))?;
    let version = said.split_whitespace().nth(2).unwrap_or("of unknown version");
    Ok(format!("PostgreSQL {version}"))
}

fn printed(program: &mut Command) -> Result<String, YardstickError> {
    let output = program.output().map_err(|error| YardstickError::Pgbench(error.to_string()))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(YardstickError::Pgbench(complaint.lines().last().unwrap_or_default().to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
