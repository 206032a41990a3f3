//! Coming from an older version.

use std::borrow::Cow;
use std::path::Path;

use payment::Timestamp;
use sqlx::migrate::{Migration, MigrationType};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use super::*;

/// This version's migrations and one more.
fn with_next(statements: &'static str) -> Migrator {
    let sql = AssertSqlSafe(statements).into_sql_str();
    let next = Migration::new(next_version(), Cow::Borrowed("next"), MigrationType::Simple, sql, false);
    Migrator::with_migrations(migrations().iter().cloned().chain([next]).collect())
}

/// The version that one more migration makes.
fn next_version() -> i64 {
    newest(migrations()) + 1
}

fn options(path: &Path) -> StoreOptions {
    StoreOptions {
        path: path.to_owned(),
        mode: Mode::Practice,
        now: Timestamp::from_millis(1_790_000_000_000),
    }
}

fn version_of(path: &Path) -> i64 {
    version(&connection::open_read_only(path).unwrap()).unwrap()
}

#[tokio::test]
async fn an_older_file_is_backed_up_and_checked_before_it_is_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("till.db");
    let (_, first) = open(&options(&path), migrations()).await.unwrap();
    let next = with_next("alter table sale add column table_number integer");
    let (_, till) = open(&options(&path), &next).await.unwrap();
    assert_eq!(till, first);
    assert_eq!(version_of(&path), next_version());
    let before = next_version() - 1;
    let backup = folder.path().join(format!("till.db.version-{before}.backup"));
    assert_eq!(version_of(&backup), before, "the backup is from before");
    open(&options(&path), &next).await.unwrap();
}

#[tokio::test]
async fn what_an_older_version_projected_does_not_keep_it_from_being_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("till.db");
    open(&options(&path), migrations()).await.unwrap();
    let raw = connection::open_writer(&path).unwrap();
    let row = "insert into payment_address values ('bitcoin', 'bcrt1qold', zeroblob(16), zeroblob(16))";
    raw.execute_batch(row).unwrap();
    assert!(crate::verify::verify(&raw).fault.is_some(), "this version would not project that");
    drop(raw);
    open(&options(&path), &with_next("create table later (later_id integer primary key) strict"))
        .await
        .unwrap();
    assert_eq!(version_of(&path), next_version());
}

#[tokio::test]
async fn a_new_file_needs_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("till.db");
    open(&options(&path), &with_next("create table later (later_id integer primary key) strict"))
        .await
        .unwrap();
    let names = std::fs::read_dir(folder.path()).unwrap();
    assert!(
        names.map(|file| file.unwrap().file_name()).all(|name| !name.to_string_lossy().contains("backup"))
    );
}

#[tokio::test]
async fn a_file_that_does_not_verify_is_not_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("till.db");
    open(&options(&path), migrations()).await.unwrap();
    let raw = connection::open_writer(&path).unwrap();
    raw.execute_batch("insert into balance values ('tips', 'EUR', 2, 100, 1)").unwrap();
    drop(raw);
    let refused =
        open(&options(&path), &with_next("create table later (id integer) strict")).await.unwrap_err();
    assert!(refused.to_string().contains("balance of tips in EUR"), "{refused}");
    assert_eq!(version_of(&path), next_version() - 1);
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("till.db");
    open(&options(&path), migrations()).await.unwrap();
    let broken = with_next("create table half (half_id integer primary key) strict; select nothing");
    let refused = open(&options(&path), &broken).await.unwrap_err();
    assert!(matches!(refused, OpenError::Migration { .. }), "{refused}");
    assert_eq!(version_of(&path), next_version() - 1);
    let half = "select count(*) from sqlite_schema where name = 'half'";
    let found: i64 =
        connection::open_read_only(&path).unwrap().query_row(half, [], |row| row.get(0)).unwrap();
    assert_eq!(found, 0);
    open(&options(&path), migrations()).await.unwrap();
}
