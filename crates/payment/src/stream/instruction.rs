//! What a shop streams in: one small payment per instruction. An instruction that exists is well-formed.

use std::collections::BTreeMap;

use money::Money;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Bytes of an id, a method's name and a payer's name at most.
const NAME_BYTES_MAX: usize = 64;
/// Bytes of a memo at most.
const MEMO_BYTES_MAX: usize = 400;
/// Pairs of metadata at most.
const METADATA_PAIRS_MAX: usize = 20;
/// Bytes of a key or a value of metadata at most.
const METADATA_BYTES_MAX: usize = 400;

/// One payment to take, as its caller wishes it. The id binds it: the same id with anything else different is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    id: Box<str>,
    amount: Money,
    method: Box<str>,
    payer: Option<Box<str>>,
    memo: Option<Box<str>>,
    metadata: BTreeMap<String, String>,
    fingerprint: u128,
    digest: [u8; 16],
}

/// The parts of an instruction before they were looked at.
#[derive(Clone, Debug)]
pub struct InstructionParts {
    /// The caller's name for it: the idempotency key. Ids that rise with time keep the stream fastest.
    pub id: String,
    /// More than zero.
    pub amount: Money,
    /// How it is paid: `cash`, `card`, or whatever the shop's routes name.
    pub method: String,
    /// Who pays; needed where payments gather on a payer's tab.
    pub payer: Option<String>,
    /// A remark, kept as it is.
    pub memo: Option<String>,
    /// Facts of the caller's own, kept as they are.
    pub metadata: BTreeMap<String, String>,
}

/// Why something is no instruction.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InstructionError {
    /// A name is missing, too long, or has characters nobody can see.
    #[error("{field} must have 1 to {NAME_BYTES_MAX} visible characters")]
    Name {
        /// `id`, `method` or `payer`.
        field: &'static str,
    },
    /// Nothing to pay.
    #[error("amount must be more than zero")]
    AmountNotPositive,
    /// The memo is too long.
    #[error("memo must have at most {MEMO_BYTES_MAX} bytes and no control characters")]
    Memo,
    /// Too much metadata.
    #[error("metadata must have at most {METADATA_PAIRS_MAX} pairs of {METADATA_BYTES_MAX} bytes")]
    Metadata,
}

impl Instruction {
    /// Checks the parts and binds them together.
    ///
    /// # Errors
    /// Names the part that is wrong.
    pub fn new(parts: InstructionParts) -> Result<Self, InstructionError> {
        check_name("id", &parts.id)?;
        check_name("method", &parts.method)?;
        if let Some(payer) = &parts.payer {
            check_name("payer", payer)?;
        }
        if !parts.amount.is_positive() {
            return Err(InstructionError::AmountNotPositive);
        }
        if parts.memo.as_ref().is_some_and(|memo| !is_plain(memo, MEMO_BYTES_MAX)) {
            return Err(InstructionError::Memo);
        }
        let fits = |text: &String| text.len() <= METADATA_BYTES_MAX;
        if parts.metadata.len() > METADATA_PAIRS_MAX
            || !parts.metadata.iter().all(|(key, value)| fits(key) && fits(value))
        {
            return Err(InstructionError::Metadata);
        }
        let (fingerprint, digest) = (fingerprint(&parts.id), digest(&parts));
        let InstructionParts { id, amount, method, payer, memo, metadata } = parts;
        Ok(Self {
            id: id.into(),
            amount,
            method: method.into(),
            payer: payer.map(Into::into),
            memo: memo.map(Into::into),
            metadata,
            fingerprint,
            digest,
        })
    }

    /// The caller's name for it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is paid; more than zero.
    #[must_use]
    pub const fn amount(&self) -> Money {
        self.amount
    }

    /// How it is paid.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Who pays.
    #[must_use]
    pub fn payer(&self) -> Option<&str> {
        self.payer.as_deref()
    }

    /// A remark.
    #[must_use]
    pub fn memo(&self) -> Option<&str> {
        self.memo.as_deref()
    }

    /// Facts of the caller's own.
    #[must_use]
    pub const fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Half of the SHA-256 of the id: finds it without comparing texts.
    #[must_use]
    pub const fn fingerprint(&self) -> u128 {
        self.fingerprint
    }

    /// Half of the SHA-256 of everything it says: two instructions of one id are the same wish if these are equal.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 16] {
        &self.digest
    }
}

/// The fingerprint of an id.
#[must_use]
pub fn fingerprint(id: &str) -> u128 {
    u128::from_be_bytes(half(Sha256::new().chain_update(id)))
}

/// Covers every part with its length, so that nothing can move from one part to the next unseen.
fn digest(parts: &InstructionParts) -> [u8; 16] {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text);
    };
    part(&parts.id);
    part(&parts.method);
    part(parts.amount.currency().code());
    part(parts.payer.as_deref().unwrap_or_default());
    part(parts.memo.as_deref().unwrap_or_default());
    for (key, value) in &parts.metadata {
        part(key);
        part(value);
    }
    hash.update(parts.amount.minor().to_be_bytes());
    hash.update([parts.amount.currency().scale(), parts.payer.is_some().into(), parts.memo.is_some().into()]);
    half(hash)
}

fn half(hash: Sha256) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize()[..16]);
    half
}

/// Can somebody of this name be a payer?
///
/// # Errors
/// [`InstructionError::Name`] when it is empty, too long, or has characters that nobody sees.
pub fn check_payer(name: &str) -> Result<(), InstructionError> {
    check_name("payer", name)
}

fn check_name(field: &'static str, text: &str) -> Result<(), InstructionError> {
    if !text.trim().is_empty() && is_plain(text, NAME_BYTES_MAX) {
        Ok(())
    } else {
        Err(InstructionError::Name { field })
    }
}

fn is_plain(text: &str, bytes_max: usize) -> bool {
    text.len() <= bytes_max && !text.chars().any(char::is_control)
}
