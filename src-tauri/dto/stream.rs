//! The stream on the wire: what is wished, what became of it, and what waits for somebody to decide. An instruction has
//! the same shape in a streamed file as in a request.

use std::collections::BTreeMap;

use engine::Outcome;
use money::{Currency, Money};
use payment::stream::{Instruction, InstructionParts};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::money::MoneyDto;

/// One payment to take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct InstructionDto {
    /// The caller's name for it; the same id and the same everything else is the same payment.
    pub id: String,
    /// Decimal text in major units, `4.50`.
    pub amount: String,
    /// ISO 4217 code or `BTC`.
    pub currency: String,
    /// How it is paid: `cash`, `card`, or what the shop's routes name.
    pub method: String,
    /// Who pays.
    #[serde(default)]
    pub payer: Option<String>,
    /// A remark.
    #[serde(default)]
    pub memo: Option<String>,
    /// Facts of the caller's own.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

impl InstructionDto {
    /// The instruction, or why it is none, in one line.
    ///
    /// # Errors
    /// Names the field that is wrong.
    pub fn instruction(self) -> Result<Instruction, String> {
        let currency = Currency::from_code(&self.currency).map_err(|error| format!("currency: {error}"))?;
        let amount =
            Money::parse_exact(&self.amount, currency).map_err(|error| format!("amount: {error}"))?;
        let Self { id, method, payer, memo, metadata, .. } = self;
        let parts = InstructionParts { id, amount, method, payer, memo, metadata };
        Instruction::new(parts).map_err(|error| error.to_string())
    }
}

impl From<&Instruction> for InstructionDto {
    fn from(instruction: &Instruction) -> Self {
        let amount = instruction.amount();
        Self {
            id: instruction.id().to_owned(),
            amount: amount.to_decimal_string(),
            currency: amount.currency().code().to_owned(),
            method: instruction.method().to_owned(),
            payer: instruction.payer().map(str::to_owned),
            memo: instruction.memo().map(str::to_owned),
            metadata: instruction.metadata().clone(),
        }
    }
}

/// Takes payments, handed in together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct StreamTakeRequest {
    /// At most 256, in order.
    pub instructions: Vec<InstructionDto>,
}

/// What became of each, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct StreamTakeReply {
    /// As many as there were instructions.
    pub outcomes: Vec<OutcomeDto>,
}

/// Kinds of outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKindDto {
    /// Taken and booked.
    Accepted,
    /// Taken before; nothing was done again.
    Duplicate,
    /// Its id was used for something else.
    Conflict,
    /// Not taken by this shop, or malformed.
    Rejected,
    /// Could not be carried out, and is kept.
    DeadLetter,
}

impl OutcomeKindDto {
    /// The word in a streamed answer.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::Rejected => "rejected",
            Self::DeadLetter => "dead_letter",
        }
    }
}

/// What became of an instruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OutcomeDto {
    /// Which.
    pub outcome: OutcomeKindDto,
    /// `pay_` and a UUID, when it is or was taken.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub payment: Option<String>,
    /// Why, when it was not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

impl From<Outcome> for OutcomeDto {
    fn from(outcome: Outcome) -> Self {
        let taken = |outcome, payment: payment::PaymentId| Self {
            outcome,
            payment: Some(payment.to_string()),
            reason: None,
        };
        let refused = |outcome, reason| Self { outcome, payment: None, reason: Some(reason) };
        match outcome {
            Outcome::Accepted { payment } => taken(OutcomeKindDto::Accepted, payment),
            Outcome::Duplicate { payment } => taken(OutcomeKindDto::Duplicate, payment),
            Outcome::Conflict { reason } => refused(OutcomeKindDto::Conflict, reason),
            Outcome::Rejected { reason } => refused(OutcomeKindDto::Rejected, reason),
            Outcome::DeadLetter { reason } => refused(OutcomeKindDto::DeadLetter, reason),
        }
    }
}

/// Something that could not be carried out and waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DeadLetterDto {
    /// Its number among those of its kind.
    pub number: u32,
    /// What was to be done.
    #[serde(flatten)]
    pub wish: DeadLetterWishDto,
    /// Its amount, to be shown.
    pub amount: MoneyDto,
    /// Why it was not, the last time.
    pub cause: DeadLetterCauseDto,
    /// The same in the till's own words, one English line.
    pub reason: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried first (RFC 3339).
    pub found_at: String,
    /// What it became since.
    pub payment: Option<String>,
}

/// What was to be done, by its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DeadLetterWishDto {
    /// A micropayment was to be taken.
    Instruction {
        /// As it was handed in.
        instruction: InstructionDto,
    },
}

/// Why something could not be carried out: a code the screens translate and advise on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterCauseDto {
    /// No exchange rate into the unit of account.
    NoRate,
    /// Cash is switched off.
    CashOff,
    /// The rail its route names is not set up, switched off or not there now, nor is the fallback.
    RailUnusable,
    /// An earlier charge of the payer's tab failed.
    TabClosed,
    /// The rail does not take the currency.
    CurrencyNotTaken,
    /// Something else: the reason says what.
    Other,
}

/// Asks for dead letters that nobody has dealt with, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct DeadLettersRequest {
    /// Only those after this number; 0 for all.
    pub after: u32,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of dead letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct DeadLettersReply {
    /// Oldest first.
    pub rows: Vec<DeadLetterDto>,
    /// There are more after the last one.
    pub more: bool,
    /// How many nobody has dealt with, on all pages.
    pub open: u32,
}

/// Names a dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct DeadLetterRequest {
    /// Its number.
    pub number: u32,
}

/// How the stream flows, now and over the last minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct StreamStatusDto {
    /// The first second that was measured, in seconds since 1970: five minutes ago, or when these books were opened.
    pub first: u32,
    /// The second that runs now: what is known of it so far.
    pub last: u32,
    /// Those between the two in which anything happened, oldest first.
    pub seconds: Vec<StreamSecondDto>,
    /// Commands that wait now.
    pub queue: u32,
    /// How many may wait; whoever hands in more waits outside.
    pub queue_bound: u32,
    /// Micropayments in the books in all.
    pub taken: u32,
    /// When the last of them was taken (RFC 3339).
    pub last_taken_at: Option<String>,
    /// Dead letters nobody has dealt with, and charges of tabs that were set aside.
    pub dead_letters_open: u32,
}

/// What happened in a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct StreamSecondDto {
    /// When it began, in seconds since 1970.
    pub at: u32,
    /// Micropayments booked.
    pub accepted: u32,
    /// Taken before.
    pub duplicate: u32,
    /// With an id used for something else.
    pub conflict: u32,
    /// Not taken by this shop.
    pub rejected: u32,
    /// Kept for somebody to decide.
    pub dead_letter: u32,
    /// The deepest the queue was.
    pub queue_max: u32,
    /// How long answers took; nothing when nothing was answered.
    pub latency: Option<LatencyDto>,
}

/// How long answers took, from handing something in until it was on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
pub struct LatencyDto {
    /// Half took no longer than this many microseconds.
    pub p50_us: u32,
    /// 99 of a hundred took no longer than this many microseconds.
    pub p99_us: u32,
}
