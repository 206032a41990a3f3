//! Reading amounts that people type, and the stricter form that programs exchange.
//!
//! A text is read only if it can mean one number; otherwise the refusal says what to write instead. So
//! `1,234` is refused where it could be one and a bit or a thousand and some, and no digit is ever dropped.

use thiserror::Error;

use crate::currency::shown;
use crate::rounding::signed;
use crate::{Currency, Money};

impl Money {
    /// Reads what a person typed: `4,50`, `1'234.5`, `1.234,50`, `1 234,50`, `0.00012345 BTC`.
    ///
    /// The decimal mark is a point or a comma. Groups of three digits may be set off by a point, a comma, an
    /// apostrophe or a blank, all by the same. A code after the number names its currency (ISO 4217, BTC, or
    /// the code of `default_currency`); without one the amount is in `default_currency`. Blanks around the whole
    /// text don't matter. Signs don't belong to typed amounts.
    ///
    /// # Errors
    /// [`ParseMoneyError`] says which rule the text breaks and what to write instead.
    pub fn parse(text: &str, default_currency: Currency) -> Result<Self, ParseMoneyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ParseMoneyError::Empty);
        }
        let (number, currency) = split_code(text, default_currency)?;
        let (whole, fraction) = TypedNumber::scan(number)?.read(currency)?;
        amount(false, &whole, &fraction, currency)
    }

    /// Reads the machine form: an optional `-`, digits, and at most one point between digits: `-1234.5`.
    ///
    /// # Errors
    /// [`ParseMoneyError::NotMachineForm`], [`ParseMoneyError::TooManyDecimals`],
    /// [`ParseMoneyError::OutOfRange`].
    pub fn parse_exact(text: &str, currency: Currency) -> Result<Self, ParseMoneyError> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (whole, fraction) = plain_digits(digits).ok_or(ParseMoneyError::NotMachineForm)?;
        amount(negative, whole, fraction, currency)
    }
}

/// Why a text is not an amount, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseMoneyError {
    /// There is nothing but blanks.
    #[error("write an amount, such as 4.50")]
    Empty,
    /// The text doesn't begin with the number.
    #[error("begin with the number and write the currency code after it, such as 4.50 EUR")]
    NumberNotFirst,
    /// The code after the number is neither ISO 4217, nor BTC, nor the default's.
    #[error("unknown currency {code}: write an ISO 4217 code such as EUR, or BTC, or none")]
    UnknownCurrency {
        /// What was written, shortened and with odd characters escaped.
        code: String,
    },
    /// The number is finer than the currency's minor unit.
    #[error("{currency} has {} digits after the decimal mark: write no more", currency.scale())]
    TooManyDecimals {
        /// The currency of the amount.
        currency: Currency,
    },
    /// The one mark in the number could be for decimals or for thousands.
    #[error("{typed} can be read in two ways: write {first} or {second}")]
    AmbiguousGrouping {
        /// The number as typed.
        typed: String,
        /// One way to make it clear.
        first: String,
        /// Another way to make it clear.
        second: String,
    },
    /// The one mark in the number is for thousands, or else there are too many decimals.
    #[error("{typed}: write {grouped}, or at most {} digits after the mark", currency.scale())]
    GroupedOrTooFine {
        /// The number as typed.
        typed: String,
        /// The number with its decimals, when the mark was for thousands.
        grouped: String,
        /// The currency of the amount.
        currency: Currency,
    },
    /// `1e5`.
    #[error("write all digits of the amount instead of an exponent, such as 100000")]
    Exponent,
    /// A plus or minus.
    #[error("write the amount without a plus or minus sign")]
    Sign,
    /// A blank that doesn't set off three digits.
    #[error("take out the blank, or use it only between groups of three digits, such as 1 234.50")]
    MisplacedBlank,
    /// A digit of another script than 0 to 9.
    #[error("write the digits 0 to 9 instead of {digit:?}")]
    ForeignDigit {
        /// The digit.
        digit: char,
    },
    /// A character that no amount contains.
    #[error("take out {character:?}: write the amount in digits, such as 4.50")]
    UnexpectedCharacter {
        /// The character.
        character: char,
    },
    /// Groups that aren't three digits long, or are set off by different marks.
    #[error("group digits in threes and with the same mark, such as 1,234,567.50, or not at all")]
    BadGrouping,
    /// More than one decimal mark.
    #[error("write only one decimal mark, such as 1234.50")]
    TwoDecimalMarks,
    /// `.50`.
    #[error("write a digit before the decimal mark, such as 0.50")]
    MissingWhole,
    /// `5.`
    #[error("write digits after the decimal mark, such as 5.00, or leave the mark out")]
    MissingDecimals,
    /// More than 64 bits of minor units.
    #[error("the amount is larger than can be kept in {currency}: write a smaller one")]
    OutOfRange {
        /// The currency of the amount.
        currency: Currency,
    },
    /// A program wrote something else than the machine form.
    #[error("write digits with at most one point between them and no blanks or groups, such as 1234.50")]
    NotMachineForm,
}

