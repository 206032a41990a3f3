//! The VFS itself: which files are on a disk of ours, and the calls that concern names. Everything else is the system's.
#![expect(unsafe_code, reason = "a VFS is a table of C functions that SQLite calls with pointers")]

use std::ffi::{CStr, OsStr, c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, Ordering};

use rusqlite::ffi;

use crate::disk::disk_under;
use crate::fault::Operation;
use crate::file;

/// The name of the VFS, for whoever asks SQLite.
const NAME: &CStr = c"faulty-disk";

/// The system's own VFS.
static SYSTEM: AtomicPtr<ffi::sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());
static REGISTERED: Once = Once::new();

/// Makes this VFS the default of the process.
pub(crate) fn register() {
    REGISTERED.call_once(|| {
        // SAFETY: no name asks for the default VFS, which lives as long as the process.
        let system = unsafe { ffi::sqlite3_vfs_find(ptr::null()) };
        SYSTEM.store(system, Ordering::SeqCst);
        // SAFETY: the system has a VFS, and it is not changed while it is copied.
        let mut own = unsafe { *system };
        own.zName = NAME.as_ptr();
        own.pNext = ptr::null_mut();
        own.szOsFile += file::PREFIX_BYTES;
        own.xOpen = Some(open);
        own.xDelete = Some(delete);
        own.xAccess = Some(access);
        // SAFETY: the table is leaked, so it lives as long as SQLite may use it; the functions copied from the system's
        // table do not look at the table they are called through.
        let code = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(own)), 1) };
        assert_eq!(code, ffi::SQLITE_OK, "SQLite takes the VFS");
    });
}

/// Opens a file: on a disk of ours with our methods around the system's, else with the system's alone.
unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    opened: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    let system = SYSTEM.load(Ordering::SeqCst);
    // SAFETY: `system` was found before this function was registered, and SQLite gives it back to nobody.
    let Some(open) = (unsafe { (*system).xOpen }) else { return ffi::SQLITE_CANTOPEN };
    // SAFETY: SQLite passes no name, or one that ends with a zero and lives through the call.
    let path = unsafe { path_of(name) };
    let Some(medium) = path.and_then(disk_under).zip(path) else {
        // SAFETY: the arguments are SQLite's own, and the space behind `opened` is larger than the system needs.
        return unsafe { open(system, name, opened, flags, flags_out) };
    };
    let (medium, path) = medium;
    // SAFETY: SQLite gives `opened` as space for a file of ours.
    unsafe { file::clear(opened) };
    medium.look();
    if let Err(code) = medium.operate(Operation::Open) {
        return code;
    }
    let is_new = !path.exists();
    // SAFETY: as above; behind our part of the file there is as much space as the system asked for.
    let code = unsafe { open(system, name, file::system(opened), flags, flags_out) };
    if code == ffi::SQLITE_OK {
        let number = medium.opened(path, is_new);
        // SAFETY: the system's file behind ours is open.
        unsafe { file::begin(opened, medium, number) };
    } else {
        // SAFETY: the system has set its own methods, or none.
        unsafe { file::give_up(opened) };
    }
    code
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    let system = SYSTEM.load(Ordering::SeqCst);
    // SAFETY: as in `open`.
    let Some(delete) = (unsafe { (*system).xDelete }) else { return ffi::SQLITE_IOERR_DELETE };
    // SAFETY: as in `open`.
    let medium = unsafe { path_of(name) }.and_then(disk_under);
    let Some(medium) = medium else {
        // SAFETY: the arguments are SQLite's own.
        return unsafe { delete(system, name, sync_folder) };
    };
    medium.look();
    if let Err(code) = medium.operate(Operation::Delete) {
        return code;
    }
    // SAFETY: the arguments are SQLite's own; the folder is never really synced.
    let code = unsafe { delete(system, name, 0) };
    if code == ffi::SQLITE_OK {
        medium.deleted(sync_folder != 0);
    }
    code
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    answer: *mut c_int,
) -> c_int {
    let system = SYSTEM.load(Ordering::SeqCst);
    // SAFETY: as in `open`.
    let Some(access) = (unsafe { (*system).xAccess }) else { return ffi::SQLITE_IOERR_ACCESS };
    // SAFETY: as in `open`.
    let medium = unsafe { path_of(name) }.and_then(disk_under);
    if let Some(Err(code)) = medium.map(|medium| medium.operate(Operation::Access)) {
        return code;
    }
    // SAFETY: the arguments are SQLite's own.
    unsafe { access(system, name, flags, answer) }
}

/// # Safety
/// `name` is null, or ends with a zero and lives as long as the path is used.
unsafe fn path_of<'n>(name: *const c_char) -> Option<&'n Path> {
    if name.is_null() {
        return None;
    }
    // SAFETY: promised by the caller.
    let name = unsafe { CStr::from_ptr(name) };
    Some(Path::new(OsStr::from_bytes(name.to_bytes())))
}
