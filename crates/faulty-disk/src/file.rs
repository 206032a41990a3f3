//! An open file on a disk of ours: our part in front, the system's own file behind it in the same space.
#![expect(
    unsafe_code,
    reason = "SQLite gives each file a space of its own and calls back with a pointer to it"
)]

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::Arc;

use rusqlite::ffi;

use crate::disk::{Medium, length};
use crate::fault::Operation;
use crate::trace::FileId;

/// Our part of the space that SQLite keeps for a file.
#[repr(C)]
struct FaultyFile {
    /// What SQLite sees.
    base: ffi::sqlite3_file,
    /// Made when the file is opened, dropped when it is closed; null when it is not open.
    ours: *mut Ours,
}

struct Ours {
    medium: Arc<Medium>,
    file: FileId,
}

/// Bytes in front of the system's own file. It is a multiple of every alignment a file needs.
pub(crate) const PREFIX_BYTES: c_int = 16;
const _: () = assert!(size_of::<FaultyFile>() == 16, "the system's file begins right behind ours");

/// Version 2: with shared memory, without memory maps, so that no byte passes us by.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The system's file behind ours.
///
/// # Safety
/// `file` points to space of the size that our VFS asks for.
pub(crate) const unsafe fn system(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: promised by the caller.
    unsafe { file.cast::<FaultyFile>().add(1).cast() }
}

/// Marks a space as not open.
///
/// # Safety
/// As [`system`].
pub(crate) const unsafe fn clear(file: *mut ffi::sqlite3_file) {
    let closed = FaultyFile { base: ffi::sqlite3_file { pMethods: ptr::null() }, ours: ptr::null_mut() };
    // SAFETY: promised by the caller; there is nothing in the space yet that would have to be dropped.
    unsafe { file.cast::<FaultyFile>().write(closed) };
}

/// Marks a space as an open file.
///
/// # Safety
/// As [`system`], and the system's file is open.
pub(crate) unsafe fn begin(file: *mut ffi::sqlite3_file, medium: Arc<Medium>, number: FileId) {
    let ours = Box::into_raw(Box::new(Ours { medium, file: number }));
    let open = FaultyFile { base: ffi::sqlite3_file { pMethods: &raw const METHODS }, ours };
    // SAFETY: promised by the caller.
    unsafe { file.cast::<FaultyFile>().write(open) };
}

/// Closes what the system may have begun to open.
///
/// # Safety
/// As [`system`], and the system has set its methods or none.
pub(crate) unsafe fn give_up(file: *mut ffi::sqlite3_file) {
    // SAFETY: promised by the caller.
    let behind = unsafe { system(file) };
    // SAFETY: the system's table lives as long as the process.
    if let Some(close) = unsafe { (*behind).pMethods.as_ref() }.and_then(|methods| methods.xClose) {
        // SAFETY: a file with methods is to be closed.
        unsafe { close(behind) };
    }
}

/// Our part of an open file.
///
/// # Safety
/// `file` is open: [`begin`] was called and `close` was not.
unsafe fn ours<'f>(file: *mut ffi::sqlite3_file) -> &'f Ours {
    // SAFETY: promised by the caller; SQLite uses a file from one thread at a time and closes it last.
    unsafe { &*(*file.cast::<FaultyFile>()).ours }
}

/// Calls the system's method of the same file.
macro_rules! pass_on {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        // SAFETY: SQLite calls methods only on a file that is open, so the system's file behind ours is.
        let behind = unsafe { system($file) };
        // SAFETY: an open file has methods, and they live as long as the process.
        match unsafe { (*(*behind).pMethods).$method } {
            // SAFETY: the arguments are SQLite's own, for the method of this name.
            Some(method) => unsafe { method(behind $(, $argument)*) },
            None => ffi::SQLITE_IOERR,
        }
    }};
}

/// Counts an operation of an open file, and ends the method when it is to fail.
macro_rules! operate {
    ($file:expr, $operation:expr) => {{
        // SAFETY: SQLite calls methods only on a file that is open.
        let ours = unsafe { ours($file) };
        if let Err(code) = ours.medium.operate($operation) {
            return code;
        }
        ours
    }};
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let code = pass_on!(file, xClose);
    // SAFETY: it was made by `begin`, and SQLite closes a file once.
    let ours = unsafe { Box::from_raw((*file.cast::<FaultyFile>()).ours) };
    ours.medium.closed(ours.file);
    // SAFETY: the space is SQLite's until this method returns.
    unsafe { clear(file) };
    code
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    buffer: *mut c_void,
    amount: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    operate!(file, Operation::Read);
    pass_on!(file, xRead, buffer, amount, offset)
}

/// A write that fails has got half-way.
unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    buffer: *const c_void,
    amount: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite calls methods only on a file that is open.
    let ours = unsafe { ours(file) };
    let outcome = ours.medium.operate(Operation::Write);
    let amount = if outcome.is_ok() { amount } else { amount / 2 };
    let code = pass_on!(file, xWrite, buffer, amount, offset);
    if code == ffi::SQLITE_OK {
        let (amount, offset) = (usize::try_from(amount).unwrap_or(0), length(offset.unsigned_abs()));
        // SAFETY: SQLite gives a buffer of this length, or a longer one.
        let bytes = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), amount) };
        ours.medium.wrote(ours.file, offset, bytes);
    }
    outcome.err().unwrap_or(code)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    let ours = operate!(file, Operation::Truncate);
    let code = pass_on!(file, xTruncate, size);
    if code == ffi::SQLITE_OK {
        ours.medium.resized(ours.file, length(size.unsigned_abs()));
    }
    code
}

/// Nothing is really synced: the platter alone remembers.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: SQLite calls methods only on a file that is open.
    let ours = unsafe { ours(file) };
    match ours.medium.operate(Operation::Sync) {
        Ok(()) => {
            ours.medium.synced(ours.file);
            ffi::SQLITE_OK
        }
        Err(code) => {
            ours.medium.sync_failed(ours.file);
            code
        }
    }
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut ffi::sqlite3_int64) -> c_int {
    operate!(file, Operation::Size);
    pass_on!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    pass_on!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    pass_on!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, answer: *mut c_int) -> c_int {
    pass_on!(file, xCheckReservedLock, answer)
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, what: c_int, argument: *mut c_void) -> c_int {
    pass_on!(file, xFileControl, what, argument)
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    pass_on!(file, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    pass_on!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    bytes: c_int,
    may_grow: c_int,
    mapped: *mut *mut c_void,
) -> c_int {
    operate!(file, if may_grow == 0 { Operation::MapShared } else { Operation::GrowShared });
    pass_on!(file, xShmMap, region, bytes, may_grow, mapped)
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    pass_on!(file, xShmLock, offset, count, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: SQLite calls methods only on a file that is open.
    let behind = unsafe { system(file) };
    // SAFETY: an open file has methods, and they live as long as the process.
    if let Some(barrier) = unsafe { (*(*behind).pMethods).xShmBarrier } {
        // SAFETY: the file is open.
        unsafe { barrier(behind) };
    }
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    pass_on!(file, xShmUnmap, delete)
}
