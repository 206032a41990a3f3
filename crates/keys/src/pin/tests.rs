//! The owner's PIN on an in-memory shelf. Clones of a vault share the shelf, as a restarted till shares its keyring.

use std::thread;

use super::*;
use crate::VaultScope;

const NOW: Moment = Moment { wall_ms: 1_800_000_000_000, uptime_ms: 50_000 };

fn after(seconds: u64) -> Moment {
    Moment { wall_ms: NOW.wall_ms + seconds * 1_000, uptime_ms: NOW.uptime_ms + seconds * 1_000 }
}

fn pin(digits: &str) -> Pin {
    Pin::parse(digits).unwrap()
}

fn vault() -> Vault {
    Vault::in_memory(VaultScope::new("practice", "3f2a9c0b7d1e4856").unwrap())
}

fn vault_with_pin() -> Vault {
    let vault = vault();
    vault.set_pin(&pin("593164")).unwrap();
    vault
}

/// Three wrong guesses: a wait of 30 seconds is on.
fn vault_that_waits() -> Vault {
    let vault = vault_with_pin();
    for wait_seconds in [0, 0, 30] {
        assert_eq!(vault.check_pin(&pin("593165"), NOW), Err(PinError::Wrong { wait_seconds }));
    }
    vault
}

#[test]
fn only_the_pin_that_was_set_is_the_pin() {
    let vault = vault();
    assert_eq!(vault.pin_state(NOW), Ok(PinState::NotSet));
    assert_eq!(vault.check_pin(&pin("593164"), NOW), Err(PinError::NotSet));
    vault.set_pin(&pin("593164")).unwrap();
    assert_eq!(vault.pin_state(NOW), Ok(PinState::Ready));
    assert_eq!(vault.check_pin(&pin(" 593164\n"), NOW), Ok(()));
    assert_eq!(vault.check_pin(&pin("5931640"), NOW), Err(PinError::Wrong { wait_seconds: 0 }));
}

#[test]
fn the_keyring_has_a_salted_argon2id_hash_and_never_the_pin() {
    let record = |vault: &Vault| vault.get(SecretName::OwnerPin).unwrap().unwrap().expose().to_owned();
    let (one, other) = (record(&vault_with_pin()), record(&vault_with_pin()));
    assert!(one.starts_with("1 0 0 0 $argon2id$v=19$m=65536,t=3,p=1$"), "{one}");
    assert!(!one.contains("593164"));
    assert_ne!(one, other);
}

#[test]
fn after_three_wrong_guesses_even_the_right_pin_waits() {
    let vault = vault_that_waits();
    assert_eq!(vault.pin_state(NOW), Ok(PinState::Waits { seconds: 30 }));
    assert_eq!(vault.check_pin(&pin("593164"), after(29)), Err(PinError::Waits { seconds: 1 }));
    assert_eq!(vault.check_pin(&pin("593165"), after(30)), Err(PinError::Wrong { wait_seconds: 60 }));
    assert_eq!(vault.check_pin(&pin("593164"), after(90)), Ok(()));
    assert_eq!(vault.check_pin(&pin("593165"), after(90)), Err(PinError::Wrong { wait_seconds: 0 }));
}

#[test]
fn a_guess_during_a_wait_is_not_looked_at_and_makes_it_no_longer() {
    let vault = vault_that_waits();
    for _ in 0..10 {
        assert!(matches!(vault.check_pin(&pin("593165"), after(10)), Err(PinError::Waits { seconds: 20 })));
    }
    assert_eq!(vault.check_pin(&pin("593164"), after(30)), Ok(()));
}

#[test]
fn a_restart_of_the_till_or_of_the_machine_saves_no_guess() {
    let vault = vault_that_waits();
    // A till that is started again has a vault of its own on the same shelf, and no memory beside it.
    let restarted = vault.clone();
    drop(vault);
    assert_eq!(restarted.pin_state(NOW), Ok(PinState::Waits { seconds: 30 }));
    let rebooted_with_its_clock_turned_back = Moment { wall_ms: 0, uptime_ms: 5 };
    let refused = restarted.check_pin(&pin("593164"), rebooted_with_its_clock_turned_back);
    assert_eq!(refused, Err(PinError::Waits { seconds: 30 }));
    let half_a_minute_later = Moment { wall_ms: 30_000, uptime_ms: 30_005 };
    assert_eq!(restarted.check_pin(&pin("593164"), half_a_minute_later), Ok(()));
}

