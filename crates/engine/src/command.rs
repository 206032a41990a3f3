//! What the engine can be asked, and what it answers. An answer is given only after the commit.

use std::sync::Arc;

use money::{Currency, Money, Rate};
use payment::card::CardAttempt;
use payment::rail::{Offer, RailError, Report};
use payment::rates::NoRate;
use payment::sale::{CardPayment, Refused};
use payment::stream::settlement::Answer;
use payment::stream::{Instruction, OnTab, ParcelError, Tab};
use payment::{
    Cart, CartError, InvoiceId, PaymentId, QuoteError, RailId, Sale, SettlementId, Stray, StrayId,
};
use settings::Settings;
use store::{DueCard, Refusal, Source, UnderWay, WriteError};
use thiserror::Error;

use crate::cards::CardCommand;

/// A wish, or a rail's news. Each can be asked again without harm: the ids in it make it one wish.
#[derive(Clone, Debug)]
pub enum Command {
    /// Opens a sale.
    OpenSale {
        /// Made by whoever asks.
        invoice: InvoiceId,
        /// What is sold.
        cart: Cart,
    },
    /// Takes cash for the rest of a sale.
    TakeCash {
        /// The sale.
        invoice: InvoiceId,
        /// Made by whoever asks.
        payment: PaymentId,
        /// What the customer handed over.
        tendered: Money,
    },
    /// Quotes the rest of a sale and asks a rail for an address.
    StartPayment {
        /// The sale.
        invoice: InvoiceId,
        /// Made by whoever asks.
        payment: PaymentId,
        /// The rail.
        rail: RailId,
        /// Which of its coins.
        coin: Currency,
    },
    /// Takes a code back that nobody has paid.
    CancelPayment {
        /// The sale.
        invoice: InvoiceId,
        /// The payment.
        payment: PaymentId,
    },
    /// Gives a sale up.
    CancelSale {
        /// The sale.
        invoice: InvoiceId,
        /// The clerk was asked and is sure.
        although_seen: bool,
    },
    /// Voids a cash sale.
    VoidSale {
        /// The sale.
        invoice: InvoiceId,
        /// Why.
        reason: String,
    },
    /// Records that the receipt goes to the printer, before it does.
    PrintReceipt {
        /// The sale.
        invoice: InvoiceId,
    },
    /// Counts a stray payment for a sale.
    AssignStray {
        /// The stray payment.
        stray: StrayId,
        /// The sale.
        invoice: InvoiceId,
        /// The payment it becomes, made by whoever asks.
        payment: PaymentId,
    },
    /// Credits a stray payment to a customer.
    CreditStray {
        /// The stray payment.
        stray: StrayId,
        /// Who.
        customer: String,
    },
    /// Replaces the settings, which were checked by whoever asks. Refused when others are in force than they looked at.
    ChangeSettings {
        /// All of them.
        settings: Box<Settings>,
        /// The ones they were made from.
        based_on: Box<Settings>,
    },
    /// The owner has read an alert.
    AcknowledgeAlert {
        /// Its number.
        alert: i64,
    },
    /// Tells the owner that the market left the par of a stablecoin.
    NoteOffPar {
        /// What the market gives for one.
        rate: Rate,
    },
    /// A quote's life ended.
    EndQuote {
        /// The sale.
        invoice: InvoiceId,
        /// The payment.
        payment: PaymentId,
    },
    /// A rail answered a request for an address.
    TakeOffer {
        /// The sale.
        invoice: InvoiceId,
        /// The payment.
        payment: PaymentId,
        /// The rail.
        rail: RailId,
        /// Its answer.
        answer: Result<Offer, RailError>,
    },
    /// Takes micropayments, handed in together.
    TakeParcel {
        /// Who hands them in.
        source: Source,
        /// What is wished, in order.
        instructions: Arc<[Instruction]>,
        /// Dead letters among them are tried again, instead of being answered as before.
        again: bool,
    },
    /// Looks at a page of payers' tabs of a rail, the oldest first, and charges those that have waited long enough.
    SettleTabs {
        /// The rail.
        rail: RailId,
        /// The others too, if they have what the rail takes at least.
        although_young: bool,
        /// The last one of the page before.
        after: Option<Box<(Tab, OnTab)>>,
    },
    /// Lists settlements that wait for a rail, in the order they were opened.
    DrawSettlements {
        /// The rail.
        rail: RailId,
        /// Only those with a higher number.
        after: i64,
        /// At most so many.
        limit: u32,
    },
    /// A rail answered a charge, or a question about one.
    TakeCharge {
        /// The settlement.
        settlement: SettlementId,
        /// Its answer.
        answer: Answer,
    },
    /// Tries a settlement again that was set aside.
    RetrySettlement {
        /// The settlement.
        settlement: SettlementId,
    },
    /// Something about a card payment.
    Card(CardCommand),
    /// A rail saw something.
    TakeReport {
        /// The rail.
        rail: RailId,
        /// What it saw.
        report: Report,
    },
}

