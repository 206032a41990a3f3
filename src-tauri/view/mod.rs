//! From the domain to the wire shapes. Nothing here decides anything: the core's own words are spelled for screens.

pub mod card;
pub mod ledger;
pub mod payer;
pub mod payout;
pub mod rates;
pub mod receipt;
pub mod sale;
pub mod settings;
pub mod settlement;
pub mod status;
pub mod stray;
pub mod stream;
pub mod stripe;
pub mod tender;
pub mod timeline;

use jiff::fmt::temporal::DateTimePrinter;
use money::{Currency, Money};
use payment::Timestamp;

use crate::commands::refuse;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::money::MoneyDto;

/// An amount for the wire.
#[must_use]
pub fn money(amount: Money) -> MoneyDto {
    MoneyDto {
        minor: amount.minor().to_string(),
        currency: amount.currency().code().to_owned(),
        scale: amount.currency().scale(),
    }
}

/// An amount from the wire. The scale must be the currency's own: a screen that thinks otherwise is wrong.
///
/// # Errors
/// When it is no amount.
pub fn read_money(dto: &MoneyDto) -> Result<Money, AppError> {
    let bad = |detail: String| refuse(ErrorCode::BadAmount, detail);
    let currency = Currency::parts(&dto.currency, dto.scale).map_err(|error| bad(error.to_string()))?;
    let is_plain = dto.minor.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit());
    match dto.minor.parse::<i64>() {
        Ok(minor) if is_plain => Ok(Money::new(minor, currency)),
        Ok(_) | Err(_) => Err(bad("an amount is an integer of minor units".to_owned())),
    }
}

/// An instant as RFC 3339 in UTC.
#[must_use]
pub fn instant(at: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    DateTimePrinter::new().timestamp_to_string(&instant)
}

/// A number of the journal for the wire. Journals of more than four billion rows show the last number.
#[must_use]
pub fn count(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

/// How many there are, for the wire. More than four billion show as the last number.
#[must_use]
pub fn tally(many: u64) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}
