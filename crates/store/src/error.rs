//! Why something could not be read, written or opened. Every message is one line that says what to do next.

use std::path::PathBuf;

use payment::Timestamp;
use payment::sale::Refused;
use payment::stream::ParcelError;
use payment::sweep::SweepRefused;
use rusqlite::ffi;
use thiserror::Error;

use crate::Mode;
use crate::codec::CodecError;

/// Why the journal could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// SQLite refused a read on the pool.
    #[error("the data file can't be read: {0}")]
    Pool(#[from] sqlx::Error),
    /// SQLite refused a read on the writer's connection.
    #[error("the data file can't be read: {0}")]
    Connection(#[from] rusqlite::Error),
    /// An event is not what this version writes.
    #[error("event {event}: {reason}")]
    Event {
        /// Its number.
        event: i64,
        /// What is wrong with it.
        reason: CodecError,
    },
    /// An event does not follow from the ones before it.
    #[error("event {event} does not fit what came before it: {reason}")]
    Fold {
        /// Its number.
        event: i64,
        /// Why.
        reason: Refused,
    },
    /// An event of a sweep does not follow from the ones before it.
    #[error("event {event} does not fit what came before it: {reason}")]
    Sweep {
        /// Its number.
        event: i64,
        /// Why.
        reason: SweepRefused,
    },
    /// An event was recorded although it changes nothing.
    #[error("event {event} changes nothing, although it was recorded")]
    Idle {
        /// Its number.
        event: i64,
    },
    /// A stored entry is none.
    #[error("entry {entry}: {reason}")]
    Entry {
        /// Its number.
        entry: i64,
        /// What is wrong with it.
        reason: ledger::UnbalancedEntry,
    },
    /// A stored value is not what this version writes.
    #[error("{place} holds {value}, which this version does not know: update Tillstream or restore a backup")]
    Value {
        /// Table and column.
        place: &'static str,
        /// What is there.
        value: String,
    },
    /// Reads that began before did not end, so the data file could not be closed and opened again.
    #[error("the reads under way did not end in time: try again")]
    ReadsPending,
    /// The check of the whole journal was stopped from outside.
    #[error("the check of the journal did not finish: {0}")]
    Interrupted(String),
}

impl ReadError {
    /// Was it no read that failed, but room that is needed to open the file?
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Connection(error) if has_no_room(error))
    }
}

/// Why a batch was not written. Unless it says `Unknown`, nothing of the batch is in the data file.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The batch breaks a rule of the books.
    #[error("not recorded: {0}")]
    Refused(Refusal),
    /// The disk is full.
    #[error("the disk is full: nothing was recorded. Free some space and try again")]
    Full,
    /// The disk failed before the commit.
    #[error("the data file can't be written: {0}. Nothing was recorded: check the disk")]
    Io(String),
    /// Another program holds the data file.
    #[error("another program is writing to the data file: nothing was recorded. Close it and try again")]
    Busy,
    /// The commit failed: the batch may or may not be there. Drop the writer, reopen it, look the ids up.
    #[error("it is not known whether this was recorded ({0}): look it up before doing it again")]
    Unknown(CommitFailure),
}

/// How a commit failed whose outcome is not known.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{reason}")]
pub struct CommitFailure {
    reason: String,
    is_full: bool,
}

impl CommitFailure {
    /// Was there no room on the disk? If it turns out that nothing was written, this is why.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.is_full
    }

    pub(crate) const fn because(reason: String) -> Self {
        Self { reason, is_full: false }
    }
}

impl From<rusqlite::Error> for CommitFailure {
    fn from(error: rusqlite::Error) -> Self {
        Self { reason: error.to_string(), is_full: has_no_room(&error) }
    }
}

/// A rule of the books that a batch breaks.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// An address was handed out before.
    #[error("this address was handed out before")]
    AddressTaken,
    /// A transfer belongs to another payment.
    #[error("this transfer is counted for another payment")]
    TransferTaken,
    /// A dispute belongs to another payment.
    #[error("this dispute is about another payment")]
    DisputeTaken,
    /// A sale number is not the next one.
    #[error("the sale's number {0} is not the next one")]
    SaleNumber(u32),
    /// A receipt number is not the next one.
    #[error("the receipt number {0} is not the next one")]
    ReceiptNumber(u32),
    /// The subject has another event of this version: somebody else was quicker.
    #[error("what this is about has changed meanwhile")]
    VersionTaken,
    /// The entries of a record are not the last ones of the state after it.
    #[error("the entries are not what the event posts")]
    OtherEntries,
    /// A payment id was used before.
    #[error("this payment id was used before")]
    PaymentTaken,
    /// The sum of an account leaves the range of an amount.
    #[error("the balance of {account} would leave the range of {currency}")]
    BalanceOutOfRange {
        /// The account.
        account: &'static str,
        /// The currency.
        currency: String,
    },
    /// A parcel can't be booked.
    #[error("the parcel can't be booked: {0}")]
    Parcel(ParcelError),
    /// A parcel takes an instruction that was not handed in.
    #[error("the parcel takes an instruction it does not have")]
    NoSuchInstruction,
    /// A parcel takes nothing.
    #[error("the parcel takes no instruction")]
    EmptyParcel,
    /// A micropayment for a tab names no payer.
    #[error("this way to pay needs a payer")]
    NoPayer,
    /// A tab leaves the range of an amount.
    #[error("the payer's tab would leave the range of its currency")]
    TabOutOfRange,
    /// A micropayment for a tab has a fee: what a charge costs is known when the tab is settled.
    #[error("a payment for a payer's tab has no fee before it is charged")]
    FeeOnTab,
    /// A settlement opens with anything else than the whole of what is on its tab.
    #[error("the settlement does not take exactly what is on the payer's tab")]
    NotWhatIsOnTab,
    /// Another settlement of the tab is under way or set aside.
    #[error("another settlement of this tab is under way or set aside")]
    TabHeld,
    /// A settlement is charged that its tab knows nothing of.
    #[error("the payer's tab does not wait for this settlement")]
    OtherSettlement,
    /// No settlement has this id.
    #[error("there is no such settlement")]
    NoSuchSettlement,
    /// No alert has this number.
    #[error("there is no alert {0}")]
    NoSuchAlert(i64),
    /// A number does not fit the data file.
    #[error("the number {0} does not fit the data file")]
    NumberTooLarge(u64),
    /// Any other rule of the data file.
    #[error("a rule of the data file was broken: {0}")]
    Rule(String),
}

