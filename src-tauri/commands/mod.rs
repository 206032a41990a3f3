//! Everything the screens and scripts can ask, registered once. Each command is one plain async function
//! `(app, request) → Result<reply, AppError>`; the table below is all there is, for the window, for browsers, and for
//! the generated TypeScript.

mod cards;
mod disputes;
mod evm;
pub mod ledger;
mod payers;
mod payouts;
mod pin;
mod practice;
mod rates;
mod sales;
mod settings;
mod settlements;
mod status;
mod strays;
mod stream;
pub(crate) mod stripe;
pub mod wallet;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use engine::EngineError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::App;
use crate::dto::card::{
    CardCaptureRequest, CardRefundCancelRequest, CardRefundRequest, CardStartRequest, DisputedSaleDto,
    HeldCardDto, ReceiptNumberRequest,
};
use crate::dto::dispute::DisputeAnswerRequest;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::ledger::{AccountDto, EntriesReply, EntriesRequest, VerifyReply};
use crate::dto::money::MoneyDto;
use crate::dto::payer::{PayerCardRequest, PayerPageRequest, PayerRequest, SavedCardDto, SavingPageDto};
use crate::dto::payout::{PayoutDto, PayoutRequest, PayoutsReply, PayoutsRequest};
use crate::dto::pin::{PinCheckRequest, PinForgetRequest, PinSetRequest, PinStatusDto};
use crate::dto::practice::{PracticeActRequest, PracticeCardRequest, PracticePayoutRequest};
use crate::dto::rates::RatesNowDto;
use crate::dto::receipt::{ReceiptDto, ReceiptRequest};
use crate::dto::sale::{
    AmountReadRequest, CartTotalsDto, CartTotalsRequest, CashTakeRequest, PaymentRequest,
    PaymentStartRequest, SaleCancelRequest, SaleDto, SaleOpenRequest, SaleRequest, SaleVoidRequest,
    TenderDto,
};
use crate::dto::sales_list::{SalesListReply, SalesListRequest};
use crate::dto::settings::{SettingsDto, SettingsImportRequest, SettingsPutRequest};
use crate::dto::settlement::{
    SettlementDto, SettlementPartDto, SettlementPartsRequest, SettlementRequest, SettlementsReply,
    SettlementsRequest, TabsDto, TabsSettleRequest, TabsSettledDto,
};
use crate::dto::setup::{
    ModeSwitchRequest, NewWalletWords, SetupFinishRequest, WalletCreateRequest, WalletImportRequest,
    WalletProveRequest, WalletWatchRequest,
};
use crate::dto::status::{AlertRequest, Nothing, StatusDto};
use crate::dto::stray::{StrayAssignRequest, StrayCreditRequest, StrayDto};
use crate::dto::stream::{
    DeadLetterRequest, DeadLettersReply, DeadLettersRequest, OutcomeDto, StreamStatusDto, StreamTakeReply,
    StreamTakeRequest,
};
use crate::dto::stripe::{
    StripeReaderDto, StripeReaderRegisterRequest, StripeSecretForgetRequest, StripeSecretSetRequest,
    StripeStatusDto,
};
use crate::dto::timeline::{FactDto, TimelineItemDto};
use crate::gate;

/// Who asks. Secrets cross to the window only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The till's own window.
    Window,
    /// A browser or script on this machine, with the token.
    Browser,
}

/// A boxed reply.
type Replying = Pin<Box<dyn Future<Output = Result<Value, AppError>> + Send>>;

/// One row of the table.
pub struct CommandRow {
    /// Its name on every transport.
    pub name: &'static str,
    /// Only the window may ask: the reply or the request holds a secret.
    pub window_only: bool,
    /// Name of the request's shape.
    pub request: &'static str,
    /// Name of the reply's shape; `[]` after it for a list.
    pub reply: &'static str,
    /// Adds both shapes to the generated types.
    pub register: fn(specta::Types) -> specta::Types,
    run: fn(Arc<App>, Asker, Value) -> Replying,
}

