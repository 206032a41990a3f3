//! A sale: the invoice, its payments, and what the clerk may do.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::card::CardDto;
use super::money::{MoneyDto, QrDto, RateDto};

/// One line of the cart as the clerk made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct CartLineDto {
    /// What is sold; empty for an open amount.
    pub description: String,
    /// How many, 1 to 9999.
    pub quantity: u16,
    /// Price of one, in the shop's currency.
    pub unit_price: MoneyDto,
    /// Tax rate in percent as decimal text (`"20"`), `"0"` for none. Whether prices contain it is a shop setting.
    pub tax_percent: String,
    /// Note of the clerk, may be empty.
    pub note: String,
}

/// A cart with its sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct CartTotalsDto {
    /// Amount of each line in order (tax included when the shop's prices include it).
    pub lines: Vec<MoneyDto>,
    /// Sum without tax.
    pub net: MoneyDto,
    /// Tax per rate.
    pub taxes: Vec<TaxDto>,
    /// What the customer pays.
    pub total: MoneyDto,
    /// True when the prices typed already contain the tax.
    pub tax_included: bool,
}

/// Tax of one rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct TaxDto {
    /// Rate in percent as decimal text.
    pub percent: String,
    /// Net amount it applies to.
    pub net: MoneyDto,
    /// The tax.
    pub tax: MoneyDto,
}

/// Asks for the sums of a cart without recording anything.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct CartTotalsRequest {
    /// The cart.
    pub lines: Vec<CartLineDto>,
}

/// Reads what somebody typed as an amount of the shop's currency.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct AmountReadRequest {
    /// The text as typed.
    pub text: String,
}

/// Opens a sale. The id is made by the screen, so that a repeated press opens one sale.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SaleOpenRequest {
    /// `inv_` and a time-ordered UUID (version 7) in 32 hex digits.
    pub invoice: String,
    /// The cart, at least one line.
    pub lines: Vec<CartLineDto>,
    /// Note of the sale, may be empty.
    pub note: String,
}

/// Names a sale.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SaleRequest {
    /// The invoice id.
    pub invoice: String,
}

/// Takes cash for (the rest of) a sale.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct CashTakeRequest {
    /// The sale.
    pub invoice: String,
    /// `pay_` and a UUIDv7, made by the screen.
    pub payment: String,
    /// What the customer handed over.
    pub tendered: MoneyDto,
}

/// Starts a payment on a rail that shows a code.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PaymentStartRequest {
    /// The sale.
    pub invoice: String,
    /// `pay_` and a UUIDv7, made by the screen.
    pub payment: String,
    /// The tender's `method` (`bitcoin`).
    pub method: String,
}

/// Names a payment of a sale.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PaymentRequest {
    /// The sale.
    pub invoice: String,
    /// The payment.
    pub payment: String,
}

/// Cancels a sale; its addresses stay watched.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SaleCancelRequest {
    /// The sale.
    pub invoice: String,
    /// Must be true when money has been seen: what arrives is then credited to the customer.
    pub although_seen: bool,
}

/// Voids a paid cash sale by reversal.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SaleVoidRequest {
    /// The sale.
    pub invoice: String,
    /// Why, in the clerk's words; required.
    pub reason: String,
}

/// The word on the screen for a sale or payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StateDto {
    /// The code is being made.
    Preparing,
    /// The code is shown, nothing seen yet.
    Waiting,
    /// Money was seen but is not confirmed.
    Detected,
    /// Confirmations are being counted.
    Confirming,
    /// Covered, and every counted payment is safe.
    Paid,
    /// Something came, less than due.
    Partial,
    /// More came than was due.
    Overpaid,
    /// Covered after the quote ended.
    Late,
    /// The quote ended with nothing seen.
    Expired,
    /// The clerk cancelled; still watched.
    Cancelled,
    /// The customer's bank or wallet said no.
    Declined,
    /// Nothing was charged.
    Failed,
    /// The outcome is not known; never charge again.
    Unknown,
    /// Was paid; the money is gone again (reorganisation, double spend).
    Reversed,
    /// A cash sale undone by reversal.
    Voided,
}

