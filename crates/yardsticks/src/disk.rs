//! The disk alone: what one durable write costs at the least.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::{Stopwatch, YardstickError};

/// A page of the data file.
const PAGE: [u8; 4_096] = [7; 4_096];

/// Appends a page to a file of the folder and syncs it, `count` times; how long each took.
///
/// # Errors
/// When the file can't be written.
pub fn syncs(folder: &Path, count: u32) -> Result<Vec<Duration>, YardstickError> {
    let path = folder.join("synced");
    let mut file = File::create(&path)?;
    let mut took = Vec::new();
    for _ in 0..count {
        let watch = Stopwatch::start();
        file.write_all(&PAGE)?;
        file.sync_all()?;
        took.push(watch.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok(took)
}
