//! `control.json` beside the data files: where the process that owns one of them can be asked, and with which token.
//! Each mode may be open in another process: who finds the file taken by another mode's owner writes
//! `control-MODE.json`. Whoever reads looks at both names for the mode it wants.
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

/// The control file of the folder.
fn common_file(data_dir: &Path) -> PathBuf {
    data_dir.join("control.json")
}

/// The control file of a mode while another mode's owner has the folder's.
fn own_file(data_dir: &Path, mode: Mode) -> PathBuf {
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
    /// Reads where the owner of a mode's data file can be asked. `None` when no file of the folder says it.
    #[must_use]
    pub fn read(data_dir: &Path, mode: Mode) -> Option<Self> {
        let files = [common_file(data_dir), own_file(data_dir, mode)];
        files.iter().filter_map(|file| Self::read_file(file)).find(|control| control.mode == mode.name())
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
        let (common, own) = (common_file(data_dir), own_file(data_dir, mode));
        let path = if is_anothers(&common, &control) { own.clone() } else { common };
        let file = Self { path, control };
        match file.publish() {
            Ok(()) => {
                if file.path != own {
                    // Left by a process of this mode that was killed.
                    let _not_there = fs::remove_file(own);
                }
                Ok(file)
            }
            Err(reason) => Err(ControlError { path: file.path.clone(), reason }),
        }
    }

    /// Removes it, at the end of an orderly exit, unless another owner has written its own since.
    pub fn remove(self) {
        let is_ours = Control::read_file(&self.path).is_some_and(|found| found == self.control);
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

/// Does the file speak of another mode, in another process? One that was killed leaves it too; that does no harm.
fn is_anothers(file: &Path, ours: &Control) -> bool {
    Control::read_file(file).is_some_and(|found| found.mode != ours.mode && found.pid != ours.pid)
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
    fn a_folder_that_another_modes_owner_has_gets_a_second_file() {
        let folder = tempfile::tempdir().unwrap();
        let others = r#"{"address":"http://127.0.0.1:1","token":"theirs","mode":"practice","pid":0}"#;
        fs::write(common_file(folder.path()), others).unwrap();
        let live = write(folder.path(), Mode::Live, TOKEN);
        let told = |mode| Control::read(folder.path(), mode).map(|control| control.token);
        assert_eq!(told(Mode::Practice).as_deref(), Some("theirs"));
        assert_eq!(told(Mode::Live).as_deref(), Some(TOKEN));
        assert_eq!(told(Mode::Sandbox), None);
        live.remove();
        assert_eq!((told(Mode::Live), told(Mode::Practice).as_deref()), (None, Some("theirs")));
    }

    #[test]
    fn a_process_that_changes_its_mode_keeps_the_folders_file() {
        let folder = tempfile::tempdir().unwrap();
        let practice = write(folder.path(), Mode::Practice, TOKEN);
        let _live = write(folder.path(), Mode::Live, TOKEN);
        practice.remove();
        assert_eq!(Control::read_file(&common_file(folder.path())).unwrap().mode, "live");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap().path().join("nowhere");
        let refused = ControlFile::write(&folder, Mode::Practice, "http://127.0.0.1:1", TOKEN).unwrap_err();
        assert!(refused.to_string().contains("nowhere/control.json can't be written"), "{refused}");
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
        let mode = fs::metadata(common_file(folder.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn half_a_file_or_another_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "{", "[]", r#"{"address":"http://127.0.0.1:1"}"#, "\u{0}"] {
            fs::write(common_file(folder.path()), text).unwrap();
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