/// The digits before and after the point of `1234.50` or `1234`, if the text is nothing but that.
pub(crate) fn plain_digits(text: &str) -> Option<(&str, &str)> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, fraction)) => (is_number(whole) && is_number(fraction)).then_some((whole, fraction)),
        None => is_number(text).then_some((text, "")),
    }
}

/// Both arguments are ASCII digits, of `whole` at least one.
fn amount(negative: bool, whole: &str, fraction: &str, currency: Currency) -> Result<Money, ParseMoneyError> {
    let scale = usize::from(currency.scale());
    if fraction.len() > scale {
        return Err(ParseMoneyError::TooManyDecimals { currency });
    }
    let magnitude = format!("{whole}{fraction:0<scale$}").parse().ok();
    let minor = magnitude.and_then(|magnitude| signed(negative, magnitude));
    minor.map(|minor| Money::new(minor, currency)).ok_or(ParseMoneyError::OutOfRange { currency })
}

/// The number, and the currency its code or else the default names.
///
/// Codes begin with a letter and numbers contain none, so the first letter begins the code.
fn split_code(text: &str, default_currency: Currency) -> Result<(&str, Currency), ParseMoneyError> {
    match text.find(|character: char| character.is_ascii_alphabetic()) {
        None => Ok((text, default_currency)),
        Some(0) => Err(ParseMoneyError::NumberNotFirst),
        Some(start) => {
            let (number, code) = text.split_at(start);
            if is_exponent(number, code) {
                return Err(ParseMoneyError::Exponent);
            }
            Ok((number.trim_end_matches(is_blank), currency_of(code, default_currency)?))
        }
    }
}

/// Whether the letters that end the number are the exponent of `1e5` or `1.5E-3`.
fn is_exponent(number: &str, code: &str) -> bool {
    let power = code.strip_prefix(['e', 'E']).map(|power| power.strip_prefix(['+', '-']).unwrap_or(power));
    power.is_some_and(|power| power.starts_with(|first: char| first.is_ascii_digit()))
        && number.ends_with(|last: char| last.is_ascii_digit() || matches!(last, '.' | ','))
}

fn currency_of(code: &str, default_currency: Currency) -> Result<Currency, ParseMoneyError> {
    if code.eq_ignore_ascii_case(default_currency.code()) {
        return Ok(default_currency);
    }
    Currency::from_code(code).map_err(|_| ParseMoneyError::UnknownCurrency { code: shown(code) })
}

/// A character between digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Point,
    Comma,
    Apostrophe,
    Blank,
}

impl Mark {
    fn read(character: char) -> Result<Self, ParseMoneyError> {
        match character {
            '.' => Ok(Self::Point),
            ',' => Ok(Self::Comma),
            '\'' | '\u{2019}' => Ok(Self::Apostrophe),
            blank if is_blank(blank) => Ok(Self::Blank),
            '+' | '-' | '\u{2212}' | '\u{2012}'..='\u{2014}' => Err(ParseMoneyError::Sign),
            digit if digit.is_numeric() => Err(ParseMoneyError::ForeignDigit { digit }),
            character => Err(ParseMoneyError::UnexpectedCharacter { character }),
        }
    }

    fn is_decimal(self) -> bool {
        matches!(self, Self::Point | Self::Comma)
    }
}

fn is_blank(character: char) -> bool {
    // The ordinary blank, the one that doesn't break lines, and its narrow sister that French typesetting uses.
    matches!(character, ' ' | '\u{a0}' | '\u{202f}')
}

/// Runs of digits and the marks between them: always one mark fewer than runs, and no run is empty.
struct TypedNumber {
    runs: Vec<String>,
    marks: Vec<Mark>,
}

