//! What a shop settles with its processor beside payments: is the connection right, which readers are there, and what
//! does a letter of the processor's say. Nothing here moves money, and nothing of it is in the books.

use super::notice::{CardNotice, NoticeRefused};
use super::{CardReport, Evidence};
use crate::Timestamp;
use crate::rail::{RailError, RailFuture};

/// The office of a processor: everything that is not a payment.
pub trait CardOffice: Send + Sync {
    /// Whose account it is, of which mode, and what the key may not do.
    ///
    /// # Errors
    /// [`RailError::Misconfigured`] when the key is not accepted at all; every other error says that nobody could be
    /// asked.
    fn check(&self) -> RailFuture<'_, Result<ConnectionCheck, RailError>>;

    /// The shop's readers, newest first.
    ///
    /// # Errors
    /// Only that they could not be listed.
    fn readers(&self) -> RailFuture<'_, Result<Vec<CardReader>, RailError>>;

    /// Makes a reader the shop's, by the code that it shows.
    ///
    /// # Errors
    /// [`RailError::Declined`] when the code or the address is not taken, in a line for whoever typed it.
    fn register<'a>(&'a self, wish: &'a ReaderWish) -> RailFuture<'a, Result<CardReader, RailError>>;

    /// Reads what a letter is about anew. The report has no place: letters come in any order.
    ///
    /// # Errors
    /// Why nothing was read. Nothing of a letter is believed before its signature is.
    fn receive<'a>(&'a self, notice: CardNotice<'a>) -> RailFuture<'a, Result<CardReport, NoticeRefused>>;

    /// Answers a dispute, by the rail's name for it. What becomes of it is told by events. The same answer again does no
    /// harm.
    ///
    /// # Errors
    /// [`RailError::Declined`] when it can't be answered any more.
    fn submit_evidence<'a>(
        &'a self,
        dispute: &'a str,
        evidence: &'a Evidence,
    ) -> RailFuture<'a, Result<(), RailError>>;
}

/// How the connection to a processor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionCheck {
    /// The account; `None` when the key may not read it.
    pub account: Option<CardAccount>,
    /// Does it move real money?
    pub is_live: bool,
    /// Everything that a till needs of a key, in the order of the processor's own page.
    pub permissions: Vec<PermissionCheck>,
}

/// A shop's account at a processor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardAccount {
    /// The processor's name for it, such as `acct_…`.
    pub id: String,
    /// What its owner calls it.
    pub name: Option<String>,
    /// May it take payments yet?
    pub takes_payments: bool,
    /// May it pay out to the shop's bank yet?
    pub pays_out: bool,
}

/// Something that a till needs of its key, and whether the key has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionCheck {
    /// Its name on the processor's page for keys.
    pub name: &'static str,
    /// How much of it.
    pub access: Access,
    /// What the till does with it.
    pub reason: &'static str,
    /// Does the key have it?
    pub is_granted: bool,
}

/// How much a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Look.
    Read,
    /// Look and change.
    Write,
}

impl ConnectionCheck {
    /// What must be switched on for the key.
    pub fn missing(&self) -> impl Iterator<Item = &PermissionCheck> {
        self.permissions.iter().filter(|permission| !permission.is_granted)
    }
}

/// A card reader on a counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardReader {
    /// The rail's name for it: what [`super::CardWay::Reader`] takes.
    pub id: String,
    /// What the shop calls it.
    pub label: String,
    /// What it is, in the processor's word, such as `bbpos_wisepos_e`.
    pub device: String,
    /// Was it heard within the last two minutes? An offline reader takes no cards.
    pub is_online: bool,
    /// When it was heard last.
    pub heard_at: Option<Timestamp>,
    /// What it does at the moment.
    pub task: ReaderTask,
}

/// What a reader does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReaderTask {
    /// Nothing, or it shows a cart: it can be told to do something.
    Idle,
    /// It takes a payment.
    Payment,
    /// It gives money back to a card that must be presented.
    Refund,
    /// Something that this till does not ask for.
    Other,
}

/// A reader to make the shop's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderWish {
    /// What the reader shows when it is asked to pair.
    pub code: String,
    /// What the shop calls it.
    pub label: String,
    /// Where it stands. Needed for the first reader only: the next ones stand where a place of that name is, or where the
    /// newest is.
    pub place: Option<ReaderPlace>,
}

/// Where a reader stands. Card networks want it with each payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderPlace {
    /// The name of the shop or branch.
    pub name: String,
    /// Two letters (ISO 3166-1), such as `DE`.
    pub country: String,
    /// Street and number.
    pub line: String,
    /// The town.
    pub city: String,
    /// The postal code.
    pub postal_code: String,
    /// The state, where the country has any.
    pub state: Option<String>,
}
