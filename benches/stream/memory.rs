//! What this process holds, as Linux counts it.

use std::fs;

use super::BenchError;

/// The most that was ever resident, in KiB.
pub fn peak_kib() -> Result<u64, BenchError> {
    field("/proc/self/status", "VmHWM:")
}

/// What is resident now, with a share of what other processes have too, in KiB.
pub fn proportional_kib() -> Result<u64, BenchError> {
    field("/proc/self/smaps_rollup", "Pss:")
}

fn field(file: &str, name: &str) -> Result<u64, BenchError> {
    let text = fs::read_to_string(file)?;
    let value =
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.parse().ok());
    value.ok_or_else(|| BenchError::Unknown { place: file.to_owned(), fact: name.to_owned() })
}
