//! Nobody changes the journal, whichever program opens the file.

use rusqlite::Connection;

use super::shop::*;

/// Statements that would change the journal, each with what refuses it.
const ATTEMPTS: &[(&str, &str)] = &[
    ("update event set source = 'nobody' where event_id = 1", "events are never changed"),
    ("delete from event where event_id = 1", "events are never deleted"),
    ("update entry set kind = 'sale' where entry_id = 1", "entries are never changed"),
    ("delete from entry where entry_id = 1", "entries are never deleted"),
    ("update posting set minor = -minor where entry_id = 1", "postings are never changed"),
    ("delete from posting where entry_id = 1", "postings are never deleted"),
    ("insert or replace into event select * from event where event_id = 1", "events are only appended"),
    ("replace into entry select * from entry where entry_id = 1", "entries are only appended"),
    (
        "replace into posting select * from posting where entry_id = 1 and line = 1",
        "postings are only appended",
    ),
    (
        "insert or replace into event select event_id + 1000, subject_kind, subject_id, subject_version, kind, \
         encoding, payload, source, recorded_at, hash from event where event_id = 1",
        "events are only appended",
    ),
    (
        "insert or replace into event select (select max(event_id) + 1 from event), subject_kind, subject_id, \
         subject_version, kind, encoding, payload, source, recorded_at, hash from event where event_id = 1",
        "events are only appended",
    ),
    (
        "insert or replace into entry select (select max(entry_id) + 1 from entry), event_id, subject_id, ordinal, \
         kind, reverses, rate, rate_source from entry where entry_id = 1",
        "entries are only appended",
    ),
    (
        "insert into posting select entry_id, 9, account, currency, scale, minor, previous_entry from posting \
         where entry_id = 1 and line = 1",
        "postings are only appended",
    ),
    ("update subject_kind set name = 'refund' where name = 'sale'", "kinds of subject are never changed"),
    ("delete from subject_kind where name = 'sale'", "kinds of subject are never deleted"),
    ("update micropayment set amount_minor = 5", "micropayments are never changed"),
    ("delete from micropayment", "micropayments are never deleted"),
    ("insert or replace into micropayment select * from micropayment", "micropayments are only appended"),
];

#[tokio::test]
async fn journal_rows_are_never_changed_deleted_or_replaced() {
    let mut shop = Shop::open().await;
    shop.fill();
    let before = shop.verify().await;
    let raw = Connection::open(shop.path()).unwrap();
    for recursive in [true, false] {
        raw.pragma_update(None, "recursive_triggers", recursive).unwrap();
        for (attempt, refusal) in ATTEMPTS {
            let error = raw.execute(attempt, []).unwrap_err().to_string();
            assert!(error.contains(refusal), "{attempt}: {error}");
        }
    }
    assert_eq!(shop.verify().await, before);
    assert_eq!(before.fault, None);
}

#[tokio::test]
async fn a_strict_table_takes_no_text_for_a_number() {
    let mut shop = Shop::open().await;
    shop.fill();
    let raw = Connection::open(shop.path()).unwrap();
    let error = raw.execute("update balance set minor = 'much'", []).unwrap_err().to_string();
    assert!(error.contains("cannot store TEXT value in INTEGER column"), "{error}");
}
