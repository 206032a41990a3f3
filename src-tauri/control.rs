//! `control-MODE.json` beside `till-MODE.db`: where the process that owns that data file can be asked, and with which
//! token. Each mode has its own, because each may be open in another process.
//!
//! Invariants: readable by its owner's user alone (0600), whole at every moment (written aside, then renamed), gone
//! after an orderly exit. After a crash a stale one is left: whoever reads it must ask the address before trusting it.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use settings::Mode;
use thiserror::Error;

/// What a control file has at most; anything longer is none of ours.
const BYTES_MAX: u64 = 4_096;

/// The control file of a mode.
fn control_file(data_dir: &Path, mode: Mode) -> PathBuf {
    data_dir.join(format!("control-{mode}.json"))
}

/// Where the owner of a data file can be asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// `http://127.0.0.1:PORT`
    pub address: String,
    /// The token to send with every command. A secret of this machine's user.
    pub token: String,
    /// The mode whose books it has open.
    pub mode: String,
    /// Its process.
    pub pid: u32,
}

impl Control {
    /// Reads the control file of a mode in a data folder. `None` when there is none that can be read.
    #[must_use]
    pub fn read(data_dir: &Path, mode: Mode) -> Option<Self> {
        Self::read_file(&control_file(data_dir, mode))
    }

    fn read_file(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let mut text = String::new();
        io::Read::read_to_string(&mut io::Read::take(file, BYTES_MAX), &mut text).ok()?;
        serde_json::from_str(&text).ok()
    }
}

/// Without the token.
impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Control({} {} {})", self.address, self.mode, self.pid)
    }
}

/// The control file could not be written.
#[derive(Debug, Error)]
#[error("{} can't be written ({reason}): make its folder writable", path.display())]
pub struct ControlError {
    path: PathBuf,
    reason: io::Error,
}

/// The control file of this process.
#[derive(Debug)]
pub struct ControlFile {
    path: PathBuf,
    control: Control,
}

impl ControlFile {
    /// Tells other processes of this user where the owner of a mode's data file in `data_dir` can be asked, in place of
    /// whatever was told of that mode before.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn write(data_dir: &Path, mode: Mode, address: &str, token: &str) -> Result<Self, ControlError> {
        let control = Control {
            address: address.to_owned(),
            token: token.to_owned(),
            mode: mode.name().to_owned(),
            pid: std::process::id(),
        };
        let file = Self { path: control_file(data_dir, mode), control };
        match file.publish() {
            Ok(()) => Ok(file),
            Err(reason) => Err(ControlError { path: file.path.clone(), reason }),
        }
    }

    /// Removes it, at the end of an orderly exit, unless another owner has written its own since.
    pub fn remove(self) {
        let is_ours = Control::read_file(&self.path).is_some_and(|found| found.token == self.control.token);
        if is_ours && let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "the control file could not be removed");
        }
    }

    /// Written under another name first, so that nobody ever reads half of it.
    fn publish(&self) -> io::Result<()> {
        let aside = self.path.with_extension(format!("json.{}", self.control.pid));
        let written = write_private(&aside, &serde_json::to_vec(&self.control)?);
        let published = written.and_then(|()| fs::rename(&aside, &self.path));
        if published.is_err() {
            let _not_there = fs::remove_file(&aside);
        }
        published
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A file left by a crashed process of the same number may have other permissions.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "c0ffee-canary";

    fn write(folder: &Path, mode: Mode, token: &str) -> ControlFile {
        ControlFile::write(folder, mode, "http://127.0.0.1:8480", token).unwrap()
    }

    #[test]
    fn what_is_written_is_read_until_the_owner_ends() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Control::read(folder.path(), Mode::Practice), None);
        let file = write(folder.path(), Mode::Practice, TOKEN);
        let read = Control::read(folder.path(), Mode::Practice).unwrap();
        assert_eq!((read.address.as_str(), read.token.as_str()), ("http://127.0.0.1:8480", TOKEN));
        assert_eq!((read.mode.as_str(), read.pid), ("practice", std::process::id()));
        file.remove();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
    }

    #[test]
    fn each_mode_has_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let practice = write(folder.path(), Mode::Practice, TOKEN);
        let _live = write(folder.path(), Mode::Live, "another");
        let told = |mode| Control::read(folder.path(), mode).map(|control| (control.mode, control.token));
        assert_eq!(told(Mode::Practice), Some(("practice".to_owned(), TOKEN.to_owned())));
        assert_eq!(told(Mode::Live), Some(("live".to_owned(), "another".to_owned())));
        practice.remove();
        assert_eq!((told(Mode::Practice), told(Mode::Sandbox)), (None, None));
        assert!(told(Mode::Live).is_some(), "the end of one owner is not the end of the other");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap().path().join("nowhere");
        let refused = ControlFile::write(&folder, Mode::Practice, "http://127.0.0.1:1", TOKEN).unwrap_err();
        assert!(refused.to_string().contains("nowhere/control-practice.json can't be written"), "{refused}");
    }

    #[test]
    fn a_later_owners_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = write(folder.path(), Mode::Practice, TOKEN);
        let _second = write(folder.path(), Mode::Practice, "another");
        first.remove();
        assert_eq!(Control::read(folder.path(), Mode::Practice).unwrap().token, "another");
    }

    #[cfg(unix)]
    #[test]
    fn only_this_user_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let _file = write(folder.path(), Mode::Practice, TOKEN);
        let mode = fs::metadata(control_file(folder.path(), Mode::Practice)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn half_a_file_or_another_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "{", "[]", r#"{"address":"http://127.0.0.1:1"}"#, "\u{0}"] {
            fs::write(control_file(folder.path(), Mode::Practice), text).unwrap();
            assert_eq!(Control::read(folder.path(), Mode::Practice), None, "{text:?}");
        }
    }

    #[test]
    fn debug_hides_the_token() {
        let folder = tempfile::tempdir().unwrap();
        let file = write(folder.path(), Mode::Practice, TOKEN);
        assert!(!format!("{file:?}").contains(TOKEN));
    }
}
