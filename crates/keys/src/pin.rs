//! The owner's PIN, which stands before everything that sends money away.
//!
//! It is kept in the keyring, not in the data file: six digits have a million values, so whoever has the hash has the
//! PIN within hours. Neither the file nor a backup of it may help to guess it.
//!
//! Invariants: only an argon2id hash is kept (RFC 9106, in the PHC string format), and comparing takes the same time
//! whatever is typed. A guess is counted on the shelf *before* it is looked at, so that ending the program saves no
//! guess. After the third wrong one in a row a wait begins that doubles with each further one; restarting the till or
//! turning its clock back does not shorten it.

mod throttle;

use std::ops::RangeInclusive;
use std::sync::PoisonError;

use argon2::password_hash::{self, PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use self::throttle::Guesses;
pub use self::throttle::Moment;
use crate::{Mnemonic, MnemonicError, Secret, SecretName, Vault, VaultError};

/// How many digits a PIN has. Twelve at most, so that no card number is ever typed as one.
pub const PIN_DIGITS: RangeInclusive<usize> = 6..=12;

/// Digits that may be the PIN. Wiped when dropped, printed by nothing.
#[derive(Clone, Debug)]
pub struct Pin(Secret);

/// How the PIN stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinState {
    /// There is none yet.
    NotSet,
    /// It may be typed.
    Ready,
    /// It was guessed wrong too often: it may be typed after so many seconds.
    Waits {
        /// Rounded up.
        seconds: u64,
    },
}

/// Why what was typed can't be a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinRefused {
    /// Something else than digits, or too few or many of them.
    #[error("a PIN is 6 to 12 digits: type it again")]
    NoPin,
    /// What anybody would try first.
    #[error("this PIN is one of the first that anybody tries: choose one without a pattern")]
    TooSimple,
}

/// Why the PIN did not open anything. Never contains one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// There is none.
    #[error(
        "the owner has no PIN yet: set one in Settings, Owner's PIN, or with `tillstream secret set owner.pin`"
    )]
    NotSet,
    /// There is one, and it was not typed.
    #[error("the owner has a PIN already: type it to change it")]
    AlreadySet,
    /// It is another one.
    #[error("this is not the PIN: {}", next_try(*wait_seconds))]
    Wrong {
        /// How long nobody may try again; 0 when it may be typed at once.
        wait_seconds: u64,
    },
    /// A wait is on.
    #[error("the PIN was typed wrong too often: {}", next_try(*seconds))]
    Waits {
        /// How long it still is, rounded up.
        seconds: u64,
    },
    /// The new one.
    #[error(transparent)]
    Refused(#[from] PinRefused),
    /// The words typed are not those of a wallet of this till.
    #[error("these are not the words of a wallet of this till: compare them with your paper")]
    OtherWords,
    /// The record in the keyring was changed by somebody else.
    #[error(
        "what the keyring keeps as owner.pin is damaged: remove it in the desktop's password settings, then set a PIN"
    )]
    Damaged,
    /// No salt.
    #[error(transparent)]
    NoRandomness(MnemonicError),
    /// The keyring.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

fn next_try(wait_seconds: u64) -> String {
    match wait_seconds {
        0 => "type it again".to_owned(),
        seconds => format!("try again in {seconds} seconds"),
    }
}

impl Pin {
    /// Reads digits as typed; blanks around them do not matter.
    ///
    /// # Errors
    /// [`PinRefused::NoPin`].
    pub fn parse(typed: &str) -> Result<Self, PinRefused> {
        let digits = typed.trim();
        let is_pin = PIN_DIGITS.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_pin { Ok(Self(Secret::new(digits))) } else { Err(PinRefused::NoPin) }
    }

    /// The same step from each digit to the next, as in 000000, 123456 and 987654, or one short group repeated.
    fn is_simple(&self) -> bool {
        let digits = self.0.expose().as_bytes();
        let is_repeated = |length: usize| digits.iter().zip(&digits[length..]).all(|(a, b)| a == b);
        let mut steps = digits.windows(2).map(|pair| (pair[1] + 10 - pair[0]) % 10);
        let first = steps.next();
        steps.all(|step| Some(step) == first) || is_repeated(2) || is_repeated(3)
    }
}

impl Vault {
    /// How the owner's PIN stands.
    ///
    /// # Errors
    /// When the keyring does not answer, or its record is damaged.
    pub fn pin_state(&self, now: Moment) -> Result<PinState, PinError> {
        let Some(record) = self.pin_record()? else { return Ok(PinState::NotSet) };
        Ok(match record.guesses.wait_seconds(now) {
            0 => PinState::Ready,
            seconds => PinState::Waits { seconds },
        })
    }

    /// Sets the first PIN.
    ///
    /// # Errors
    /// [`PinError::AlreadySet`]; [`PinError::Refused`] for one that is too simple.
    pub fn set_pin(&self, new: &Pin) -> Result<(), PinError> {
        let _turn = self.pin_turn.lock().unwrap_or_else(PoisonError::into_inner);
        match self.pin_record()? {
            Some(_) => Err(PinError::AlreadySet),
            None => self.keep_pin(new),
        }
    }