#[test]
fn guesses_at_the_same_time_are_counted_one_by_one() {
    let vault = vault_with_pin();
    let guess = || vault.check_pin(&pin("593165"), NOW);
    let answers: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(guess)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let looked_at = answers.iter().filter(|answer| matches!(answer, Err(PinError::Wrong { .. }))).count();
    assert_eq!(looked_at, 3);
}

#[test]
fn changing_it_needs_the_old_one() {
    let vault = vault_with_pin();
    assert_eq!(vault.set_pin(&pin("847205")), Err(PinError::AlreadySet));
    let wrong = vault.change_pin(&pin("593165"), &pin("847205"), NOW);
    assert_eq!(wrong, Err(PinError::Wrong { wait_seconds: 0 }));
    vault.change_pin(&pin("593164"), &pin("847205"), NOW).unwrap();
    assert_eq!(vault.check_pin(&pin("847205"), NOW), Ok(()));
    assert_eq!(vault.check_pin(&pin("593164"), NOW), Err(PinError::Wrong { wait_seconds: 0 }));
}

#[test]
fn removing_it_needs_the_pin_or_the_words_of_a_wallet() {
    let vault = vault_with_pin();
    assert!(matches!(vault.forget_pin(&pin("593165"), NOW), Err(PinError::Wrong { .. })));
    let words = Mnemonic::create(crate::WordCount::Twelve).unwrap();
    assert_eq!(vault.forget_pin_by_words(&words), Err(PinError::OtherWords));
    vault.set(SecretName::EvmMnemonic, &words.as_secret()).unwrap();
    assert_eq!(vault.forget_pin_by_words(&words), Ok(()));
    assert_eq!(vault.pin_state(NOW), Ok(PinState::NotSet));
    assert_eq!(vault.forget_pin_by_words(&words), Err(PinError::NotSet));
    vault.set_pin(&pin("593164")).unwrap();
    vault.forget_pin(&pin("593164"), NOW).unwrap();
    assert_eq!(vault.pin_state(NOW), Ok(PinState::NotSet));
}

#[test]
fn what_is_no_pin_or_the_first_that_anybody_tries_is_refused() {
    for typed in ["", "12345", "59316a", "５９３１６４", "593 164", "-593164", "5931640000000"] {
        assert_eq!(Pin::parse(typed).err(), Some(PinRefused::NoPin), "{typed:?}");
    }
    for simple in ["000000", "123456", "654321", "890123", "121212", "123123", "135791", "909090909090"] {
        let refused = vault().set_pin(&pin(simple));
        assert_eq!(refused, Err(PinError::Refused(PinRefused::TooSimple)), "{simple}");
    }
    assert!(!pin("593164").is_simple() && !pin("112233").is_simple());
}

#[test]
fn a_record_that_somebody_changed_opens_nothing() {
    let vault = vault();
    for damaged in
        ["", "593164", "1 0 0 0 x", "2 0 0 0 $argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAA", "1 0 0 $x"]
    {
        vault.set(SecretName::OwnerPin, &Secret::new(damaged)).unwrap();
        assert_eq!(vault.check_pin(&pin("593164"), NOW), Err(PinError::Damaged), "{damaged:?}");
    }
}

#[test]
fn nothing_prints_a_pin() {
    let refusals = [
        PinError::Wrong { wait_seconds: 30 }.to_string(),
        format!("{:?} {:?}", pin("593164"), vault_with_pin()),
        format!("{:?}", vault_with_pin().check_pin(&pin("593164"), NOW)),
    ];
    assert!(refusals.iter().all(|line| !line.contains("5931")), "{refusals:?}");
    assert_eq!(refusals[0], "this is not the PIN: try again in 30 seconds");
}