/// Why a data file was not opened. It is left as it was found.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("{} is open in another Tillstream{}: use that one, or close it first", path.display(), by(*pid))]
    Owned {
        /// The data file.
        path: PathBuf,
        /// The process that has it, when the lock file says so.
        pid: Option<u32>,
        /// Since when.
        since: Option<Timestamp>,
    },
    /// Not a data file of Tillstream.
    #[error(
        "{} is not a Tillstream data file: move it away, or restore a backup if it was one", .0.display()
    )]
    Foreign(PathBuf),
    /// A folder has the data file's name.
    #[error("{} is a folder, not a data file: move it away, or choose another --data-dir", .0.display())]
    Folder(PathBuf),
    /// Written by a newer version.
    #[error(
        "{} was written by a newer Tillstream (data version {found}, this one knows {known}): update first",
        path.display()
    )]
    Newer {
        /// The data file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// It holds the books of another mode.
    #[error("{} holds the books of {found} mode, not of {wanted} mode", path.display())]
    OtherMode {
        /// The data file.
        path: PathBuf,
        /// What it holds.
        found: Mode,
        /// What was asked for.
        wanted: Mode,
    },
    /// Cut short or overwritten.
    #[error(
        "{} is damaged ({reason}): keep a copy of it and restore a backup with `tillstream backup restore`",
        path.display()
    )]
    Damaged {
        /// The data file.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// There is no such file (only when opening for reading).
    #[error("there is no data file {}: start the till once", .0.display())]
    Missing(PathBuf),
    /// Written by an older version, and only to be read.
    #[error("{} is from an older Tillstream: start the till once, it is updated then", .0.display())]
    Older(PathBuf),
    /// The backup before a migration failed, so nothing was migrated.
    #[error("no backup before the update of {}, so it was not updated: {reason}", path.display())]
    BackupFirst {
        /// The data file.
        path: PathBuf,
        /// Why.
        reason: Box<BackupError>,
    },
    /// A migration failed and was rolled back.
    #[error("{} could not be updated: {reason}. The backup beside it is complete", path.display())]
    Migration {
        /// The data file.
        path: PathBuf,
        /// Why.
        reason: sqlx::migrate::MigrateError,
    },
    /// This program carries a SQLite that can damage a data file.
    #[error("SQLite {0} may damage data files (needs 3.51.3 or newer): install an official build")]
    OldSqlite(&'static str),
    /// The operating system gives no randomness.
    #[error("the operating system gives no random numbers, so no data file can be made")]
    NoRandomness,
    /// The file or its folder can't be used.
    #[error("{}: {reason}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        reason: std::io::Error,
    },
    /// The disk is full or fails: an open till must be able to write.
    #[error("{} can't be used ({reason}): free some space on its disk, or check the disk, and try again", path.display())]
    Disk {
        /// The data file.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// SQLite can't be set up as the journal needs it.
    #[error("{} can't be opened: {reason}", path.display())]
    Sqlite {
        /// The data file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Why a backup was not made or not restored. What was there before is still there.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The target exists.
    #[error("{} exists already: choose another name", .0.display())]
    Exists(PathBuf),
    /// There is no folder to put the copy in.
    #[error("there is no folder {}: make it, or choose another place", .0.display())]
    NoFolder(PathBuf),
    /// There is no backup to restore.
    #[error("there is no backup {}: check its name", .0.display())]
    Missing(PathBuf),
    /// The source can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The copy does not verify.
    #[error("{} does not verify: {problem}. Use another backup", path.display())]
    Unverified {
        /// The copy.
        path: PathBuf,
        /// The first thing that is wrong.
        problem: String,
    },
    /// The books that should be copied do not verify.
    #[error("the books in {} do not verify: {problem}. Nothing was saved; restore an earlier backup", path.display())]
    UnverifiedBooks {
        /// The data file.
        path: PathBuf,
        /// The first thing that is wrong.
        problem: String,
    },
    /// The source could not be held still.
    #[error("{} is being changed by another program: close it and try again", .0.display())]
    Busy(PathBuf),
    /// SQLite could not copy.
    #[error("{} could not be copied: {reason}", path.display())]
    Copy {
        /// The file that was being copied.
        path: PathBuf,
        /// Why.
        reason: rusqlite::Error,
    },
    /// The file or its folder can't be used.
    #[error("{}: {reason}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        reason: std::io::Error,
    },
}

/// Is the disk full? SQLite calls it an input/output error when the memory that connections share does not fit.
pub(crate) fn has_no_room(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    matches!(code, Some(ffi::SQLITE_FULL | ffi::SQLITE_IOERR_SHMSIZE))
}

fn by(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}