/// May the goods be handed over?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum HandOverDto {
    /// Yes.
    Yes,
    /// Not yet.
    NotYet,
    /// No.
    No,
}

/// A sale as every screen sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct SaleDto {
    /// The invoice id.
    pub invoice: String,
    /// Counts up by one with each event of this sale.
    pub version: u32,
    /// Running number of the sale at this till, shown as `Sale 0147`.
    pub number: u32,
    /// When it was opened (RFC 3339).
    pub opened_at: String,
    /// Note, may be empty.
    pub note: String,
    /// The cart.
    pub lines: Vec<CartLineDto>,
    /// Its sums.
    pub totals: CartTotalsDto,
    /// The word on screen.
    pub state: StateDto,
    /// Covered after the quote ended.
    pub late: bool,
    /// More than due.
    pub over: bool,
    /// Every counted payment is safe and the sale is covered.
    pub safe: bool,
    /// Nothing counted can be withdrawn any more by the shop's policy.
    pub r#final: bool,
    /// The light.
    pub hand_over: HandOverDto,
    /// Due in the shop's currency.
    pub due: MoneyDto,
    /// Counted and safe.
    pub received: MoneyDto,
    /// Seen but not safe yet.
    pub pending: MoneyDto,
    /// Still to pay after `received` and `pending`; zero when covered.
    pub remaining: MoneyDto,
    /// What came above due; zero otherwise. Booked as customer credit.
    pub excess: MoneyDto,
    /// The payments, oldest first.
    pub payments: Vec<PaymentDto>,
    /// The gap-free number once a receipt was issued.
    pub receipt_number: Option<u32>,
    /// What the clerk may do now.
    pub may: MayDto,
}

/// What is allowed now; buttons follow this and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
pub struct MayDto {
    /// Start another payment for what remains.
    pub pay: bool,
    /// Cancel without question.
    pub cancel: bool,
    /// Cancel only after a question: money was seen.
    pub cancel_although_seen: bool,
    /// Void by reversal.
    pub void: bool,
    /// Print or show a receipt.
    pub receipt: bool,
}

/// One payment of a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct PaymentDto {
    /// The payment id.
    pub payment: String,
    /// `cash`, `card`, `bitcoin`, or chain and coin: `evm:8453/USDC`.
    pub method: String,
    /// When it was started (RFC 3339).
    pub started_at: String,
    /// The word on screen.
    pub state: StateDto,
    /// Confirmations counted so far (lowest of the counted transfers).
    pub confirmations: u32,
    /// How deep the policy asks it to be before the goods go.
    pub safe_at: DepthDto,
    /// How deep it must be to be final.
    pub final_at: DepthDto,
    /// Share of the sale this payment is to cover, in the shop's currency.
    pub amount: MoneyDto,
    /// What came in, in the shop's currency (safe or not).
    pub received: MoneyDto,
    /// The clerk took this way to pay back; its address is still watched.
    pub cancelled: bool,
    /// Why it failed, one line; empty when it did not.
    pub problem: String,
    /// Present for cash.
    pub cash: Option<CashDto>,
    /// Present once a code can be shown.
    pub code: Option<CodeDto>,
    /// Present for cards.
    pub card: Option<CardDto>,
    /// What was seen on the rail.
    pub transfers: Vec<TransferDto>,
}

/// How deep a transfer must be in its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DepthDto {
    /// Confirmations; 0 for cash, cards, small amounts, and where the network's word is waited for instead.
    pub confirmations: u32,
    /// The network itself must call the block so.
    pub mark: Option<MarkDto>,
}

impl DepthDto {
    /// Nothing to wait for.
    pub const AT_ONCE: Self = Self { confirmations: 0, mark: None };
}

/// What an EVM chain says of its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum MarkDto {
    /// Not reorganised under an honest majority.
    Safe,
    /// Not reorganised any more.
    Finalized,
}

/// Cash taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct CashDto {
    /// Due after rounding to the smallest coin.
    pub to_pay: MoneyDto,
    /// Handed over by the customer.
    pub tendered: MoneyDto,
    /// Given back.
    pub change: MoneyDto,
    /// Rounding (what the customer pays more, negative when less).
    pub rounding: MoneyDto,
}