macro_rules! commands {
    ($($name:ident $(($only:ident))? : $request:ident => $reply:ty as $reply_name:literal = $function:path;)+) => {
        /// The table.
        pub const COMMANDS: &[CommandRow] = &[$(CommandRow {
            name: stringify!($name),
            window_only: commands!(@only $($only)?),
            request: stringify!($request),
            reply: $reply_name,
            register: |types| types.register::<$request>().register::<$reply>(),
            run: |app, asker, request| Box::pin(async move {
                let request: $request = read(request)?;
                write(&$function(&app, asker, request).await?)
            }),
        }),+];
    };
    (@only window) => { true };
    (@only) => { false };
}

commands! {
    status: Nothing => StatusDto as "StatusDto" = status::status;
    alert_acknowledge: AlertRequest => StatusDto as "StatusDto" = status::alert_acknowledge;
    window_focus: Nothing => StatusDto as "StatusDto" = status::window_focus;
    mode_switch: ModeSwitchRequest => StatusDto as "StatusDto" = status::mode_switch;
    setup_finish: SetupFinishRequest => StatusDto as "StatusDto" = settings::setup_finish;
    amount_read: AmountReadRequest => MoneyDto as "MoneyDto" = sales::amount_read;
    cart_totals: CartTotalsRequest => CartTotalsDto as "CartTotalsDto" = sales::cart_totals;
    sale_open: SaleOpenRequest => SaleDto as "SaleDto" = sales::sale_open;
    sale_get: SaleRequest => SaleDto as "SaleDto" = sales::sale_get;
    tenders: SaleRequest => Vec<TenderDto> as "TenderDto[]" = sales::tenders;
    cash_take: CashTakeRequest => SaleDto as "SaleDto" = sales::cash_take;
    payment_start: PaymentStartRequest => SaleDto as "SaleDto" = sales::payment_start;
    payment_cancel: PaymentRequest => SaleDto as "SaleDto" = sales::payment_cancel;
    sale_cancel: SaleCancelRequest => SaleDto as "SaleDto" = sales::sale_cancel;
    sale_void: SaleVoidRequest => SaleDto as "SaleDto" = sales::sale_void;
    sales_list: SalesListRequest => SalesListReply as "SalesListReply" = sales::sales_list;
    sale_timeline: SaleRequest => Vec<TimelineItemDto> as "TimelineItemDto[]" = sales::sale_timeline;
    receipt: ReceiptRequest => ReceiptDto as "ReceiptDto" = sales::receipt;
    ledger_accounts: Nothing => Vec<AccountDto> as "AccountDto[]" = ledger::ledger_accounts;
    ledger_entries: EntriesRequest => EntriesReply as "EntriesReply" = ledger::ledger_entries;
    ledger_verify: Nothing => VerifyReply as "VerifyReply" = ledger::ledger_verify;
    strays: Nothing => Vec<StrayDto> as "StrayDto[]" = strays::strays;
    stray_assign: StrayAssignRequest => StrayDto as "StrayDto" = strays::stray_assign;
    stray_credit: StrayCreditRequest => StrayDto as "StrayDto" = strays::stray_credit;
    stream_status: Nothing => StreamStatusDto as "StreamStatusDto" = stream::stream_status;
    stream_take: StreamTakeRequest => StreamTakeReply as "StreamTakeReply" = stream::stream_take;
    dead_letters: DeadLettersRequest => DeadLettersReply as "DeadLettersReply" = stream::dead_letters;
    dead_letter_retry: DeadLetterRequest => OutcomeDto as "OutcomeDto" = stream::dead_letter_retry;
    settlements_set_aside: SettlementsRequest => SettlementsReply as "SettlementsReply" = settlements::settlements_set_aside;
    settlement_get: SettlementRequest => SettlementDto as "SettlementDto" = settlements::settlement_get;
    settlement_parts: SettlementPartsRequest => Vec<SettlementPartDto> as "SettlementPartDto[]" = settlements::settlement_parts;
    settlement_retry: SettlementRequest => SettlementDto as "SettlementDto" = settlements::settlement_retry;
    tabs: Nothing => Vec<TabsDto> as "TabsDto[]" = settlements::tabs;
    tabs_settle: TabsSettleRequest => TabsSettledDto as "TabsSettledDto" = settlements::tabs_settle;
    payer_cards: PayerRequest => Vec<SavedCardDto> as "SavedCardDto[]" = payers::payer_cards;
    payer_page: PayerPageRequest => SavingPageDto as "SavingPageDto" = payers::payer_page;
    payer_page_close: PayerPageRequest => SavingPageDto as "SavingPageDto" = payers::payer_page_close;
    payer_card_forget: PayerCardRequest => Vec<SavedCardDto> as "SavedCardDto[]" = payers::payer_card_forget;
    rates_now: Nothing => RatesNowDto as "RatesNowDto" = rates::rates_now;
    settings_get: Nothing => SettingsDto as "SettingsDto" = settings::settings_get;
    settings_set: SettingsDto => SettingsDto as "SettingsDto" = settings::settings_set;
    settings_import: SettingsImportRequest => SettingsDto as "SettingsDto" = settings::settings_import;
    settings_put: SettingsPutRequest => SettingsDto as "SettingsDto" = settings::settings_put;
    wallet_create (window): WalletCreateRequest => NewWalletWords as "NewWalletWords" = wallet::wallet_create;
    wallet_prove (window): WalletProveRequest => SettingsDto as "SettingsDto" = wallet::wallet_prove;
    wallet_import (window): WalletImportRequest => SettingsDto as "SettingsDto" = wallet::wallet_import;
    wallet_watch: WalletWatchRequest => SettingsDto as "SettingsDto" = wallet::wallet_watch;
    card_start: CardStartRequest => SaleDto as "SaleDto" = cards::card_start;
    card_cancel: PaymentRequest => SaleDto as "SaleDto" = cards::card_cancel;
    card_capture: CardCaptureRequest => SaleDto as "SaleDto" = cards::card_capture;
    card_refund: CardRefundRequest => SaleDto as "SaleDto" = cards::card_refund;
    card_refund_cancel: CardRefundCancelRequest => SaleDto as "SaleDto" = cards::card_refund_cancel;
    cards_held: Nothing => Vec<HeldCardDto> as "HeldCardDto[]" = cards::cards_held;
    disputes: Nothing => Vec<DisputedSaleDto> as "DisputedSaleDto[]" = cards::disputes;
    dispute_evidence: DisputeAnswerRequest => Vec<FactDto> as "FactDto[]" = disputes::dispute_evidence;
    dispute_answer: DisputeAnswerRequest => SaleDto as "SaleDto" = disputes::dispute_answer;
    payouts: PayoutsRequest => PayoutsReply as "PayoutsReply" = payouts::payouts;
    payout_get: PayoutRequest => PayoutDto as "PayoutDto" = payouts::payout_get;
    sale_by_receipt: ReceiptNumberRequest => SaleDto as "SaleDto" = cards::sale_by_receipt;
    stripe_status: Nothing => StripeStatusDto as "StripeStatusDto" = stripe::stripe_status;
    stripe_check: Nothing => StripeStatusDto as "StripeStatusDto" = stripe::stripe_check;
    stripe_readers: Nothing => Vec<StripeReaderDto> as "StripeReaderDto[]" = stripe::stripe_readers;
    stripe_reader_register: StripeReaderRegisterRequest => StripeReaderDto as "StripeReaderDto" = stripe::stripe_reader_register;
    stripe_reopen: Nothing => StripeStatusDto as "StripeStatusDto" = stripe::stripe_reopen;
    stripe_secret_set (window): StripeSecretSetRequest => StripeStatusDto as "StripeStatusDto" = stripe::stripe_secret_set;
    stripe_secret_forget (window): StripeSecretForgetRequest => StripeStatusDto as "StripeStatusDto" = stripe::stripe_secret_forget;
    pin_status: Nothing => PinStatusDto as "PinStatusDto" = pin::pin_status;
    pin_check (window): PinCheckRequest => PinStatusDto as "PinStatusDto" = pin::pin_check;
    pin_set (window): PinSetRequest => PinStatusDto as "PinStatusDto" = pin::pin_set;
    pin_forget (window): PinForgetRequest => PinStatusDto as "PinStatusDto" = pin::pin_forget;
    practice_payout: PracticePayoutRequest => StatusDto as "StatusDto" = payouts::practice_payout;
    practice_card: PracticeCardRequest => SaleDto as "SaleDto" = cards::practice_card;
    practice_payer_saves: PayerPageRequest => SavingPageDto as "SavingPageDto" = payers::practice_payer_saves;
    practice_act: PracticeActRequest => SaleDto as "SaleDto" = practice::practice_act;
}

