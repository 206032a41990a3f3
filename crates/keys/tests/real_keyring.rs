//! What the vault does on a real gnome-keyring: keep, find, forget, and say so when it can't.

mod private_session;

use std::process::Command;
use std::time::Duration;

use keys::{Mnemonic, Secret, SecretName, Vault, VaultError, VaultScope, VaultStatus, WordCount};

use private_session::{Bus, GnomeKeyring, alone, duration_of, wait_until};

const DATABASE: &str = "3f2a9c0b7d1e4856";
const NAME: SecretName = SecretName::BitcoinMnemonic;

fn vault(mode: &str, database: &str) -> Vault {
    Vault::open(VaultScope::new(mode, database).expect("a valid scope"))
}

fn live() -> Vault {
    vault("live", DATABASE)
}

fn text(vault: &Vault) -> Option<String> {
    vault.get(NAME).expect("the keyring answers").map(|secret| secret.expose().to_owned())
}

/// Locks the keyring as the desktop does when its owner asks for it.
fn lock() {
    let request = [
        "--session",
        "--print-reply",
        "--dest=org.freedesktop.secrets",
        "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service.Lock",
        "array:objpath:/org/freedesktop/secrets/collection/login",
    ];
    assert!(Command::new("dbus-send").args(request).output().expect("dbus-send starts").status.success());
}

#[test]
fn a_mnemonic_is_kept_found_replaced_and_forgotten() {
    alone("a_mnemonic_is_kept_found_replaced_and_forgotten", Bus::Private, || {
        let _keyring = GnomeKeyring::unlocked();
        assert_eq!(live().status(), VaultStatus::Available);
        assert_eq!(text(&live()), None);
        for count in [WordCount::Twelve, WordCount::TwentyFour] {
            let words = Mnemonic::create(count).unwrap().as_secret();
            live().set(NAME, &words).unwrap();
            assert_eq!(text(&live()).as_deref(), Some(words.expose()));
        }
        assert_eq!(live().forget(NAME), Ok(true));
        assert_eq!(live().forget(NAME), Ok(false));
        assert_eq!(text(&live()), None);
    });
}

#[test]
fn modes_and_databases_do_not_see_each_other() {
    alone("modes_and_databases_do_not_see_each_other", Bus::Private, || {
        let _keyring = GnomeKeyring::unlocked();
        let (sandbox, other) = (vault("sandbox", DATABASE), vault("live", "ffffffffffffffff"));
        live().set(NAME, &Secret::new("live words")).unwrap();
        sandbox.set(NAME, &Secret::new("sandbox words")).unwrap();
        assert_eq!(text(&live()).as_deref(), Some("live words"));
        assert_eq!(text(&sandbox).as_deref(), Some("sandbox words"));
        assert_eq!(text(&other), None);
        assert_eq!(sandbox.forget(NAME), Ok(true));
        assert_eq!(text(&live()).as_deref(), Some("live words"));
    });
}

#[test]
fn unusual_text_up_to_the_limit_comes_back_unchanged() {
    alone("unusual_text_up_to_the_limit_comes_back_unchanged", Bus::Private, || {
        let _keyring = GnomeKeyring::unlocked();
        for kept in ["", "\n", "pässwörd ✓ \u{0}", &"x".repeat(2_048)] {
            live().set(NAME, &Secret::new(kept)).unwrap();
            assert_eq!(text(&live()).as_deref(), Some(kept));
        }
    });
}

#[test]
fn a_secret_survives_the_end_of_the_session() {
    alone("a_secret_survives_the_end_of_the_session", Bus::Private, || {
        let vault = live();
        let first = GnomeKeyring::unlocked();
        vault.set(NAME, &Secret::new("kept words")).unwrap();
        drop(first);
        let _second = GnomeKeyring::unlocked();
        assert_eq!(text(&vault).as_deref(), Some("kept words"));
    });
}

