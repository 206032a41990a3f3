//! The disk itself, under a plain SQLite file: what was synced survives, what was not does not, and what is to fail does.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking, its helpers too")]

use std::path::{Path, PathBuf};

use faulty_disk::{Disk, Fault, FaultKind, Loss, Platter, Random, Syncs, Trace};
use rusqlite::{Connection, ErrorCode};
use tempfile::TempDir;

fn path(folder: &Path) -> PathBuf {
    folder.join("notes.db")
}

/// A file in WAL mode with one table.
fn open(folder: &Path, synchronous: &str) -> Connection {
    let connection = Connection::open(path(folder)).unwrap();
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).unwrap();
    connection.pragma_update(None, "synchronous", synchronous).unwrap();
    connection.execute_batch("create table if not exists note (text text)").unwrap();
    connection
}

fn write(connection: &Connection, text: &str) -> rusqlite::Result<usize> {
    connection.execute("insert into note values (?)", [text])
}

fn notes(folder: &Path) -> Vec<String> {
    let connection = Connection::open(path(folder)).unwrap();
    let mut all = connection.prepare("select text from note order by rowid").unwrap();
    all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// What is there after the power was cut at a moment.
fn left(trace: &Trace, syncs: Syncs, moment: usize, loss: Loss) -> TempDir {
    let mut platter = Platter::new(trace, syncs);
    platter.turn_to(moment);
    let folder = tempfile::tempdir().unwrap();
    platter.write_to(folder.path(), loss, &mut Random::seeded(7)).unwrap();
    folder
}

/// The trace of two notes, and the moment after the first.
fn two_notes(synchronous: &str) -> (Trace, usize) {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::under(folder.path());
    let connection = open(folder.path(), synchronous);
    write(&connection, "one").unwrap();
    let between = disk.moment();
    write(&connection, "two").unwrap();
    (disk.trace(), between)
}

#[test]
fn what_was_synced_survives_a_power_cut() {
    let (trace, between) = two_notes("full");
    for loss in [Loss::Unsynced, Loss::Some, Loss::Nothing] {
        let (first, both) = (left(&trace, Syncs::Honest, between, loss), trace.len());
        assert_eq!(notes(first.path()), ["one"], "{loss:?}");
        assert_eq!(notes(left(&trace, Syncs::Honest, both, loss).path()), ["one", "two"], "{loss:?}");
    }
}

#[test]
fn what_was_not_synced_is_lost_although_it_could_be_read() {
    let (trace, _) = two_notes("normal");
    let (lost, kept) = (Loss::Unsynced, Loss::Nothing);
    assert_eq!(notes(left(&trace, Syncs::Honest, trace.len(), kept).path()), ["one", "two"]);
    let left = left(&trace, Syncs::Honest, trace.len(), lost);
    let table = "select count(*) from sqlite_schema where name = 'note'";
    let raw = Connection::open(path(left.path())).unwrap();
    assert_eq!(
        raw.query_row(table, [], |row| row.get::<_, i64>(0)).unwrap(),
        0,
        "not even the table is there"
    );
}

#[test]
fn a_disk_that_ignores_syncs_of_the_log_loses_what_it_holds() {
    let (trace, _) = two_notes("full");
    let left = left(&trace, Syncs::IgnoredForLog, trace.len(), Loss::Unsynced);
    assert!(std::fs::metadata(path(left.path())).unwrap().len() > 0, "the data file itself was synced");
    assert_eq!(std::fs::metadata(left.path().join("notes.db-wal")).map_or(0, |log| log.len()), 0);
}

#[test]
fn the_shared_memory_is_never_left() {
    let (trace, _) = two_notes("full");
    let left = left(&trace, Syncs::Honest, trace.len(), Loss::Nothing);
    assert!(!left.path().join("notes.db-shm").exists());
}

#[test]
fn every_operation_can_fail_and_the_disk_can_heal() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::under(folder.path());
    let connection = open(folder.path(), "full");
    for (kind, code) in
        [(FaultKind::Full, ErrorCode::DiskFull), (FaultKind::Broken, ErrorCode::SystemIoFailure)]
    {
        disk.fail(Fault { kind, at: 1, lasts: true });
        let failed = write(&connection, "lost").unwrap_err();
        assert_eq!(failed.sqlite_error_code(), Some(code));
        assert!(disk.failed() > 0);
        disk.heal();
        write(&connection, "kept").unwrap();
    }
    drop(connection);
    assert_eq!(notes(folder.path()), ["kept", "kept"]);
}

#[test]
fn files_elsewhere_are_left_to_the_system() {
    let (on, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = Disk::under(on.path());
    disk.fail(Fault { kind: FaultKind::Broken, at: 1, lasts: true });
    write(&open(elsewhere.path(), "full"), "one").unwrap();
    assert_eq!((disk.failed(), disk.moment()), (0, 0));
}

#[test]
fn a_program_that_goes_on_after_a_killed_one_inherits_what_was_never_synced() {
    let (trace, _) = two_notes("normal");
    let mut platter = Platter::new(&trace, Syncs::Honest);
    platter.turn_to(trace.len());
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::taking_over(folder.path(), &platter);
    assert_eq!(notes(folder.path()), ["one", "two"], "the log is copied into the file as it is closed");
    let copied = disk.trace();
    assert_eq!(notes(left(&copied, Syncs::Honest, copied.len(), Loss::Unsynced).path()), ["one", "two"]);
}