/// An answer, given after the commit.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The sale after the command.
    Sale(Box<Sale>),
    /// The stray payment after the command.
    Stray(Box<Stray>),
    /// What became of each instruction of a parcel, in its place.
    Parcel(Vec<Outcome>),
    /// Settlements that wait for a rail.
    UnderWay(Vec<UnderWay>),
    /// A page of tabs was looked at.
    TabsSettled {
        /// How many are charged.
        count: u32,
        /// The last one of the page; `None` when there are no more.
        last: Option<Box<(Tab, OnTab)>>,
    },
    /// Card payments that something is to be asked about.
    DueCards(Vec<DueCard>),
    /// A card payment as it stands.
    Tended(Box<Tended>),
    /// What a rail told does not fit what it was asked: nothing was posted, and the owner is told.
    Mismatch,
    /// It is done.
    Done,
}

/// A card payment as it stands, for whoever does its errands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tended {
    /// What the processor was or is to be asked for.
    pub attempt: CardAttempt,
    /// How far it is.
    pub card: CardPayment,
    /// The version of its sale.
    pub version: u32,
}

/// What became of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is taken and booked.
    Accepted {
        /// The micropayment.
        payment: PaymentId,
    },
    /// It was taken before; nothing was done again.
    Duplicate {
        /// The micropayment it became.
        payment: PaymentId,
    },
    /// Its id was used for something else; nothing was done.
    Conflict {
        /// One line.
        reason: String,
    },
    /// The shop does not take it; nothing was done.
    Rejected {
        /// One line.
        reason: String,
    },
    /// It could not be carried out now, and is kept for somebody to decide.
    DeadLetter {
        /// One line.
        reason: String,
    },
}

/// Why a command was not carried out.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EngineError {
    /// No such sale.
    #[error("there is no such sale")]
    NoSuchSale,
    /// No such stray payment.
    #[error("there is no such stray payment")]
    NoSuchStray,
    /// No such settlement.
    #[error("there is no such settlement")]
    NoSuchSettlement,
    /// No alert has this number.
    #[error("there is no alert {0}")]
    NoSuchAlert(i64),
    /// The id was used for something else.
    #[error("this id was used for something else")]
    IdInUse,
    /// The cart can't be sold.
    #[error(transparent)]
    Cart(#[from] CartError),
    /// The state of the sale does not allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// No quote can be made.
    #[error(transparent)]
    Quote(#[from] QuoteError),
    /// Somebody else changed the settings first: nothing was changed.
    #[error("the settings changed meanwhile: nothing was saved. Look at them again and repeat your change")]
    SettingsChanged,
    /// The unit of account of books that hold a sale.
    #[error("shop.currency: the books are kept in {0} already; start a new data folder for another currency")]
    CurrencyInUse(String),
    /// There is no price of the coin.
    #[error("no rate from {coin} to {currency}: {reason}")]
    NoRate {
        /// The coin.
        coin: String,
        /// The shop's currency.
        currency: String,
        /// Why.
        reason: NoRate,
    },
    /// The way to pay is not available.
    #[error("{rail} can't be used now: {reason}")]
    RailUnavailable {
        /// The rail.
        rail: RailId,
        /// Why.
        reason: String,
    },
    /// The disk is full: nothing was recorded.
    #[error("the disk is full: nothing was recorded. Free some space and try again")]
    DiskFull,
    /// The disk failed: nothing was recorded.
    #[error("the data file can't be used now: {0}. Nothing was recorded")]
    Storage(String),
    /// A rule of the books that no state shows: nothing was recorded.
    #[error("{0}: nothing was recorded")]
    Rule(String),
    /// The commit's outcome is not known.
    #[error("it is not known whether this was recorded: look at the sale before you do it again")]
    Unknown,
    /// The till is closing.
    #[error("the till is closing")]
    Closing,
    /// A parcel can't be booked.
    #[error("{0}: nothing was recorded")]
    Parcel(#[from] ParcelError),
    /// A record makes no sense.
    #[error("the journal can't be read: {0}. Run `tillstream ledger verify`")]
    Journal(String),
}

impl EngineError {
    /// May the same wish be granted later, without anybody changing it?
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::DiskFull | Self::Storage(_) | Self::Unknown)
    }
}

impl From<WriteError> for EngineError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Full => Self::DiskFull,
            WriteError::Io(_) | WriteError::Busy => Self::Storage(error.to_string()),
            WriteError::Unknown(_) => Self::Unknown,
            WriteError::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<Refusal> for EngineError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::PaymentTaken => Self::IdInUse,
            Refusal::NoSuchAlert(alert) => Self::NoSuchAlert(alert),
            other => Self::Rule(other.to_string()),
        }
    }
}
