//! One byte of the journal is another one: the check finds it, or it cannot matter, because every row of every table says
//! what it said.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use faulty_disk::Random;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use store::{Store, Verification};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::is_soak;
use super::portrait::Portrait;
use super::till::runtime;
use crate::journal::shop::Shop;

/// Bytes changed in rows, and as many in pages of the file.
const CHANGES: usize = 500;
/// So many times more in `./test soak`.
const SOAK: usize = 10;

/// A journal that somebody tampers with.
struct Journal {
    _folder: TempDir,
    path: PathBuf,
    runtime: Arc<Runtime>,
}

impl Journal {
    /// A closed shop with a history, in one file without a log.
    fn new() -> Self {
        let runtime = runtime();
        let folder = tempfile::tempdir().unwrap();
        let folder = runtime.block_on(async {
            let mut shop = Shop::open_in(folder).await;
            shop.fill();
            shop.fill_again();
            shop.close().await
        });
        let path = folder.path().join("till-practice.db");
        Self { _folder: folder, path, runtime }
    }

    fn changes() -> usize {
        if is_soak() { SOAK * CHANGES } else { CHANGES }
    }

    /// What the check finds; `None` when the file is refused before it can be checked.
    fn verify(&self, path: &Path) -> Option<Verification> {
        self.runtime.block_on(async {
            let reader = Store::open_reader(path).await.ok()?;
            reader.verify().await.ok()
        })
    }

    fn is_found(&self, path: &Path) -> bool {
        self.verify(path).is_none_or(|checked| checked.fault.is_some())
    }
}

/// Changes a file behind every rule it has; the triggers are there again afterwards. Gives whether that was possible.
fn tamper(path: &Path, update: &str, value: &Value) -> bool {
    let raw = Connection::open(path).unwrap();
    raw.pragma_update(None, "foreign_keys", false).unwrap();
    raw.pragma_update(None, "ignore_check_constraints", true).unwrap();
    let mut triggers = raw.prepare("select name, sql from sqlite_schema where type = 'trigger'").unwrap();
    let triggers: Vec<(String, String)> =
        triggers.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    raw.execute_batch("begin").unwrap();
    triggers.iter().for_each(|(name, _)| raw.execute_batch(&format!("drop trigger {name}")).unwrap());
    let is_changed = raw.execute(update, [value]).is_ok();
    triggers.iter().for_each(|(_, sql)| raw.execute_batch(sql).unwrap());
    raw.execute_batch("commit").unwrap();
    is_changed
}

/// A value of a journal table.
struct Place {
    table: &'static str,
    key: String,
    column: String,
    value: Value,
}

/// One value of the journal drawn by lot, empty ones left out.
fn place(raw: &Connection, random: &mut Random) -> Place {
    let (table, key) = [
        ("event", "event_id"),
        ("entry", "entry_id"),
        ("posting", "entry_id * 100 + line"),
        ("micropayment", "micropayment_id"),
    ][random.below(4)];
    let columns: Vec<String> = {
        let mut columns = raw.prepare("select name from pragma_table_info(?)").unwrap();
        columns.query_map([table], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    loop {
        let rows: u32 =
            raw.query_row(&format!("select count(*) from {table}"), [], |row| row.get(0)).unwrap();
        let column = columns[random.below(columns.len())].clone();
        let sql = format!(
            "select {key}, {column} from {table} limit 1 offset {}",
            random.below(usize::try_from(rows).unwrap())
        );
        let (number, value): (i64, Value) =
            raw.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let is_empty =
            matches!(&value, Value::Null) || matches!(&value, Value::Text(text) if text.is_empty());
        if !is_empty {
            return Place { table, key: format!("{key} = {number}"), column, value };
        }
    }
}

/// The value with one of its bytes changed; text may then be none.
fn changed(value: &Value, random: &mut Random) -> (Value, bool) {
    let mut flip = |mut bytes: Vec<u8>| {
        let at = random.below(bytes.len());
        bytes[at] ^= u8::try_from(1 + random.below(255)).unwrap();
        bytes
    };
    match value {
        Value::Integer(number) => {
            let bytes = flip(number.to_be_bytes().to_vec());
            (Value::Integer(i64::from_be_bytes(bytes.try_into().unwrap())), false)
        }
        Value::Text(text) => (Value::Blob(flip(text.clone().into_bytes())), true),
        Value::Blob(bytes) => (Value::Blob(flip(bytes.clone())), false),
        Value::Null | Value::Real(_) => unreachable!("the journal holds whole numbers, text and blobs"),
    }
}

#[test]
fn every_changed_byte_in_a_row_of_the_journal_is_found() {
    let (journal, mut random) = (Journal::new(), Random::from_environment());
    let sound = Connection::open_with_flags(&journal.path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut found = 0;
    while found < Journal::changes() {
        let path = journal.path.with_file_name(format!("changed-{found}.db"));
        std::fs::copy(&journal.path, &path).unwrap();
        let Place { table, key, column, value } = place(&sound, &mut random);
        let (bad, is_text) = changed(&value, &mut random);
        let put = if is_text { "cast(? as text)" } else { "?" };
        // A key that another row has can't be written, not even behind every rule.
        if tamper(&path, &format!("update {table} set {column} = {put} where {key}"), &bad) {
            assert!(journal.is_found(&path), "{table}.{column} where {key}: {value:?} is now {bad:?}");
            found += 1;
        }
        std::fs::remove_file(&path).unwrap();
    }
}

/// The pages of the journal's tables and of their indexes.
fn journal_pages(path: &Path) -> Vec<usize> {
    let raw = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let sql = "select pageno from dbstat where name in (select name from sqlite_schema where tbl_name in \
               ('event', 'entry', 'posting', 'micropayment', 'subject_kind') and type in ('table', 'index'))";
    let mut pages = raw.prepare(sql).unwrap();
    let numbers = pages.query_map([], |row| row.get::<_, u32>(0)).unwrap();
    numbers.map(|number| usize::try_from(number.unwrap()).unwrap()).collect()
}

#[test]
fn every_changed_byte_in_a_page_of_the_journal_is_found_or_cannot_matter() {
    const PAGE: usize = 4_096;
    let (journal, mut random) = (Journal::new(), Random::from_environment());
    Connection::open(&journal.path).unwrap().execute_batch("vacuum").unwrap();
    let (pages, sound) = (journal_pages(&journal.path), Portrait::of(&journal.path).unwrap());
    let whole = std::fs::read(&journal.path).unwrap();
    let mut harmless = 0;
    for round in 0..Journal::changes() {
        let at = (pages[random.below(pages.len())] - 1) * PAGE + random.below(PAGE);
        let mut bytes = whole.clone();
        bytes[at] ^= u8::try_from(1 + random.below(255)).unwrap();
        let path = journal.path.with_file_name(format!("changed-{round}.db"));
        std::fs::write(&path, bytes).unwrap();
        if !journal.is_found(&path) {
            harmless += 1;
            let difference = Portrait::of(&path).unwrap().difference(&sound);
            assert!(difference.is_empty(), "byte {at}: not found, and {difference}");
        }
        std::fs::remove_file(&path).unwrap();
    }
    println!("{harmless} of {} changes cannot matter: no row has the byte", Journal::changes());
    assert!(harmless < Journal::changes() / 4 * 3, "{harmless} cannot matter: the test looks at empty space");
}
