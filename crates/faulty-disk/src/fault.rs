//! What can go wrong with a disk, and what SQLite is told then.

use std::ffi::c_int;

use rusqlite::ffi;

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// At which operation, counted from 1 among those that it can hit, from the moment the disk was told.
    pub at: u64,
    /// Only at that one, or at all from then on?
    pub lasts: bool,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// There is no room: what makes files longer fails.
    Full,
    /// An input/output error: anything fails.
    Broken,
}

/// What a disk is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Open,
    Delete,
    Access,
    Read,
    Write,
    Truncate,
    Sync,
    Size,
    /// Shared memory that may have to be made longer.
    GrowShared,
    /// Shared memory that is there.
    MapShared,
}

impl Fault {
    /// Could it hit such an operation?
    pub(crate) const fn hits(self, operation: Operation) -> bool {
        match self.kind {
            FaultKind::Full => matches!(operation, Operation::Write | Operation::GrowShared),
            FaultKind::Broken => true,
        }
    }

    /// SQLite's code for an operation that it hit.
    pub(crate) const fn code(self, operation: Operation) -> c_int {
        match (self.kind, operation) {
            (FaultKind::Full, Operation::Write) => ffi::SQLITE_FULL,
            (_, Operation::Open) => ffi::SQLITE_CANTOPEN,
            (_, Operation::Delete) => ffi::SQLITE_IOERR_DELETE,
            (_, Operation::Access) => ffi::SQLITE_IOERR_ACCESS,
            (_, Operation::Read) => ffi::SQLITE_IOERR_READ,
            (_, Operation::Write) => ffi::SQLITE_IOERR_WRITE,
            (_, Operation::Truncate) => ffi::SQLITE_IOERR_TRUNCATE,
            (_, Operation::Sync) => ffi::SQLITE_IOERR_FSYNC,
            (_, Operation::Size) => ffi::SQLITE_IOERR_FSTAT,
            (_, Operation::GrowShared) => ffi::SQLITE_IOERR_SHMSIZE,
            (_, Operation::MapShared) => ffi::SQLITE_IOERR_SHMMAP,
        }
    }
}
