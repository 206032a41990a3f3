//! Whoever changes the file with another tool, or a disk that forgets a bit: the check names the first bad row.

use std::path::{Path, PathBuf};

use ledger::Account;
use money::Money;
use rusqlite::Connection;
use store::{Head, Reader, SalesFilter, SalesPage, Store, Verification};
use tempfile::TempDir;

use super::shop::*;

/// Lifts the triggers and runs one statement.
pub(super) fn tamper(path: &Path, statement: &str) {
    let raw = Connection::open(path).unwrap();
    let mut triggers = raw.prepare("select name from sqlite_schema where type = 'trigger'").unwrap();
    let names: Vec<String> = triggers.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for name in names {
        raw.execute_batch(&format!("drop trigger {name}")).unwrap();
    }
    raw.pragma_update(None, "foreign_keys", false).unwrap();
    let changed = raw.execute(statement, []).unwrap();
    assert!(changed > 0, "{statement} changed nothing");
}

/// The row that the check names after a statement was run behind the till's back.
async fn named_after(statement: &str) -> String {
    let mut shop = Shop::open().await;
    shop.fill();
    let path = shop.path();
    let folder = shop.close().await;
    tamper(&path, statement);
    let checked = Store::open_reader(&path).await.unwrap().verify().await.unwrap();
    drop(folder);
    let fault = checked.fault.unwrap_or_else(|| panic!("{statement} was not noticed"));
    assert!(!fault.to_string().contains('\n'), "one line: {fault}");
    fault.row
}

#[tokio::test]
async fn every_column_of_an_event_is_covered() {
    for change in [
        "payload = replace(payload, '450', '451')",
        "kind = 'cancelled'",
        "source = 'cli'",
        "encoding = 2",
        "recorded_at = recorded_at + 1",
        "subject_version = 9",
        "subject_kind = 'stray'",
        "subject_id = zeroblob(16)",
        "hash = zeroblob(32)",
    ] {
        assert_eq!(named_after(&format!("update event set {change} where event_id = 1")).await, "event 1");
    }
}

#[tokio::test]
async fn every_column_of_an_entry_is_covered() {
    for (change, named) in [
        ("kind = 'credit'", "event 2"),
        ("ordinal = 77", "event 2"),
        ("subject_id = zeroblob(16)", "event 2"),
        ("rate = '1 EUR/BTC', rate_source = 'nobody'", "event 2"),
        ("event_id = 3", "event 2"),
        ("event_id = 1", "event 1"),
        ("entry_id = 1000", "entry 2"),
    ] {
        assert_eq!(
            named_after(&format!("update entry set {change} where entry_id = 1")).await,
            named,
            "{change}"
        );
    }
    let reversal = "update entry set reverses = null where entry_id = (select min(entry_id) from entry \
                    where reverses is not null)";
    assert_eq!(named_after(reversal).await, "event 8");
}

#[tokio::test]
async fn every_column_of_a_posting_is_covered() {
    for (change, named) in [
        ("minor = minor + 1", "entry 1"),
        ("account = 'tips'", "event 2"),
        ("currency = 'USD'", "entry 1"),
        ("scale = 3", "event 2"),
        ("previous_entry = 0", "entry 1"),
        ("line = 7", "posting 2 of entry 1"),
    ] {
        let statement = format!("update posting set {change} where entry_id = 1 and line = 1");
        assert_eq!(named_after(&statement).await, named, "{change}");
    }
    let both = "update posting set minor = minor * 2 where entry_id = 1";
    assert_eq!(named_after(both).await, "event 2", "balanced, and still not what was written");
}

#[tokio::test]
async fn rows_that_are_missing_or_added_are_noticed() {
    assert_eq!(named_after("delete from event where event_id = 1").await, "event 2");
    assert_eq!(named_after("delete from entry where entry_id = 2").await, "event 2");
    assert_eq!(named_after("delete from posting where entry_id = 1").await, "entry 1");
    let orphan = "insert into entry select entry_id + 1000, event_id + 1000, zeroblob(16), ordinal, kind, reverses, \
                  rate, rate_source from entry where entry_id = 1";
    assert_eq!(named_after(orphan).await, "entry 1001");
}

#[tokio::test]
async fn the_chain_is_bound_to_its_file() {
    assert_eq!(
        named_after("update till set database_id = 'ffffffffffffffffffffffffffffffff'").await,
        "event 1"
    );
    assert_eq!(named_after("update till set mode = 'live'").await, "event 1");
    assert_eq!(named_after("update till set created_at = 0").await, "event 1");
}

#[tokio::test]
async fn every_projection_is_compared_with_the_events() {
    for (change, named) in [
        ("update sale set state = 'paid' where number = 3", "sale 3"),
        ("update sale set due_minor = 1 where number = 1", "sale 1"),
        ("update sale set receipt_number = 9 where number = 1", "sale 1"),
        ("update sale set live = 0 where number = 3", "sale 3"),
        ("update sale set search = '' where number = 2", "sale 2"),
        ("update transfer set open = 0 where reference = 'bb:1'", "sale 3"),
        ("update transfer set amount_minor = 1 where reference = 'aa:0'", "sale 2"),
        ("update payment_address set address = 'bcrt1qthief' where address = 'bcrt1qone'", "sale 2"),
        ("update outbox set answered_by = null where outbox_id = 1", "sale 2"),
        (
            "update balance set minor = minor + 1 where account = 'cash-drawer'",
            "balance of cash-drawer in EUR",
        ),
        ("update balance set last_entry = 1 where account = 'cash-drawer'", "balance of cash-drawer in EUR"),
        ("delete from balance where account = 'sales'", "balance of sales in EUR"),
        ("insert into balance values ('tips', 'EUR', 2, 100, 1)", "balance of tips in EUR"),
        (
            "insert into payment_address values ('bitcoin', 'bcrt1qmine', zeroblob(16), zeroblob(16))",
            "the list of addresses",
        ),
        ("insert into alert (kind, event_id, raised_at) values ('reversed', 1, 0)", "the list of alerts"),
    ] {
        assert_eq!(named_after(change).await, named, "{change}");
    }
    let stray = named_after("update stray set state = 'credited'").await;
    assert!(stray.starts_with("stray_"), "{stray}");
}

