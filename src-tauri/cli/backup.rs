//! `tillstream backup`: checked copies of the data file.

use std::path::{Path, PathBuf};

use engine::{Clock, SystemClock};
use store::{Backup, BackupError, Restored, StoreOptions};

use super::arguments::BackupCommand;
use super::failure::Failure;
use super::place::Place;
use super::{Answer, note, say};

pub(super) async fn backup(place: &Place, command: &BackupCommand) -> Result<Answer, Failure> {
    match command {
        BackupCommand::Create { file } => {
            let (from, to) = (place.data_file(), file.clone());
            let made = off_the_runtime(move || store::backup(&from, &to)).await?;
            tell("saved to", file, &made)?;
        }
        BackupCommand::Restore { file } => {
            let restored = restore(place, file.clone()).await?;
            tell("restored from", file, &restored.backup)?;
            if let Some(kept) = restored.replaced {
                note(format_args!("what was there before is kept as {}", kept.display()));
            }
        }
    }
    Ok(Answer::Yes)
}

fn tell(what: &str, file: &Path, checked: &Backup) -> Result<(), Failure> {
    let head = hex::encode(checked.head);
    say(format_args!(
        "{what} {}: {} events, {} entries, head {head}",
        file.display(),
        checked.events,
        checked.entries
    ))
}

async fn restore(place: &Place, from: PathBuf) -> Result<Restored, Failure> {
    let now = SystemClock.now().wall;
    let to = StoreOptions { path: place.data_file(), mode: place.mode, now };
    off_the_runtime(move || store::restore(&from, &to)).await
}

async fn off_the_runtime<T: Send + 'static>(
    copy: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, Failure> {
    let copied = tokio::task::spawn_blocking(copy).await;
    Ok(copied.map_err(|defect| Failure::Runtime(std::io::Error::other(defect)))??)
}
