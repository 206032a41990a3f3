//! What can stand where the data file should be, and who else may have it.

use std::path::Path;

use payment::Timestamp;
use rusqlite::Connection;
use store::{Mode, OpenError, Store, StoreOptions};

use super::shop::*;

async fn refusal(options: StoreOptions) -> OpenError {
    let error = Store::open(options).await.unwrap_err();
    assert!(!error.to_string().contains('\n'), "one line: {error}");
    error
}

#[tokio::test]
async fn a_new_file_says_what_it_is_for_good() {
    let shop = Shop::open().await;
    let till = shop.reader().till().await.unwrap();
    assert_eq!((till.mode, till.restores), (Mode::Practice, 0));
    assert_eq!(till.created_at, Timestamp::from_millis(MORNING));
    assert_eq!(till.database_id, shop.store.database_id());
    assert_eq!(till.database_id.len(), 32);
    let id = till.database_id.clone();
    let shop = Shop::open_in(shop.close().await).await;
    assert_eq!(shop.store.database_id(), id, "it keeps its name");
    assert_ne!(Shop::open().await.store.database_id(), id, "another file has another");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("data/shop");
    let path = inside.join("till-practice.db");
    let options =
        StoreOptions { path: path.clone(), mode: Mode::Practice, now: Timestamp::from_millis(MORNING) };
    let opened = Store::open(options).await.unwrap();
    opened.store.reader().till().await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inside), 0o700);
    let mut names: Vec<String> = Vec::new();
    for file in std::fs::read_dir(&inside).unwrap() {
        let file = file.unwrap();
        assert_eq!(mode(&file.path()), 0o600, "{}", file.path().display());
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(
        names,
        ["till-practice.db", "till-practice.db-shm", "till-practice.db-wal", "till-practice.db.lock"]
    );
}

#[tokio::test]
async fn a_second_owner_is_told_who_has_it() {
    let shop = Shop::open().await;
    let error = refusal(options(&shop.folder)).await;
    let OpenError::Owned { pid, since, .. } = &error else { panic!("{error}") };
    assert_eq!((*pid, *since), (Some(std::process::id()), Some(Timestamp::from_millis(MORNING))));
    assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    let folder = shop.close().await;
    Shop::open_in(folder).await;
}

#[tokio::test]
async fn anybody_may_read_while_the_till_sells() {
    let mut shop = Shop::open().await;
    let reader = Store::open_reader(&shop.path()).await.unwrap();
    let sale = shop.cash_sale(450, "Tea");
    assert_eq!(reader.sale(sale.id).await.unwrap(), Some(sale));
    assert_eq!(reader.verify().await.unwrap().fault, None);
}

#[tokio::test]
async fn reading_needs_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = Store::open_reader(&path(&folder)).await.unwrap_err();
    assert!(matches!(error, OpenError::Missing(_)), "{error}");
    assert!(!path(&folder).exists(), "and makes none");
}

#[tokio::test]
async fn a_file_of_another_mode_is_refused() {
    let folder = Shop::open().await.close().await;
    let error = refusal(StoreOptions { mode: Mode::Live, ..options(&folder) }).await;
    assert!(
        matches!(error, OpenError::OtherMode { found: Mode::Practice, wanted: Mode::Live, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn foreign_files_are_refused_unharmed() {
    let folder = tempfile::tempdir().unwrap();
    let path = path(&folder);
    std::fs::write(&path, "Dear diary, ".repeat(1_000)).unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(refusal(options(&folder)).await, OpenError::Foreign(_)));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    std::fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("create table diary (page text)").unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(refusal(options(&folder)).await, OpenError::Foreign(_)));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused_unharmed() {
    let mut shop = Shop::open().await;
    shop.fill();
    let path = shop.path();
    let folder = shop.close().await;
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch(
        "insert into _sqlx_migrations select 9999, 'the future', installed_on, 1, checksum, 0 \
         from _sqlx_migrations where version = 1",
    )
    .unwrap();
    drop(raw);
    let before = std::fs::read(&path).unwrap();
    let error = refusal(options(&folder)).await;
    assert!(matches!(error, OpenError::Newer { found: 9999, known: 8, .. }), "{error}");
    assert!(matches!(Store::open_reader(&path).await, Err(OpenError::Newer { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_truncated_file_is_refused_with_what_to_do() {
    let mut shop = Shop::open().await;
    shop.fill();
    let path = shop.path();
    let folder = shop.close().await;
    let whole = std::fs::read(&path).unwrap();
    for kept in [0, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..kept]).unwrap();
        let error = refusal(options(&folder)).await;
        assert!(matches!(error, OpenError::Damaged { .. }), "{kept} bytes: {error}");
        assert!(error.to_string().contains("backup restore"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), &whole[..kept]);
    }
}

#[tokio::test]
async fn a_file_that_is_gone_while_its_log_is_there_is_not_made_anew() {
    let mut shop = Shop::open().await;
    shop.fill();
    let killed = killed(&shop);
    std::fs::remove_file(path(&killed)).unwrap();
    let error = refusal(options(&killed)).await;
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn a_till_that_was_killed_opens_with_everything_it_had_acknowledged() {
    let mut shop = Shop::open().await;
    shop.fill();
    let (head, killed) = (shop.writer.head(), killed(&shop));
    let mut reopened = Shop::open_in(killed).await;
    assert_eq!(reopened.writer.head(), head);
    assert_eq!(reopened.verify().await.fault, None);
    reopened.cash_sale(100, "Tea");
}

#[tokio::test]
async fn a_till_killed_while_its_file_was_being_made_starts_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("till-practice.db.begun"), "half a page").unwrap();
    let shop = Shop::open_in(folder).await;
    let path = shop.path();
    let folder = shop.close().await;
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("delete from till").unwrap();
    drop(raw);
    let shop = Shop::open_in(folder).await;
    assert_eq!(shop.reader().till().await.unwrap().database_id, shop.store.database_id());
}