/// A code to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct CodeDto {
    /// Receiving address.
    pub address: String,
    /// The code of the address alone, for wallets that don't read the link.
    pub plain_qr: QrDto,
    /// The name of the network (`regtest`, `Base`).
    pub network: String,
    /// The chain's number, for coins of EVM chains.
    pub chain_id: Option<String>,
    /// Payment link (BIP 321, EIP-681) with the amount still to pay.
    pub uri: String,
    /// The code of `uri`.
    pub qr: QrDto,
    /// Quoted amount in the coin.
    pub quoted: MoneyDto,
    /// Still to pay in the coin.
    pub remaining: MoneyDto,
    /// The rate.
    pub rate: RateDto,
    /// Life of the quote in milliseconds.
    pub life_ms: u32,
    /// What is left of it at the time of this reading, by the till's monotonic clock; 0 when ended.
    pub remaining_ms: u32,
    /// Four characters to compare with the customer display (`K7 42`).
    pub match_code: String,
    /// The rule that decides (`amount up to 50.00`): empty for the built-in default.
    pub policy_up_to: Option<MoneyDto>,
    /// Two servers must agree before no confirmation is enough, and only one is asked or they disagree.
    pub needs_second_server: bool,
}

/// Money seen on a rail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct TransferDto {
    /// The rail's reference: `txid:vout`.
    pub reference: String,
    /// Amount in the coin.
    pub amount: MoneyDto,
    /// `unconfirmed`, `confirmed` or `withdrawn`.
    pub status: TransferStatusDto,
    /// Confirmations now; 0 when unconfirmed.
    pub confirmations: u32,
    /// Block height when confirmed.
    pub block_height: Option<u32>,
    /// First seen (RFC 3339).
    pub seen_at: String,
    /// Safe by the policy.
    pub safe: bool,
    /// Final by the policy.
    pub r#final: bool,
    /// First seen after the quote ended.
    pub late: bool,
}

/// Level of a transfer on its rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TransferStatusDto {
    /// In the mempool.
    Unconfirmed,
    /// In a block.
    Confirmed,
    /// Replaced, dropped or reorganised away.
    Withdrawn,
}

/// A way to pay, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct TenderDto {
    /// `cash`, `card_reader`, `card_phone`, `bitcoin`, or chain and coin: `evm:8453/USDC`.
    pub method: String,
    /// May it be chosen now?
    pub available: bool,
    /// Why not (empty when available): a code the screens translate.
    pub reason: Option<TenderReasonDto>,
    /// One line with details of the reason, English; may be empty.
    pub detail: String,
    /// What the shop gets, in its currency; for a coin after the spread.
    pub you_get: MoneyDto,
    /// What the customer would pay in the coin, when a rate is there.
    pub coin: Option<MoneyDto>,
    /// What that rate rests on: `fixed`, `market`, `last_good` or `par`; empty without one.
    pub rate_source: String,
    /// How deep before the goods go.
    pub safe_at: DepthDto,
    /// The chain and what paying there takes, for coins of EVM chains.
    pub chain: Option<TenderChainDto>,
}

/// A coin of an EVM chain as a way to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct TenderChainDto {
    /// The chain's name (`Base`).
    pub name: String,
    /// Its number.
    pub chain_id: String,
    /// The coin's symbol (`USDC`).
    pub symbol: String,
    /// What the network takes of the customer today, in the shop's currency; none while nobody knows.
    pub fee: Option<MoneyDto>,
    /// Seconds until the goods may go, about; none where the network's own word is waited for.
    pub seconds: Option<u32>,
}

/// Why a tender is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TenderReasonDto {
    /// Not set up in the settings.
    NotSetUp,
    /// Switched off in the settings.
    SwitchedOff,
    /// No rate for the shop's currency.
    NoRate,
    /// No server of the rail answers.
    NoServer,
    /// No card reader is chosen in the settings.
    NoReader,
    /// The amount is too small or too large for the rail.
    AmountOutOfRange,
}
