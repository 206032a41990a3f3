//! Letters of a processor to shops that can be reached from outside (webhooks). They feed the same door as the events
//! that a till without an address reads, and say no more than which payment to read anew.

use thiserror::Error;

use crate::Timestamp;
use crate::rail::RailError;

/// A letter as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardNotice<'a> {
    /// The body, byte for byte: it is what is signed.
    pub body: &'a [u8],
    /// The header with the signature (`Stripe-Signature`).
    pub signature: &'a str,
    /// When it came, by the till's clock.
    pub received: Timestamp,
}

/// Why a letter is not acted on.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoticeRefused {
    /// Nobody can tell who sent it.
    #[error("no signing secret is stored: copy it (whsec_…) from the endpoint's page into Settings, Cards")]
    NotSetUp,
    /// It has no signature that can be read.
    #[error("the letter is not signed")]
    Unsigned,
    /// The signature is not this body's: somebody else sent it, or it was changed or cut off on its way.
    #[error(
        "the signature is not that of this body: compare the signing secret in Settings, Cards with the endpoint's"
    )]
    Forged,
    /// It was signed so many seconds ago: somebody may send it a second time.
    #[error(
        "the letter was signed {0} seconds ago: set this machine's clock, or look who sends old letters again"
    )]
    TooOld(i64),
    /// The body is signed, and is no letter.
    #[error("the letter can't be read")]
    Unreadable,
    /// Play money's letter to a live till, or the other way round.
    #[error("the letter is of the other mode: give the endpoint's address to this mode only")]
    OtherMode,
    /// It tells of nothing that changes a payment. Say that it arrived, or it is sent again.
    #[error("the letter tells of nothing that a till keeps: {0}")]
    NotNeeded(String),
    /// What it is about could not be read anew: say that it did not arrive, and it is sent again.
    #[error(transparent)]
    NotRead(#[from] RailError),
}
