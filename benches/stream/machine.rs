//! What everything was measured on. No names of hosts and no paths: it is published.

use std::fs;
use std::path::Path;
use std::process::Command;

use yardsticks::{postgres_version, sqlite_version};

use super::BenchError;

/// A machine and what was compiled for it.
#[derive(Clone, Debug)]
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub memory_gib: u64,
    pub filesystem: String,
    pub kernel: String,
    pub rustc: String,
    pub sqlite: &'static str,
    pub postgres: String,
    pub date: String,
}

impl Machine {
    /// This one, with the filesystem of a folder.
    pub fn of(folder: &Path) -> Result<Self, BenchError> {
        let processors = fs::read_to_string("/proc/cpuinfo")?;
        let is_virtual =
            processors.lines().any(|line| line.starts_with("flags") && line.contains(" hypervisor"));
        let processor = field(&processors, "model name").unwrap_or_else(|| "unknown processor".to_owned());
        let memory = fs::read_to_string("/proc/meminfo")?;
        let memory_kib: u64 =
            field(&memory, "MemTotal").and_then(|size| size.strip_suffix(" kB")?.parse().ok()).unwrap_or(0);
        let folder = folder.to_string_lossy();
        Ok(Self {
            processor: if is_virtual { format!("{processor}, virtual machine") } else { processor },
            cores: std::thread::available_parallelism()?.get(),
            memory_gib: (memory_kib + (1 << 19)) >> 20,
            filesystem: last_line("df", &["--output=fstype", &folder])?,
            kernel: format!("Linux {}", fs::read_to_string("/proc/sys/kernel/osrelease")?.trim()),
            rustc: last_line("rustc", &["--version"])?,
            sqlite: sqlite_version(),
            postgres: postgres_version().unwrap_or_else(|_| "no PostgreSQL".to_owned()),
            date: jiff::Timestamp::now().strftime("%-d %B %Y").to_string(),
        })
    }
}

fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn last_line(program: &str, arguments: &[&str]) -> Result<String, BenchError> {
    let output = Command::new(program).args(arguments).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text
        .lines()
        .last()
        .ok_or_else(|| BenchError::Unknown { place: program.to_owned(), fact: arguments.join(" ") })?;
    Ok(line.trim().to_owned())
}
