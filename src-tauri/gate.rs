//! The gate: no text with a card number gets in, whichever way it comes. Tillstream never takes card numbers: a shop that
//! lets one in answers for keeping it (PCI DSS), and no later deletion reaches the journal and its backups.
//!
//! Every command of the table passes [`check_call`], whether the window, a browser or a script asks; the command line
//! shows its arguments and what it reads to [`check_text`], and the lines of a stream to [`check_line`]. What comes from
//! outside and can't be refused is masked instead: what rails say by `RailError::masked`, the log by its own masking, and
//! what anybody is answered here.

use std::borrow::Cow;

use card_numbers::{holds_card_number, is_barcode};
use serde_json::Value;
use thiserror::Error;

use crate::dto::error::{AppError, ErrorCode};

/// Fields for the numbers of goods, in our own shapes and in the metadata of micropayments. What stands in one of them
/// and is a number of goods by its length and check digit is none of a card, although it may fit one.
const BARCODE_FIELDS: [&str; 4] = ["barcode", "ean", "gtin", "upc"];

/// A text was refused. Never repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "That looks like a card number. Tillstream never takes card numbers: use the card reader or the customer's own phone."
)]
pub(crate) struct CardNumberRefused;

impl From<CardNumberRefused> for AppError {
    fn from(refused: CardNumberRefused) -> Self {
        Self { code: ErrorCode::CardNumber, detail: refused.to_string() }
    }
}

/// Looks at a command: its name, and every field of its request with the field's own name.
///
/// # Errors
/// When a card number stands anywhere.
pub(crate) fn check_call(name: &str, request: &Value) -> Result<(), CardNumberRefused> {
    check_text(name)?;
    check_value(request)
}

/// Looks at everything in a value.
///
/// # Errors
/// When a card number stands anywhere.
pub(crate) fn check_value(value: &Value) -> Result<(), CardNumberRefused> {
    refuse_if(holds("", value))
}

/// Looks at a text that belongs to no field.
///
/// # Errors
/// When a card number stands in it.
pub(crate) fn check_text(text: &str) -> Result<(), CardNumberRefused> {
    refuse_if(holds_card_number(text))
}

/// Looks at a line that should be a JSON object, before anything else is made of it. Almost every line has neither what
/// looks like a number nor an escape that could hide one, and is looked at once.
///
/// # Errors
/// When a card number stands in it.
pub(crate) fn check_line(line: &[u8]) -> Result<(), CardNumberRefused> {
    let looks_bad = holds_card_number(&String::from_utf8_lossy(line));
    if !looks_bad && !line.contains(&b'\\') {
        return Ok(());
    }
    match serde_json::from_slice(line) {
        Ok(value) => check_value(&value),
        Err(_) => refuse_if(looks_bad),
    }
}

/// A refusal without the number that somebody else may have put into it.
pub(crate) fn masked(error: AppError) -> AppError {
    AppError { detail: card_numbers::masked(&error.detail).into_owned(), ..error }
}

fn refuse_if(holds: bool) -> Result<(), CardNumberRefused> {
    if holds { Err(CardNumberRefused) } else { Ok(()) }
}

fn holds(field: &str, value: &Value) -> bool {
    let text = match value {
        Value::Null | Value::Bool(_) => return false,
        Value::Array(values) => return values.iter().any(|value| holds(field, value)),
        Value::Object(fields) => {
            return fields.iter().any(|(name, value)| holds_card_number(name) || holds(name, value));
        }
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::String(text) => Cow::Borrowed(text.as_str()),
    };
    holds_card_number(&text) && !(is_barcode_field(field) && is_barcode(&text))
}

fn is_barcode_field(field: &str) -> bool {
    BARCODE_FIELDS.iter().any(|name| field.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NUMBER: &str = "4242 4242 4242 4242";

    #[test]
    fn a_card_number_is_refused_wherever_it_stands_in_a_request() {
        for request in [
            json!({ "note": NUMBER }),
            json!({ "lines": [{ "note": "" }, { "description": format!("for {NUMBER}") }] }),
            json!({ "metadata": { NUMBER: "" } }),
            json!({ "quantity": 4_242_424_242_424_242_u64 }),
            json!([["4242424242424242"]]),
            json!(NUMBER),
        ] {
            assert_eq!(check_call("sale_open", &request), Err(CardNumberRefused), "{request}");
        }
        assert_eq!(check_call("4242424242424242", &json!({})), Err(CardNumberRefused));
        assert_eq!(check_call("sale_open", &json!({ "note": "table 4", "quantity": 2 })), Ok(()));
    }

    #[test]
    fn a_number_of_goods_passes_in_its_own_field_and_nowhere_else() {
        let ean = "4006380000094";
        for field in ["barcode", "ean", "EAN", "gtin", "upc"] {
            assert_eq!(check_value(&json!({ "metadata": { field: ean } })), Ok(()), "{field}");
        }
        assert_eq!(check_value(&json!({ "note": ean })), Err(CardNumberRefused));
        assert_eq!(check_value(&json!({ "ean": "4242424242424242" })), Err(CardNumberRefused));
    }

    #[test]
    fn a_line_is_seen_through() {
        for line in [
            r#"{"memo":"4242424242424242"}"#,
            r#"{"memo":"\u0034242424242424242"}"#,
            r#"{"memo":"4242\u00204242 4242 4242"}"#,
            r#"{"memo":"4242424242424242""#,
            "4242424242424242",
        ] {
            assert_eq!(check_line(line.as_bytes()), Err(CardNumberRefused), "{line}");
        }
        for line in [r#"{"memo":"a \"word\""}"#, r#"{"metadata":{"ean":"4006380000094"}}"#, "{", ""] {
            assert_eq!(check_line(line.as_bytes()), Ok(()), "{line}");
        }
    }

    #[test]
    fn the_refusal_repeats_no_digit() {
        let told = AppError::from(CardNumberRefused);
        assert_eq!(told.code, ErrorCode::CardNumber);
        assert!(!told.detail.contains(|c: char| c.is_ascii_digit()));
    }
}
