//! The rules of the micropayment stream: `[[route]]`, `[[fee]]` and `[[settlement]]`.
//!
//! An amount in a row is in the row's currency, or in the shop's when the row names none. What the rows mean is for
//! [`payment::stream`]; here they are read, checked and shown.

pub(crate) mod fee;
pub(crate) mod route;
pub(crate) mod settlement;

use money::{Currency, Money};
use payment::{RailId, RailKind};
use toml::Value;

use crate::Problem;
use crate::field::Field;
use crate::row::{RowName, shown_text};

/// The methods that a practice till takes.
const CASH: &str = "cash";
const CARD: &str = "card";
const METHOD_CHARS_MAX: usize = 40;

/// Reads a rail of any kind; whether it is the right kind is checked with the row.
fn rail(field: &Field<'_>) -> Result<RailId, Problem> {
    RailId::named(field.text()?).ok_or_else(|| field.problem("unknown rail: write \"cash\" or \"stripe\""))
}

fn currency(field: &Field<'_>) -> Result<Currency, Problem> {
    field.parsed(Currency::from_code)
}

fn method(field: &Field<'_>) -> Result<String, Problem> {
    Ok(field.text()?.to_owned())
}

fn check_method(method: &str, row: &RowName) -> Result<(), Problem> {
    let chars = method.chars().count();
    if chars == 0 || chars > METHOD_CHARS_MAX {
        return Err(
            row.problem("method", format!("write 1 to {METHOD_CHARS_MAX} characters, such as \"card\""))
        );
    }
    if method.trim() != method || method.chars().any(char::is_control) {
        return Err(row.problem("method", "take out the blanks around it and the control characters"));
    }
    Ok(())
}

/// Refuses rails that no micropayment can take.
fn check_rail(rail: RailId, member: &str, row: &RowName) -> Result<(), Problem> {
    if rail.kind() != RailKind::Chain {
        return Ok(());
    }
    let message = format!("{rail} waits for a customer to pay an address: write \"cash\" or \"stripe\"");
    Err(row.problem(member, message))
}

/// An amount of the practice till: in hundredths of the currency, or in whole units where it has no hundredths.
fn practice_amount(hundredths: i64, currency: Currency) -> Money {
    Money::new(hundredths * (currency.minor_per_major() / 100).max(1), currency)
}

fn shown_currency(currency: Option<Currency>) -> Option<Value> {
    shown_text(currency?.code())
}
