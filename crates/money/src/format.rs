//! Printing amounts, for machines and for people.

use std::fmt;

use crate::{Currency, Money};

/// How a language writes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoneyFormat {
    /// What stands before the minor units.
    pub decimal_mark: char,
    /// What stands between groups of three digits, if anything does.
    pub group_mark: Option<char>,
}

impl MoneyFormat {
    /// `1,234.50`
    pub const ENGLISH: Self = Self { decimal_mark: '.', group_mark: Some(',') };
    /// `1.234,50`
    pub const GERMAN: Self = Self { decimal_mark: ',', group_mark: Some('.') };
    /// `1'234.50`
    pub const SWISS: Self = Self { decimal_mark: '.', group_mark: Some('\'') };
    /// `1234.50`: what programs exchange, and what [`Money::parse_exact`] reads back.
    const MACHINE: Self = Self { decimal_mark: '.', group_mark: None };
}

impl Money {
    /// The number in machine form with all its decimals and without the code: `4.50`, `-0.05`, `0.00012345`.
    #[must_use]
    pub fn to_decimal_string(self) -> String {
        self.format(&MoneyFormat::MACHINE)
    }

    /// The number as `format` writes it, with all its decimals and without the code: `1.234,50`.
    #[must_use]
    pub fn format(self, format: &MoneyFormat) -> String {
        let (whole, fraction) = split(self.minor().unsigned_abs(), self.currency());
        let mut text = String::new();
        if self.is_negative() {
            text.push('-');
        }
        push_grouped(&mut text, &whole, format.group_mark);
        if !fraction.is_empty() {
            text.push(format.decimal_mark);
            text.push_str(&fraction);
        }
        text
    }
}

/// The machine form and the code: `4.50 EUR`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.to_decimal_string(), self.currency()))
    }
}

/// The digits before and after the decimal mark.
fn split(magnitude: u64, currency: Currency) -> (String, String) {
    let scale = usize::from(currency.scale());
    let mut whole = format!("{magnitude:0width$}", width = scale + 1);
    let fraction = whole.split_off(whole.len() - scale);
    (whole, fraction)
}

fn push_grouped(text: &mut String, whole: &str, mark: Option<char>) {
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.len() - index;
        if let Some(mark) = mark.filter(|_| index > 0 && left.is_multiple_of(3)) {
            text.push(mark);
        }
        text.push(digit);
    }
}
