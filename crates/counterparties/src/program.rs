//! Finding a counterparty's program: named by the environment, on PATH, or fetched into the cache folder.

use std::env;
use std::path::{Path, PathBuf};

use crate::CounterpartyError;

/// Where a program may be found and how it is fetched.
pub(crate) struct Program {
    /// Its file name.
    pub(crate) name: &'static str,
    /// The environment variable that may name it.
    pub(crate) variable: &'static str,
    /// The script that fetches it.
    pub(crate) fetch: &'static str,
    /// The folder the script fills, below the cache folder.
    pub(crate) folder: &'static str,
    /// The program inside that folder.
    pub(crate) inside: &'static str,
}

impl Program {
    /// The program's path.
    ///
    /// # Errors
    /// When it is nowhere, naming the script that fetches it.
    pub(crate) fn find(&self) -> Result<PathBuf, CounterpartyError> {
        if let Some(path) = env::var_os(self.variable).map(PathBuf::from) {
            let missing = CounterpartyError::ProgramNotAFile { variable: self.variable, path: path.clone() };
            return if path.is_file() { Ok(path) } else { Err(missing) };
        }
        let folder = cache_folder().join(self.folder);
        on_path(self.name).or_else(|| Some(folder.join(self.inside)).filter(|path| path.is_file())).ok_or(
            CounterpartyError::ProgramMissing {
                program: self.name,
                fetch: self.fetch,
                folder,
                variable: self.variable,
            },
        )
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|candidate| candidate.is_file())
}

/// The folder `scripts/` fetches into, by the same rule as `scripts/lib.sh`.
pub(crate) fn cache_folder() -> PathBuf {
    if let Some(folder) = env::var_os("TILLSTREAM_CACHE") {
        return folder.into();
    }
    let home = || Path::new(&env::var_os("HOME").unwrap_or_default()).join(".cache");
    env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from).join("tillstream")
}
