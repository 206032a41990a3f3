//! Card payments through a processor: what the till asks for, and what the processor says became of it.
//!
//! Whatever is asked, the answer is a [`CardReading`]: the whole truth of one payment at that moment, read from the
//! processor's own object. So it does not matter which of a lost answer, a repeated event and a late one comes first:
//! the newest reading counts, and an equal one changes nothing. What is to be asked next is a function of the sale's
//! state ([`CardErrand`]), so a till that restarts goes on where it was.

mod errand;
mod evidence;
mod notice;
mod office;
mod port;
mod reading;
mod shown;

use money::Money;

pub use self::errand::CardErrand;
pub use self::evidence::{Evidence, EvidenceNotes};
pub use self::notice::{CardNotice, NoticeRefused};
pub use self::office::{
    Access, CardAccount, CardOffice, CardReader, ConnectionCheck, PermissionCheck, ReaderPlace, ReaderTask,
    ReaderWish,
};
pub use self::port::{
    Capture, CardAttempt, CardCursor, CardMemory, CardRail, CardReport, CardSink, ReaderRefund,
    ReaderRefunds, RefundAttempt,
};
pub use self::reading::{
    CardCharge, CardEnd, CardLevel, CardReading, DisputeReading, DisputeStatus, RefundReading, RefundStatus,
    Withdrawal,
};
pub use self::shown::{ReaderStep, ShownCart, ShownLine};
use crate::RailId;

/// The terms a card payment began with. They never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardTerms {
    /// The rail.
    pub rail: RailId,
    /// What it is to cover, in the unit of account; the card is charged in it.
    pub amount: Money,
    /// Where the customer presents the card.
    pub way: CardWay,
    /// When the money is taken.
    pub capture: CaptureMode,
}

/// Where the customer presents the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardWay {
    /// At a reader on the counter, by the rail's name for it.
    Reader(String),
    /// On the customer's own phone, on a page of the processor that a code leads to.
    Phone,
}

/// When the money is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureMode {
    /// At once.
    AtOnce,
    /// The money is held, and taken when the shop says so. Held money is not paid.
    Later,
}

impl CaptureMode {
    /// Every mode with its stored name.
    pub const ALL: &'static [(Self, &'static str)] = &[(Self::AtOnce, "at_once"), (Self::Later, "later")];

    /// The stored name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(mode, _)| *mode == self).map_or("at_once", |(_, name)| name)
    }
}
