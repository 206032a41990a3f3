//! Where the data files are, and which of them is meant.

use std::env;
use std::path::PathBuf;

use clap::Args;
use settings::Mode;
use thiserror::Error;

use super::failure::Failure;
use crate::till::data_file;

/// Name of our folder among the data of other programs.
const FOLDER: &str = "tillstream";

#[derive(Debug, Args)]
pub(super) struct PlaceArguments {
    /// Folder of the data files; without it, the desktop's own data folder
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Which books: practice, sandbox or live, each in a file of its own
    #[arg(long, global = true, value_name = "MODE", default_value = "practice", value_parser = mode)]
    mode: Mode,
}

/// A data folder and a mode.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) data_dir: PathBuf,
    pub(super) mode: Mode,
}

impl PlaceArguments {
    pub(super) fn place(&self) -> Result<Place, Failure> {
        let chosen =
            self.data_dir.clone().or_else(|| default_folder(&|name| env::var_os(name).map(PathBuf::from)));
        Ok(Place { data_dir: chosen.ok_or(Failure::NoHome)?, mode: self.mode })
    }
}

impl Place {
    pub(super) fn data_file(&self) -> PathBuf {
        data_file(&self.data_dir, self.mode)
    }
}

#[derive(Debug, Error)]
#[error("write practice, sandbox or live")]
struct UnknownMode;

fn mode(name: &str) -> Result<Mode, UnknownMode> {
    Mode::named(name).ok_or(UnknownMode)
}

/// The XDG Base Directory Specification: a relative path there is to be ignored.
fn default_folder(variable: &dyn Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let own = variable("XDG_DATA_HOME").filter(|path| path.is_absolute());
    let home = || variable("HOME").filter(|path| path.is_absolute()).map(|home| home.join(".local/share"));
    own.or_else(home).map(|folder| folder.join(FOLDER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(data_home: &str, home: &str) -> Option<PathBuf> {
        let set = |value: &str| (!value.is_empty()).then(|| PathBuf::from(value));
        default_folder(&|name| set(if name == "HOME" { home } else { data_home }))
    }

    #[test]
    fn the_data_folder_is_that_of_the_desktop() {
        assert_eq!(folder("/data", "/home/ana"), Some("/data/tillstream".into()));
        assert_eq!(folder("", "/home/ana"), Some("/home/ana/.local/share/tillstream".into()));
        assert_eq!(folder("data", "/home/ana"), Some("/home/ana/.local/share/tillstream".into()));
        assert_eq!(folder("", ""), None);
    }
}
