//! The vault on an in-memory shelf: names, limits, and what each keyring error becomes. The real keyring is in
//! `tests/real_keyring.rs`.

use keyring_core::Error;

use super::*;
use crate::{Mnemonic, MnemonicError, WordProof};

const CANARY: &str = "canary-5c1d-do-not-print";

fn scope(mode: &str, database: &str) -> VaultScope {
    VaultScope::new(mode, database).unwrap()
}

fn vault() -> Vault {
    Vault::in_memory(scope("practice", "3f2a9c0b7d1e4856"))
}

fn text(vault: &Vault, name: SecretName) -> Option<String> {
    vault.get(name).unwrap().map(|secret| secret.expose().to_owned())
}

/// What `get` says when the keyring fails with this error.
fn told(error: Error) -> VaultError {
    let vault = vault();
    let entry = vault.shelf.entry(&vault.scope.user(SecretName::StripeKey)).unwrap();
    entry.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(error);
    vault.get(SecretName::StripeKey).unwrap_err()
}

#[test]
fn a_secret_is_kept_replaced_and_forgotten() {
    let vault = vault();
    assert_eq!(text(&vault, SecretName::StripeKey), None);
    vault.set(SecretName::StripeKey, &Secret::new("first")).unwrap();
    vault.set(SecretName::StripeKey, &Secret::new("second")).unwrap();
    assert_eq!(text(&vault, SecretName::StripeKey).as_deref(), Some("second"));
    assert_eq!(text(&vault, SecretName::StripeWebhook), None);
    assert_eq!(vault.forget(SecretName::StripeKey), Ok(true));
    assert_eq!(vault.forget(SecretName::StripeKey), Ok(false));
    assert_eq!(text(&vault, SecretName::StripeKey), None);
}

#[test]
fn modes_and_databases_do_not_see_each_other_on_one_shelf() {
    let sandbox = vault();
    let on_the_same_shelf = |mode, database| Vault { scope: scope(mode, database), ..sandbox.clone() };
    let live = on_the_same_shelf("live", "3f2a9c0b7d1e4856");
    let other = on_the_same_shelf("practice", "ffffffffffffffff");
    sandbox.set(SecretName::BitcoinMnemonic, &Secret::new("one")).unwrap();
    live.set(SecretName::BitcoinMnemonic, &Secret::new("two")).unwrap();
    assert_eq!(text(&other, SecretName::BitcoinMnemonic), None);
    assert_eq!(other.forget(SecretName::BitcoinMnemonic), Ok(false));
    assert_eq!(text(&sandbox, SecretName::BitcoinMnemonic).as_deref(), Some("one"));
    assert_eq!(text(&live, SecretName::BitcoinMnemonic).as_deref(), Some("two"));
}

#[test]
fn the_entry_name_holds_mode_database_and_name() {
    let scope = scope("live", "3F2A9C0B7D1E4856");
    assert_eq!(scope.user(SecretName::BitcoinMnemonic), "live/3f2a9c0b7d1e4856/bitcoin.mnemonic");
}

#[test]
fn a_scope_that_could_be_mistaken_for_another_is_refused() {
    for mode in ["", "Live", "live/3f2a9c0b", "production"] {
        assert_eq!(VaultScope::new(mode, "3f2a9c0b"), Err(ScopeError::Mode(mode.into())));
    }
    for database in ["", "3f2a", "3f2a9c0b/x", "gggggggg", &"a".repeat(65)] {
        assert_eq!(VaultScope::new("live", database), Err(ScopeError::Database(database.into())));
    }
}

#[test]
fn a_too_long_secret_is_refused_before_the_keyring_sees_it() {
    let vault = vault();
    assert_eq!(vault.set(SecretName::StripeKey, &Secret::new("x".repeat(2_048))), Ok(()));
    let refused = vault.set(SecretName::StripeKey, &Secret::new("x".repeat(2_049)));
    assert_eq!(refused, Err(VaultError::TooLong { bytes_max: 2_048 }));
    assert_eq!(text(&vault, SecretName::StripeKey).map(|kept| kept.len()), Some(2_048));
}

#[test]
fn each_keyring_error_says_what_to_do() {
    let refusal = || Box::new(std::io::Error::other("because"));
    assert_eq!(told(Error::NoStorageAccess(refusal())), VaultError::Failed("because".into()));
    assert_eq!(told(Error::TooLong("password".into(), 99)), VaultError::TooLong { bytes_max: 99 });
    let locked = Box::new(dbus_secret_service::Error::Locked);
    assert_eq!(told(Error::NoStorageAccess(locked)), VaultError::Locked);
    let dismissed = Box::new(dbus_secret_service::Error::Prompt);
    assert_eq!(told(Error::NoStorageAccess(dismissed)), VaultError::Locked);
    let never_created = Box::new(dbus_secret_service::Error::NoResult);
    assert!(matches!(told(Error::NoStorageAccess(never_created)), VaultError::Absent(_)));
    assert!(matches!(told(Error::Ambiguous(Vec::new())), VaultError::Failed(_)));
}

#[test]
fn an_entry_that_is_not_text_is_an_error_that_does_not_show_it() {
    let vault = vault();
    let entry = vault.shelf.entry(&vault.scope.user(SecretName::StripeKey)).unwrap();
    entry.set_secret(b"canary\xff").unwrap();
    let error = vault.get(SecretName::StripeKey).unwrap_err();
    assert_eq!(error, VaultError::Failed("the entry is not text".into()));
}

#[test]
fn the_memory_is_always_available() {
    assert_eq!(vault().status(), VaultStatus::Available);
}

#[test]
fn nothing_that_is_printed_contains_a_secret() {
    let vault = vault();
    let secret = Secret::new(CANARY);
    vault.set(SecretName::BitcoindPassword, &secret).unwrap();
    let mnemonic = Mnemonic::parse(&format!("{}wrong", "zoo ".repeat(11))).unwrap();
    let canary_as_bytes = format!("{:?}", CANARY.as_bytes());
    let mut printed = vec![
        format!("{vault:?} {secret:?} {:?} {:?}", vault.get(SecretName::BitcoindPassword), vault.status()),
        format!("{mnemonic:?} {:?} {:?}", mnemonic.as_secret(), WordProof::ask(&mnemonic)),
        format!("{:?}", SecretName::parse(CANARY)),
    ];
    let keyring_errors = [
        Error::BadEncoding(CANARY.into()),
        Error::BadDataFormat(CANARY.into(), Box::new(std::io::Error::other("because"))),
    ];
    printed.extend(keyring_errors.map(|error| said(told(error))));
    printed.push(said(vault.set(SecretName::StripeKey, &Secret::new(CANARY.repeat(200))).unwrap_err()));
    let bad_words = [CANARY.to_owned(), format!("{CANARY} ").repeat(12), "zoo ".repeat(12)];
    printed.extend(bad_words.iter().map(|words| said::<MnemonicError>(Mnemonic::parse(words).unwrap_err())));
    for line in printed {
        for leak in ["canary", "zoo", canary_as_bytes.trim_matches(['[', ']'])] {
            assert!(!line.contains(leak), "{line}");
        }
    }
}

fn said<E: std::error::Error>(error: E) -> String {
    format!("{error} {error:?} {:?}", error.source())
}
