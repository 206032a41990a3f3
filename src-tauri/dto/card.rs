//! Card payments: where they are, what went back, what is disputed.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::money::{MoneyDto, QrDto};
use super::timeline::FactDto;

/// Starts a card payment for the rest of a sale. It answers at once; what becomes of it is told by the feed.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct CardStartRequest {
    /// The sale.
    pub invoice: String,
    /// `pay_` and a UUIDv7, made by the screen.
    pub payment: String,
    /// Where the customer presents the card.
    pub way: CardWayDto,
    /// The reader's name at the processor; empty for the shop's own, and for a phone.
    pub reader: String,
    /// Hold the money, and take it later. None for what the settings say.
    pub capture_later: Option<bool>,
}

/// Takes money that is held.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct CardCaptureRequest {
    /// The sale.
    pub invoice: String,
    /// The payment.
    pub payment: String,
    /// How much of it; the rest is let go.
    pub amount: MoneyDto,
}

/// Gives money of a card payment back.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct CardRefundRequest {
    /// The sale.
    pub invoice: String,
    /// The payment.
    pub payment: String,
    /// `ref_` and a UUIDv7, made by the screen, so that a repeated press gives back once.
    pub refund: String,
    /// How much.
    pub amount: MoneyDto,
    /// Why; required.
    pub reason: String,
}

/// Names a refund of a card payment.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct CardRefundCancelRequest {
    /// The sale.
    pub invoice: String,
    /// The payment.
    pub payment: String,
    /// The refund.
    pub refund: String,
}

/// A payment by card, or by what the processor's page takes beside cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct CardDto {
    /// Where the customer presents the card.
    pub way: CardWayDto,
    /// The reader's name at the processor; empty for a phone.
    pub reader: String,
    /// What people call that reader; its name at the processor where the till has not heard of it, empty for a phone.
    pub reader_label: String,
    /// The money is held first, and taken when the shop says so.
    pub captures_later: bool,
    /// Where it is.
    pub step: CardStepDto,
    /// How far the reader is, while the customer is at it; none when nobody knows.
    pub reader_step: Option<ReaderStepDto>,
    /// The processor's name for the payment; empty before it has it.
    pub reference: String,
    /// The page for the customer's phone, while it can be paid.
    pub page: Option<CardPageDto>,
    /// What was used, such as `visa` or `sepa_debit`; empty before a charge.
    pub brand: String,
    /// The last four digits, where there are any.
    pub last4: String,
    /// The wallet it came from, such as `apple_pay`; empty when none.
    pub wallet: String,
    /// Why the last try with a card failed while another may be tried; empty when none did.
    pub declined: String,
    /// What is held and can be captured.
    pub held: Option<MoneyDto>,
    /// When the bank lets go of it (RFC 3339); empty when not known.
    pub held_until: String,
    /// It is being called off.
    pub cancelling: bool,
    /// It is being captured.
    pub capturing: bool,
    /// May it be called off?
    pub may_cancel: bool,
    /// The customer must present the card at a reader before anything of it goes back.
    pub must_be_presented: bool,
    /// What may still be given back.
    pub refundable: MoneyDto,
    /// Money given back, oldest first.
    pub refunds: Vec<RefundDto>,
    /// Objections of the customer's bank, oldest first.
    pub disputes: Vec<DisputeDto>,
    /// What card networks require on the receipt of a card that was present, in their order.
    pub receipt: Vec<FactDto>,
}

/// Where the customer presents the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CardWayDto {
    /// At a reader on the counter.
    Reader,
    /// On the customer's own phone.
    Phone,
}

/// Where a card payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CardStepDto {
    /// It is on its way to the processor.
    Sending,
    /// It is the customer's turn: at the reader, or on the page for the phone.
    Customer,
    /// The customer did their part, and the bank is at it; this can take days.
    Bank,
    /// The money is held. It is not paid.
    Held,
    /// The money is taken.
    Taken,
    /// Nothing was taken, and nothing will be.
    Over,
    /// Nobody knows, and the processor is asked: never charge again.
    Unknown,
}

/// How far a reader is with a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ReaderStepDto {
    /// It asks for a card, or for the card's PIN.
    AsksForCard,
    /// It has read a card, and the card's bank is asked.
    AsksBank,
    /// It was not heard for two minutes: check its power and network.
    Silent,
}

/// The page for the customer's phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct CardPageDto {
    /// Its address.
    pub url: String,
    /// Its code.
    pub qr: QrDto,
}

/// Money given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct RefundDto {
    /// The wish; empty where it was made at the processor.
    pub refund: String,
    /// How much.
    pub amount: MoneyDto,
    /// Why, in the clerk's words.
    pub reason: String,
    /// What people call the reader at which the card is presented for it; empty where it need not be.
    pub reader: String,
    /// May the reader be told to stop asking?
    pub may_cancel: bool,
    /// The reader is being told to stop asking.
    pub cancelling: bool,
    /// How far it is.
    pub state: RefundStateDto,
    /// Why it was refused, failed, or is not known; empty when none of it.
    pub problem: String,
}

/// How far a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RefundStateDto {
    /// It is on its way to the processor.
    Asked,
    /// The reader asks for the card. Nothing has gone back.
    AtReader,
    /// Nobody knows yet: never give back again.
    Unknown,
    /// The processor refused it.
    Refused,
    /// It is on its way to the customer.
    Pending,
    /// The customer must do something first.
    NeedsAction,
    /// Done.
    Succeeded,
    /// It came back: the shop owes it still.
    Failed,
    /// It was called off.
    Cancelled,
}

/// An objection of the customer's bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct DisputeDto {
    /// The processor's name for it.
    pub reference: String,
    /// How much is disputed.
    pub amount: MoneyDto,
    /// The processor's word for how far it is, such as `needs_response`.
    pub status: String,
    /// The bank's reason, in the processor's word.
    pub reason: String,
    /// Until when the shop may answer (RFC 3339); empty when it may not.
    pub due_by: String,
    /// The money was taken back and not returned.
    pub withdrawn: bool,
}

/// Money that is held for the shop, until it is taken or the bank lets go of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct HeldCardDto {
    /// The sale.
    pub invoice: String,
    /// Its running number.
    pub sale_number: u32,
    /// The payment.
    pub payment: String,
    /// When it was started (RFC 3339).
    pub started_at: String,
    /// How much is held.
    pub amount: MoneyDto,
    /// When the bank lets go of it (RFC 3339); empty when not known.
    pub held_until: String,
    /// What was used, such as `visa`.
    pub brand: String,
    /// The last four digits, where there are any.
    pub last4: String,
    /// It is being captured.
    pub capturing: bool,
    /// It is being called off.
    pub cancelling: bool,
}

/// A dispute with its sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct DisputedSaleDto {
    /// The sale.
    pub invoice: String,
    /// Its running number.
    pub sale_number: u32,
    /// The payment.
    pub payment: String,
    /// It waits for the shop's answer.
    pub waits_for_answer: bool,
    /// The objection.
    pub dispute: DisputeDto,
}

/// Names a sale by the number on its receipt.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct ReceiptNumberRequest {
    /// The gap-free number.
    pub receipt_number: u32,
}