/// Finds a command and runs it to its end, also when whoever asked hangs up: what was begun is finished. A request with a
/// card number is not looked at any further, and no refusal repeats one.
pub(crate) async fn call(app: Arc<App>, asker: Asker, name: &str, request: Value) -> Result<Value, AppError> {
    gate::check_call(name, &request)?;
    let Some(row) = COMMANDS.iter().find(|row| row.name == name) else {
        return Err(refuse(ErrorCode::NotFound, format!("there is no command {name:?}")));
    };
    if row.window_only && asker != Asker::Window {
        let detail = "only the till's own window may ask this; use `tillstream secret` on a terminal";
        return Err(refuse(ErrorCode::Forbidden, detail));
    }
    let run = row.run;
    let task = tokio::runtime::Handle::current().spawn(run(app, asker, request));
    match task.await {
        Ok(reply) => reply.map_err(gate::masked),
        Err(defect) => {
            tracing::error!(command = name, %defect, "a command ended in a defect");
            Err(refuse(ErrorCode::Internal, "a defect of the till; the log has it"))
        }
    }
}

/// Refuses fields it does not know and values of the wrong type, with one line.
fn read<T: DeserializeOwned>(request: Value) -> Result<T, AppError> {
    serde_json::from_value(request).map_err(|error| refuse(ErrorCode::BadRequest, error.to_string()))
}