/// What an owner sees of the books.
#[derive(Debug, PartialEq)]
struct Books {
    checked: Verification,
    head: Head,
    balances: Vec<(Account, Money)>,
    sales: SalesPage,
}

async fn books(reader: &Reader) -> Option<Books> {
    let checked = reader.verify().await.ok()?;
    if checked.fault.is_some() {
        return None;
    }
    Some(Books {
        checked,
        head: reader.head().await.ok()?,
        balances: reader.balances().await.ok()?,
        sales: reader.sales(&SalesFilter { limit: 200, ..SalesFilter::default() }).await.ok()?,
    })
}

/// Positions that spread over the file and are the same in every run.
fn positions(length: usize) -> impl Iterator<Item = usize> {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(length).unwrap()).unwrap()
    })
}

/// A copy of a closed shop's file with one byte changed.
fn flipped(whole: &[u8], folder: &TempDir, position: usize, bits: u8) -> PathBuf {
    let path = folder.path().join(format!("flipped-{position}.db"));
    let mut bytes = whole.to_vec();
    bytes[position] ^= bits;
    std::fs::write(&path, bytes).unwrap();
    path
}

#[tokio::test]
async fn a_flipped_byte_is_noticed_or_changes_nothing_that_anybody_sees() {
    let mut shop = Shop::open().await;
    shop.fill();
    shop.fill_again();
    let path = shop.path();
    let folder = shop.close().await;
    let whole = std::fs::read(&path).unwrap();
    let good = books(&Store::open_reader(&path).await.unwrap()).await.unwrap();
    let mut noticed = 0;
    for (round, position) in positions(whole.len()).take(200).enumerate() {
        let bits = 1_u8 << (round % 8);
        let path = flipped(&whole, &folder, position, bits);
        match Store::open_reader(&path).await {
            Err(_) => noticed += 1,
            Ok(reader) => {
                match books(&reader).await {
                    None => noticed += 1,
                    Some(seen) => assert_eq!(seen, good, "byte {position} with bits {bits:#x}"),
                }
                reader.close().await;
            }
        }
        std::fs::remove_file(&path).unwrap();
    }
    assert!(noticed > 20, "only {noticed} of 200 were noticed: the test looks at empty space");
}

#[tokio::test]
async fn a_flipped_digit_in_what_an_event_says_is_always_noticed() {
    let mut shop = Shop::open().await;
    shop.fill();
    let path = shop.path();
    let folder = shop.close().await;
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("vacuum").unwrap();
    let sql = "select sum((length(payload) - length(replace(payload, '{\"minor\":', ''))) / 9) from event";
    let live: u32 = raw.query_row(sql, [], |row| row.get(0)).unwrap();
    drop(raw);
    let whole = std::fs::read(&path).unwrap();
    let good = books(&Store::open_reader(&path).await.unwrap()).await.unwrap();
    let found = whole.windows(9).enumerate().filter(|(_, w)| w == b"{\"minor\":");
    let mut noticed = 0;
    for position in found.map(|(at, _)| at + 9) {
        let path = flipped(&whole, &folder, position, 1);
        let reader = Store::open_reader(&path).await.unwrap();
        match reader.verify().await.unwrap().fault {
            Some(fault) => {
                assert!(fault.row.starts_with("event "), "{fault}");
                noticed += 1;
            }
            // Moving rows between pages leaves bytes behind that no row has.
            None => assert_eq!(books(&reader).await.unwrap(), good),
        }
        reader.close().await;
    }
    assert_eq!(noticed, live);
}

/// What the check says of a file whose schema was changed behind the till's back, and what a restore of it says.
async fn said_of_schema(statement: &str) -> (String, String) {
    let mut shop = Shop::open().await;
    shop.fill();
    let path = shop.path();
    let folder = shop.close().await;
    Connection::open(&path).unwrap().execute_batch(statement).unwrap();
    let reader = Store::open_reader(&path).await.unwrap();
    let fault = reader.verify().await.unwrap().fault.unwrap_or_else(|| panic!("{statement} was not noticed"));
    reader.close().await;
    let changed = folder.path().join("changed.backup");
    std::fs::rename(&path, &changed).unwrap();
    let refused = store::restore(&changed, &options(&folder)).unwrap_err();
    assert!(!path.exists(), "nothing was put in place");
    (fault.to_string(), refused.to_string())
}

#[tokio::test]
async fn rules_that_were_lifted_are_missed_by_name_and_such_a_file_is_not_restored() {
    for (statement, told) in [
        ("drop trigger event_is_never_changed", "trigger event_is_never_changed: it is missing"),
        ("drop index alert_unread", "index alert_unread: it is missing"),
        (
            "drop trigger entry_is_never_deleted; \
             create trigger entry_is_never_deleted before delete on entry begin select 1; end",
            "trigger entry_is_never_deleted: it is not as this version makes it",
        ),
        (
            "create trigger quiet before insert on event begin select raise(ignore); end",
            "trigger quiet: no version of the till made it",
        ),
    ] {
        let (fault, refused) = said_of_schema(statement).await;
        assert!(fault.starts_with(told), "{fault}");
        assert!(refused.contains(told), "{refused}");
    }
}