    /// Sets another PIN.
    ///
    /// # Errors
    /// As [`check_pin`](Self::check_pin); [`PinError::Refused`] for a new one that is too simple.
    pub fn change_pin(&self, old: &Pin, new: &Pin, now: Moment) -> Result<(), PinError> {
        refuse_simple(new)?;
        self.check_pin(old, now)?;
        let _turn = self.pin_turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.keep_pin(new)
    }

    /// Is this the PIN? Takes about a fifth of a second: ask on a thread that may wait.
    ///
    /// # Errors
    /// [`PinError::Wrong`] when not, [`PinError::Waits`] without looking while a wait is on, [`PinError::NotSet`].
    pub fn check_pin(&self, typed: &Pin, now: Moment) -> Result<(), PinError> {
        let _turn = self.pin_turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut record = self.pin_record()?.ok_or(PinError::NotSet)?;
        let seconds = record.guesses.wait_seconds(now);
        if seconds > 0 {
            if record.guesses.is_ahead_of(now) {
                record.guesses.begin_anew(now);
                self.keep_record(&record)?;
            }
            return Err(PinError::Waits { seconds });
        }
        record.guesses.count(now);
        self.keep_record(&record)?;
        if !record.is_pin(typed)? {
            return Err(PinError::Wrong { wait_seconds: record.guesses.wait_seconds(now) });
        }
        record.guesses = Guesses::default();
        self.keep_record(&record)
    }

    /// Removes the PIN.
    ///
    /// # Errors
    /// As [`check_pin`](Self::check_pin).
    pub fn forget_pin(&self, typed: &Pin, now: Moment) -> Result<(), PinError> {
        self.check_pin(typed, now)?;
        self.forget(SecretName::OwnerPin)?;
        Ok(())
    }

    /// Removes a PIN that was forgotten: whoever has the words of a wallet of this till has its money anyway.
    ///
    /// # Errors
    /// [`PinError::OtherWords`], also when no words are kept; [`PinError::NotSet`].
    pub fn forget_pin_by_words(&self, words: &Mnemonic) -> Result<(), PinError> {
        let typed = words.as_secret();
        for name in [SecretName::EvmMnemonic, SecretName::BitcoinMnemonic] {
            // Words have 128 random bits: nobody guesses them by how long a comparison takes.
            if self.get(name)?.is_some_and(|kept| kept.expose() == typed.expose()) {
                return if self.forget(SecretName::OwnerPin)? { Ok(()) } else { Err(PinError::NotSet) };
            }
        }
        Err(PinError::OtherWords)
    }

    fn keep_pin(&self, new: &Pin) -> Result<(), PinError> {
        refuse_simple(new)?;
        self.keep_record(&PinRecord { guesses: Guesses::default(), hash: hash(new)? })
    }

    fn pin_record(&self) -> Result<Option<PinRecord>, PinError> {
        let kept = self.get(SecretName::OwnerPin)?;
        kept.map(|kept| PinRecord::read(&kept).ok_or(PinError::Damaged)).transpose()
    }

    fn keep_record(&self, record: &PinRecord) -> Result<(), PinError> {
        Ok(self.set(SecretName::OwnerPin, &record.write())?)
    }
}

/// What the keyring keeps: `1 WRONG WALL UPTIME $argon2id$…`. The first digit is the version of this form.
struct PinRecord {
    guesses: Guesses,
    hash: Secret,
}

const RECORD_VERSION: &str = "1";

impl PinRecord {
    fn read(kept: &Secret) -> Option<Self> {
        let (version, rest) = kept.expose().split_once(' ')?;
        let (guesses, hash) = rest.rsplit_once(' ')?;
        (version == RECORD_VERSION)
            .then(|| Some(Self { guesses: Guesses::read(guesses)?, hash: Secret::new(hash) }))?
    }

    fn write(&self) -> Secret {
        Secret::new(format!("{RECORD_VERSION} {} {}", self.guesses, self.hash.expose()))
    }

    fn is_pin(&self, typed: &Pin) -> Result<bool, PinError> {
        let hash = PasswordHash::new(self.hash.expose()).map_err(|_| PinError::Damaged)?;
        match Argon2::default().verify_password(typed.0.expose().as_bytes(), &hash) {
            Ok(()) => Ok(true),
            Err(password_hash::Error::Password) => Ok(false),
            Err(_) => Err(PinError::Damaged),
        }
    }
}

fn refuse_simple(pin: &Pin) -> Result<(), PinRefused> {
    if pin.is_simple() { Err(PinRefused::TooSimple) } else { Ok(()) }
}

/// 64 MiB and three passes, as RFC 9106 recommends where memory is short, on one lane.
fn hash(pin: &Pin) -> Result<Secret, PinError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| PinError::NoRandomness(MnemonicError::NoRandomness))?;
    let cost =
        Params::new(64 * 1_024, 3, 1, None).expect("argon2 allows any memory from 8 KiB, any passes from 1");
    let salt = SaltString::encode_b64(&salt).expect("16 bytes are the length argon2 recommends for a salt");
    let hashed = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost)
        .hash_password(pin.0.expose().as_bytes(), &salt)
        .expect("a PIN of 12 digits, a salt of 16 bytes and these costs are within argon2's limits");
    Ok(Secret::new(hashed.to_string()))
}

#[cfg(test)]
mod tests;
