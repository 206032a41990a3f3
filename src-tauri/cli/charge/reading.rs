//! What a charge needs of the till's replies. The rest of them may change without it.

use serde::Deserialize;

use crate::dto::money::MoneyDto;
use crate::dto::sale::{DepthDto, StateDto};

/// Of `SaleDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct SaleSeen {
    pub(super) number: u32,
    pub(super) state: StateDto,
    pub(super) late: bool,
    pub(super) over: bool,
    pub(super) safe: bool,
    pub(super) r#final: bool,
    /// `yes`, `not_yet`, `no`
    pub(super) hand_over: String,
    pub(super) due: MoneyDto,
    pub(super) remaining: MoneyDto,
    pub(super) excess: MoneyDto,
    pub(super) payments: Vec<PaymentSeen>,
}

/// Of `PaymentDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct PaymentSeen {
    pub(super) payment: String,
    pub(super) confirmations: u32,
    pub(super) safe_at: DepthDto,
    pub(super) problem: String,
    pub(super) cash: Option<CashSeen>,
    pub(super) code: Option<CodeSeen>,
    pub(super) card: Option<CardSeen>,
}

/// Of `CardDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct CardSeen {
    pub(super) page: Option<PageSeen>,
}

/// Of `CardPageDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct PageSeen {
    pub(super) url: String,
    pub(super) qr: QrSeen,
}

/// Of `CashDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct CashSeen {
    pub(super) to_pay: MoneyDto,
}

/// Of `CodeDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct CodeSeen {
    pub(super) address: String,
    pub(super) network: String,
    pub(super) chain_id: Option<String>,
    pub(super) uri: String,
    pub(super) qr: QrSeen,
    pub(super) quoted: MoneyDto,
    pub(super) rate: RateSeen,
    pub(super) life_ms: u32,
}

/// Of `QrDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct QrSeen {
    pub(super) size: u16,
    pub(super) path: String,
}

/// Of `RateDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct RateSeen {
    pub(super) applied: String,
    pub(super) base: String,
    pub(super) quote: String,
    pub(super) source: String,
}

/// Of `TenderDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TenderSeen {
    pub(super) method: String,
    pub(super) available: bool,
    pub(super) detail: String,
    pub(super) you_get: MoneyDto,
}

/// Of `SettingsDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct SettingsSeen {
    pub(super) cash: CashSettingsSeen,
    pub(super) tax: TaxSeen,
}

/// Of `CashSettingsDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct CashSettingsSeen {
    pub(super) enabled: bool,
}

/// Of `StatusDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct StatusSeen {
    pub(super) bitcoin: BitcoinSeen,
    pub(super) cards: CardsSeen,
}

/// Of `CardsStatusDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct CardsSeen {
    pub(super) enabled: bool,
    pub(super) up: bool,
    pub(super) problem: String,
}

/// Of `BitcoinStatusDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct BitcoinSeen {
    pub(super) enabled: bool,
    pub(super) set_up: bool,
    pub(super) has_rate: bool,
}

/// Of `TaxSettingsDto`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TaxSeen {
    pub(super) rates: Vec<String>,
}

impl SaleSeen {
    pub(super) fn payment(&self, id: &str) -> Option<&PaymentSeen> {
        self.payments.iter().find(|payment| payment.payment == id)
    }

    /// The goods may go, whatever else is to say of it.
    pub(super) const fn is_paid(&self) -> bool {
        matches!(self.state, StateDto::Paid | StateDto::Overpaid | StateDto::Late)
    }

    /// Nothing more is expected. Money that comes late is, when somebody waits for it.
    pub(super) const fn is_at_rest(&self, waits_for_late_money: bool) -> bool {
        match self.state {
            StateDto::Paid
            | StateDto::Overpaid
            | StateDto::Late
            | StateDto::Cancelled
            | StateDto::Declined
            | StateDto::Failed
            | StateDto::Reversed
            | StateDto::Voided => true,
            StateDto::Expired => !waits_for_late_money,
            StateDto::Preparing
            | StateDto::Waiting
            | StateDto::Detected
            | StateDto::Confirming
            | StateDto::Partial
            | StateDto::Unknown => false,
        }
    }
}
