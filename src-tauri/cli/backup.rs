//! `tillstream backup`: checked copies of the data file.

use std::path::PathBuf;

use engine::{Clock, SystemClock};
use store::{Backup, BackupError, StoreOptions};

use super::arguments::BackupCommand;
use super::failure::Failure;
use super::place::Place;
use super::{Answer, say};

pub(super) async fn backup(place: &Place, command: &BackupCommand) -> Result<Answer, Failure> {
    let (checked, told) = match command {
        BackupCommand::Create { file } => (create(place, file.clone()).await?, "saved to"),
        BackupCommand::Restore { file } => (restore(place, file.clone()).await?, "restored from"),
    };
    let (BackupCommand::Create { file } | BackupCommand::Restore { file }) = command;
    say(format_args!(
        "{told} {}: {} events, {} entries, head {}",
        file.display(),
        checked.events,
        checked.entries,
        hex::encode(checked.head)
    ))?;
    Ok(Answer::Yes)
}

async fn create(place: &Place, to: PathBuf) -> Result<Backup, Failure> {
    let from = place.data_file();
    off_the_runtime(move || store::backup(&from, &to)).await
}

async fn restore(place: &Place, from: PathBuf) -> Result<Backup, Failure> {
    let now = SystemClock.now().wall;
    let to = StoreOptions { path: place.data_file(), mode: place.mode, now };
    off_the_runtime(move || store::restore(&from, &to)).await
}

async fn off_the_runtime(
    copy: impl FnOnce() -> Result<Backup, BackupError> + Send + 'static,
) -> Result<Backup, Failure> {
    let copied = tokio::task::spawn_blocking(copy).await;
    Ok(copied.map_err(|defect| Failure::Runtime(std::io::Error::other(defect)))??)
}