fn write<T: Serialize>(reply: &T) -> Result<Value, AppError> {
    serde_json::to_value(reply).map_err(|error| refuse(ErrorCode::Internal, error.to_string()))
}

/// A refusal with its line.
pub(crate) fn refuse(code: ErrorCode, detail: impl Into<String>) -> AppError {
    AppError { code, detail: detail.into() }
}

/// Text that should be an id of a kind.
pub(crate) fn id<K: payment::ids::Kind>(text: &str) -> Result<payment::ids::Id<K>, AppError> {
    text.parse().map_err(|error: payment::IdError| refuse(ErrorCode::BadRequest, error.to_string()))
}

impl From<EngineError> for AppError {
    fn from(error: EngineError) -> Self {
        let code = match &error {
            EngineError::NoSuchSale
            | EngineError::NoSuchStray
            | EngineError::NoSuchSettlement
            | EngineError::NoSuchAlert(_) => ErrorCode::NotFound,
            EngineError::IdInUse | EngineError::Cart(_) | EngineError::CurrencyInUse(_) => {
                ErrorCode::BadRequest
            }
            EngineError::SettingsChanged => ErrorCode::SettingsChanged,
            EngineError::Refused(_)
            | EngineError::Quote(_)
            | EngineError::Rule(_)
            | EngineError::Parcel(_) => ErrorCode::NotNow,
            EngineError::NoRate { .. } => ErrorCode::NoRate,
            EngineError::RailUnavailable { .. } => ErrorCode::RailUnavailable,
            EngineError::DiskFull | EngineError::Storage(_) | EngineError::Journal(_) => ErrorCode::Storage,
            EngineError::Unknown => ErrorCode::Unknown,
            EngineError::Closing => ErrorCode::Closing,
        };
        refuse(code, error.to_string())
    }
}

impl From<store::ReadError> for AppError {
    fn from(error: store::ReadError) -> Self {
        refuse(ErrorCode::Storage, error.to_string())
    }
}

impl From<money::MoneyError> for AppError {
    fn from(error: money::MoneyError) -> Self {
        refuse(ErrorCode::Internal, error.to_string())
    }
}