impl TypedNumber {
    fn scan(number: &str) -> Result<Self, ParseMoneyError> {
        let mut run = String::new();
        let mut scanned = Self { runs: Vec::new(), marks: Vec::new() };
        for character in number.chars() {
            if character.is_ascii_digit() {
                run.push(character);
            } else {
                scanned.marks.push(Mark::read(character)?);
                scanned.runs.push(std::mem::take(&mut run));
            }
        }
        scanned.runs.push(run);
        scanned.refuse_empty_runs()?;
        Ok(scanned)
    }

    fn refuse_empty_runs(&self) -> Result<(), ParseMoneyError> {
        let Some(empty) = self.runs.iter().position(String::is_empty) else { return Ok(()) };
        let before = empty.checked_sub(1).and_then(|index| self.marks.get(index));
        Err(match (before, self.marks.get(empty)) {
            (Some(Mark::Blank), _) | (_, Some(Mark::Blank)) => ParseMoneyError::MisplacedBlank,
            (None, Some(mark)) if mark.is_decimal() => ParseMoneyError::MissingWhole,
            (Some(mark), None) if mark.is_decimal() => ParseMoneyError::MissingDecimals,
            (Some(mark), Some(next)) if mark.is_decimal() && next.is_decimal() => {
                ParseMoneyError::TwoDecimalMarks
            }
            _ => ParseMoneyError::BadGrouping,
        })
    }

    /// The digits before and after the decimal mark.
    fn read(&self, currency: Currency) -> Result<(String, String), ParseMoneyError> {
        let whole_only = |whole| (whole, String::new());
        let (Some((last, marks)), Some((fraction, runs))) = (self.marks.split_last(), self.runs.split_last())
        else {
            return Ok(whole_only(self.runs.concat()));
        };
        if !last.is_decimal() || marks.contains(last) {
            return self.read_groups().map(whole_only);
        }
        if self.could_be_thousands() {
            match currency.scale() {
                0 => return Ok(whole_only(self.runs.concat())),
                // Three digits are all the decimals there are, as in 1.234 KWD.
                3 => {}
                _ => return Err(self.ambiguous(*last, currency)),
            }
        }
        Ok((join_groups(runs, marks, ParseMoneyError::BadGrouping)?, fraction.clone()))
    }

    /// A number without a decimal mark.
    fn read_groups(&self) -> Result<String, ParseMoneyError> {
        let decimal_marks = self.marks.iter().any(|mark| mark.is_decimal());
        let otherwise =
            if decimal_marks { ParseMoneyError::TwoDecimalMarks } else { ParseMoneyError::BadGrouping };
        join_groups(&self.runs, &self.marks, otherwise)
    }

    fn could_be_thousands(&self) -> bool {
        self.marks.len() == 1 && is_grouped(&self.runs)
    }

    /// Only for a number of two runs.
    fn ambiguous(&self, mark: Mark, currency: Currency) -> ParseMoneyError {
        let mark = if mark == Mark::Comma { "," } else { "." };
        let (whole, typed) = (self.runs.concat(), self.runs.join(mark));
        // With fewer than three decimals the mark can only have meant thousands; with more, a further digit tells.
        let scale = usize::from(currency.scale());
        if scale < 3 {
            let grouped = format!("{whole}.{:0<1$}", "", scale);
            return ParseMoneyError::GroupedOrTooFine { typed, grouped, currency };
        }
        let second = format!("{}0", self.runs.join("."));
        ParseMoneyError::AmbiguousGrouping { typed, first: whole, second }
    }
}

/// The digits of groups of three set off by one kind of mark.
fn join_groups(
    runs: &[String],
    marks: &[Mark],
    otherwise: ParseMoneyError,
) -> Result<String, ParseMoneyError> {
    let same_mark = marks.windows(2).all(|pair| pair[0] == pair[1]);
    if marks.is_empty() || (same_mark && is_grouped(runs)) {
        return Ok(runs.concat());
    }
    Err(if marks.contains(&Mark::Blank) { ParseMoneyError::MisplacedBlank } else { otherwise })
}

/// Whether a first group of one to three digits, not beginning with zero, is followed by groups of three.
fn is_grouped(runs: &[String]) -> bool {
    runs.split_first().is_some_and(|(first, groups)| {
        first.len() <= 3 && !first.starts_with('0') && groups.iter().all(|group| group.len() == 3)
    })
}
