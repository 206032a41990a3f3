//! Looks for a text that the reading of amounts gets wrong.
//!
//! An input is two lines: the code of the default currency (euro if there is no such currency) and the text.
//! Four oracles judge it: reading never panics; what was read has the digits that were typed and is read again
//! as the same amount from every print; the machine form agrees with a slow reading that knows digits alone; and
//! what both forms can read, they read alike.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use money::{Currency, Money, MoneyFormat, ParseMoneyError};

fuzz_target!(|input: &[u8]| -> Corpus {
    let Some((code, text)) = str::from_utf8(input).ok().and_then(|input| input.split_once('\n')) else {
        return Corpus::Reject;
    };
    let known = Currency::from_code(code).or_else(|_| Currency::asset(code, 6));
    let currency = known.or_else(|_| Currency::iso("EUR")).expect("ISO 4217 lists the euro");

    let typed = Money::parse(text, currency);
    let exact = Money::parse_exact(text, currency);
    match &typed {
        Ok(amount) => is_faithful(text, *amount, currency),
        Err(reason) => is_one_short_line(reason),
    }
    let slow = slow_reading(text, currency.scale());
    assert_eq!(exact.as_ref().ok().map(|amount| amount.minor().to_string()), slow, "{text:?} in {currency}");
    if let Ok(exact) = exact {
        read_alike(text, typed, exact);
    }
    Corpus::Keep
});

fn is_faithful(text: &str, amount: Money, default_currency: Currency) {
    let currency = amount.currency();
    assert!(!amount.is_negative(), "{text:?} was read as {amount}");
    assert_eq!(significant(text), significant(&amount.minor().to_string()), "{text:?} was read as {amount}");
    assert_eq!(Money::parse(&amount.to_string(), default_currency), Ok(amount));
    assert_eq!(Money::parse_exact(&amount.to_decimal_string(), currency), Ok(amount));
    for format in [MoneyFormat::ENGLISH, MoneyFormat::GERMAN, MoneyFormat::SWISS] {
        assert_eq!(Money::parse(&amount.format(&format), currency), Ok(amount), "{format:?}");
    }
}

/// The digits of the number, which ends where a code begins, without the zeros at either end.
fn significant(text: &str) -> String {
    let number = text.chars().take_while(|character| !character.is_ascii_alphabetic());
    let digits: String = number.filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

fn is_one_short_line(reason: &ParseMoneyError) {
    let line = reason.to_string();
    assert!(line.len() < 300 && !line.contains(char::is_control), "{line:?}");
}

fn read_alike(text: &str, typed: Result<Money, ParseMoneyError>, exact: Money) {
    match typed {
        Ok(typed) => assert_eq!(typed, exact, "{text:?}"),
        Err(ParseMoneyError::Sign) => assert!(text.starts_with('-'), "{text:?} has no sign"),
        Err(ParseMoneyError::AmbiguousGrouping { .. } | ParseMoneyError::GroupedOrTooFine { .. }) => {}
        Err(reason) => panic!("{text:?} is {exact} for programs but refused to people: {reason}"),
    }
}

/// The minor units of a text in machine form, as digits: a big number that no integer type limits, compared with
/// the limits of 64 bits digit by digit.
fn slow_reading(text: &str, scale: u8) -> Option<String> {
    let negative = text.starts_with('-');
    let (mut whole, mut decimals, mut after_point) = (String::new(), String::new(), false);
    for character in text.chars().skip(usize::from(negative)) {
        match character {
            '0'..='9' if after_point => decimals.push(character),
            '0'..='9' => whole.push(character),
            '.' if !after_point => after_point = true,
            _ => return None,
        }
    }
    if whole.is_empty() || decimals.is_empty() == after_point || decimals.len() > usize::from(scale) {
        return None;
    }
    while decimals.len() < usize::from(scale) {
        decimals.push('0');
    }
    let all = whole + &decimals;
    let digits = all.trim_start_matches('0');
    let limit = if negative { "9223372036854775808" } else { "9223372036854775807" };
    let fits = digits.len() < limit.len() || (digits.len() == limit.len() && digits <= limit);
    let sign = if negative { "-" } else { "" };
    fits.then(|| if digits.is_empty() { "0".to_owned() } else { format!("{sign}{digits}") })
}
