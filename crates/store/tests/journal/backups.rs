//! Backups and the way back.

use std::path::PathBuf;

use payment::{RailId, Timestamp};
use rusqlite::Connection;
use store::{BackupError, Batch, Mode, OpenError, RailChange, StoreOptions, backup, restore};
use tempfile::TempDir;

use super::shop::*;

fn copy_path(folder: &TempDir) -> PathBuf {
    folder.path().join("monday.backup")
}

fn scanned() -> Batch {
    let change = RailChange { rail: RailId::BITCOIN, change_set: None, last_observation: 1, scanned: true };
    Batch { rail_changes: vec![change], ..Batch::default() }
}

#[tokio::test]
async fn a_backup_of_a_selling_till_is_complete_checked_and_private() {
    let mut shop = Shop::open().await;
    shop.fill();
    let to = copy_path(&shop.folder);
    let made = backup(&shop.path(), &to).unwrap();
    assert_eq!((made.events, made.head), shop.writer.head());
    shop.cash_sale(100, "sold meanwhile");
    let names = std::fs::read_dir(shop.folder.path()).unwrap();
    let beside = names
        .filter(|name| name.as_ref().unwrap().file_name().to_string_lossy().starts_with("monday.backup"));
    assert_eq!(beside.count(), 1, "one file that stands alone");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = backup(&shop.path(), &to).unwrap_err();
    assert!(matches!(again, BackupError::Exists(_)), "{again}");
}

#[tokio::test]
async fn a_restored_till_has_the_books_of_the_backup_and_says_that_it_was_restored() {
    let mut shop = Shop::open().await;
    shop.fill();
    shop.writer.write(&scanned()).unwrap();
    let to = copy_path(&shop.folder);
    let made = backup(&shop.path(), &to).unwrap();
    shop.cash_sale(100, "after the backup");
    let id = shop.store.database_id().to_owned();
    let folder = shop.close().await;

    let restored = restore(&to, &options(&folder)).unwrap();
    assert_eq!(restored.backup, made);
    let kept = folder.path().join("till-practice.db.replaced-1");
    assert_eq!(restored.replaced, Some(kept.clone()), "and where the replaced file is kept");
    assert!(kept.exists());
    let mut shop = Shop::open_in(folder).await;
    assert_eq!(shop.writer.head(), (made.events, made.head));
    assert_eq!(shop.store.database_id(), id);
    assert_eq!(shop.reader().till().await.unwrap().restores, 1);
    assert!(shop.writer.rail_memory(RailId::BITCOIN).unwrap().restored);
    assert!(shop.reader().rail_memory(RailId::BITCOIN).unwrap().restored);
    shop.writer.write(&scanned()).unwrap();
    assert!(!shop.writer.rail_memory(RailId::BITCOIN).unwrap().restored, "scanned since");
    assert_eq!(shop.verify().await.fault, None);
    shop.cash_sale(100, "and it goes on");

    let folder = shop.close().await;
    restore(&to, &options(&folder)).unwrap();
    let shop = Shop::open_in(folder).await;
    assert!(
        shop.writer.rail_memory(RailId::BITCOIN).unwrap().restored,
        "restored again, to be scanned again"
    );
}

#[tokio::test]
async fn the_replaced_file_is_kept_complete_even_after_a_kill() {
    let mut shop = Shop::open().await;
    let to = copy_path(&shop.folder);
    backup(&shop.path(), &to).unwrap();
    shop.fill();
    let head = shop.writer.head();
    let killed = killed(&shop);
    restore(&to, &options(&killed)).unwrap();
    let restored = Shop::open_in(killed).await;
    assert_eq!(restored.writer.head().0, 0, "the old log was not taken for the restored file's");
    let killed = restored.close().await;
    let kept = StoreOptions { path: killed.path().join("till-practice.db.replaced-1"), ..options(&killed) };
    let kept = store::Store::open(kept).await.unwrap();
    assert_eq!(kept.writer.head(), head);
}

#[tokio::test]
async fn nothing_is_restored_over_an_open_till() {
    let mut shop = Shop::open().await;
    shop.fill();
    let to = copy_path(&shop.folder);
    backup(&shop.path(), &to).unwrap();
    let refused = restore(&to, &options(&shop.folder)).unwrap_err();
    assert!(matches!(refused, BackupError::Open(OpenError::Owned { .. })), "{refused}");
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn a_backup_of_another_mode_is_refused() {
    let mut shop = Shop::open().await;
    shop.fill();
    let to = copy_path(&shop.folder);
    backup(&shop.path(), &to).unwrap();
    let live = StoreOptions {
        path: shop.folder.path().join("till-live.db"),
        mode: Mode::Live,
        now: Timestamp::from_millis(MORNING),
    };
    let refused = restore(&to, &live).unwrap_err();
    assert!(matches!(refused, BackupError::Open(OpenError::OtherMode { .. })), "{refused}");
    assert!(!live.path.exists());
}

#[tokio::test]
async fn a_backup_that_was_changed_is_refused_and_the_till_stays_as_it_is() {
    let mut shop = Shop::open().await;
    shop.fill();
    let to = copy_path(&shop.folder);
    backup(&shop.path(), &to).unwrap();
    let raw = Connection::open(&to).unwrap();
    raw.execute_batch("update balance set minor = 1 where account = 'cash-drawer'").unwrap();
    drop(raw);
    let path = shop.path();
    let folder = shop.close().await;
    let before = std::fs::read(&path).unwrap();
    let refused = restore(&to, &options(&folder)).unwrap_err();
    assert!(refused.to_string().contains("balance of cash-drawer in EUR"), "{refused}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 3, "the file, its lock and the backup");
}

#[tokio::test]
async fn a_damaged_till_is_not_backed_up_over_a_good_name() {
    let mut shop = Shop::open().await;
    shop.fill();
    let path = shop.path();
    let folder = shop.close().await;
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("update balance set minor = 1 where account = 'cash-drawer'").unwrap();
    drop(raw);
    let refused = backup(&path, &copy_path(&folder)).unwrap_err();
    assert!(matches!(refused, BackupError::UnverifiedBooks { .. }), "{refused}");
    assert!(!copy_path(&folder).exists());
}

#[tokio::test]
async fn a_backup_that_has_no_place_or_is_not_there_is_refused_by_its_name() {
    let mut shop = Shop::open().await;
    shop.fill();
    let nowhere = shop.folder.path().join("nowhere");
    let refused = backup(&shop.path(), &nowhere.join("monday.backup")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!("there is no folder {}: make it, or choose another place", nowhere.display())
    );
    let folder = shop.close().await;
    let refused = restore(&nowhere, &options(&folder)).unwrap_err();
    assert_eq!(refused.to_string(), format!("there is no backup {}: check its name", nowhere.display()));
    let refused = restore(folder.path(), &options(&folder)).unwrap_err();
    assert!(matches!(refused, BackupError::Open(OpenError::Folder(_))), "{refused}");
}
