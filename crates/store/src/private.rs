//! Files and folders that only their owner can read. SQLite gives its own files beside a data file the same mode.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};

#[cfg(unix)]
const OWNER_ONLY: u32 = 0o600;

/// Makes whatever these options create readable by its owner alone.
#[cfg(unix)]
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(OWNER_ONLY)
}

/// Elsewhere the user's own folder protects its files.
#[cfg(not(unix))]
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Creates an empty file, whatever the umask.
///
/// # Errors
/// When it exists or can't be created.
pub(crate) fn create_file(path: &Path) -> io::Result<()> {
    let file = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
    restrict(&file)
}

/// Creates a folder and those above it, unless it is there.
///
/// # Errors
/// When it can't be created.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(path)
}

/// Flushes a file to the disk.
///
/// # Errors
/// When the disk fails.
pub(crate) fn sync_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}

/// Flushes the folder of a file, so that a new name survives a power cut.
///
/// # Errors
/// When the disk fails.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        return File::open(folder)?.sync_all();
    }
    Ok(())
}

#[cfg(unix)]
fn restrict(file: &File) -> io::Result<()> {
    file.set_permissions(std::fs::Permissions::from_mode(OWNER_ONLY))
}

#[cfg(not(unix))]
fn restrict(_file: &File) -> io::Result<()> {
    Ok(())
}