#[test]
fn without_a_bus_the_keyring_is_absent() {
    alone("without_a_bus_the_keyring_is_absent", Bus::None, || {
        let reason = || "no D-Bus session".to_owned();
        assert_eq!(live().status(), VaultStatus::Absent(reason()));
        assert_eq!(live().get(NAME).unwrap_err(), VaultError::Absent(reason()));
        assert_eq!(live().forget(NAME).unwrap_err(), VaultError::Absent(reason()));
        let refused = live().set(NAME, &Secret::new("canary")).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "no keyring on this computer (no D-Bus session): install gnome-keyring, log in to the desktop again, \
             then retry"
        );
    });
}

#[test]
fn without_a_keyring_service_the_keyring_is_absent() {
    alone("without_a_keyring_service_the_keyring_is_absent", Bus::Private, || {
        assert!(matches!(live().status(), VaultStatus::Absent(_)), "{:?}", live().status());
        let refused = live().set(NAME, &Secret::new("canary")).unwrap_err();
        assert!(matches!(refused, VaultError::Absent(_)), "{refused:?}");
        assert!(!format!("{refused} {refused:?}").contains("canary"));
    });
}

#[test]
fn a_keyring_that_was_never_created_holds_nothing() {
    alone("a_keyring_that_was_never_created_holds_nothing", Bus::Private, || {
        let _keyring = GnomeKeyring::without_a_login();
        let reason = || "no keyring has been created yet".to_owned();
        assert_eq!(live().status(), VaultStatus::Absent(reason()));
        assert_eq!(text(&live()), None);
        assert_eq!(live().forget(NAME), Ok(false));
        assert_eq!(live().set(NAME, &Secret::new("canary")), Err(VaultError::Absent(reason())));
    });
}

#[test]
fn a_locked_keyring_says_so_and_works_again_once_unlocked() {
    alone("a_locked_keyring_says_so_and_works_again_once_unlocked", Bus::Private, || {
        let keyring = GnomeKeyring::unlocked();
        let vault = live();
        vault.set(NAME, &Secret::new("canary words")).unwrap();
        lock();
        says_locked(&vault);
        drop(keyring);
        // The same after a reboot without a login, and then with one.
        let keyring = GnomeKeyring::without_a_login();
        says_locked(&vault);
        drop(keyring);
        let _keyring = GnomeKeyring::unlocked();
        assert_eq!(text(&vault).as_deref(), Some("canary words"));
    });
}

/// A keyring may ask for its password first, so silence until the deadline is an answer too.
fn says_locked(vault: &Vault) {
    assert_eq!(vault.status(), VaultStatus::Locked);
    let missing = vault.get(SecretName::StripeKey).expect_err("the keyring is locked");
    assert_eq!(missing, VaultError::Locked, "an entry that is not found may only be hidden");
    let attempts: [fn(&Vault) -> Option<VaultError>; 3] = [
        |vault| vault.get(NAME).err(),
        |vault| vault.set(NAME, &Secret::new("canary")).err(),
        |vault| vault.forget(NAME).err(),
    ];
    for attempt in attempts {
        let (error, took) = duration_of(|| attempt(vault));
        assert!(matches!(error, Some(VaultError::Locked | VaultError::NoAnswer)), "{error:?}");
        assert!(took < Duration::from_secs(4), "{took:?}");
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[test]
fn a_hanging_keyring_costs_the_deadline_and_answers_again_later() {
    alone("a_hanging_keyring_costs_the_deadline_and_answers_again_later", Bus::Private, || {
        let keyring = GnomeKeyring::unlocked();
        let vault = live().with_deadline(Duration::from_millis(300));
        live().set(NAME, &Secret::new("kept words")).unwrap();
        keyring.freeze();
        let (answers, took) = duration_of(|| (vault.status(), vault.get(NAME).unwrap_err()));
        keyring.thaw();
        assert_eq!(answers, (VaultStatus::NoAnswer, VaultError::NoAnswer));
        assert!(took < Duration::from_secs(2), "{took:?}");
        wait_until("the keyring answers again", || vault.status() == VaultStatus::Available);
        assert_eq!(text(&vault).as_deref(), Some("kept words"));
    });
}
