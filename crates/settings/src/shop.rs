//! `[shop]`: who sells, in which currency and language, and for how long a quote holds.

use money::{Currency, CurrencyError, Percent};
use toml::Value;

use crate::key::{Form, Key};
use crate::{Mode, Problem};

const NAME_CHARS_MAX: usize = 80;
const RECEIPT_CHARS_MAX: usize = 500;
const QUOTE_MINUTES_DEFAULT: u16 = 15;
const QUOTE_MINUTES_MAX: u16 = 1440;
const TOLERANCE_MAX: &str = "5";

/// The shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// Name on screens and receipts, one line.
    pub name: String,
    /// The unit of account.
    pub currency: Currency,
    /// The language of the screens.
    pub language: Language,
    /// Lines under the name on the receipt; may be empty.
    pub receipt_header: String,
    /// Lines at the end of the receipt; may be empty.
    pub receipt_footer: String,
    /// How long a quote lives, in minutes, 1 to 1440.
    pub quote_minutes: u16,
    /// Underpayment accepted, 0 to 5 percent.
    pub tolerance: Percent,
}

/// A language that every string is translated to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// German.
    De,
}

impl Language {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::En, Self::De];

    /// Its code (ISO 639-1).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// Finds a language by its code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|language| language.code() == code)
    }
}

impl Shop {
    pub(crate) fn defaults(mode: Mode) -> Self {
        let name = match mode {
            Mode::Practice | Mode::Sandbox => "Corner Café",
            Mode::Live => "My shop",
        };
        Self {
            name: name.to_owned(),
            currency: Currency::iso("EUR").expect("ISO 4217 lists the euro"),
            language: Language::En,
            receipt_header: String::new(),
            receipt_footer: String::new(),
            quote_minutes: QUOTE_MINUTES_DEFAULT,
            tolerance: Percent::ZERO,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        if self.name.trim().is_empty() {
            return Err(Problem::new("shop.name", "write the name of the shop"));
        }
        check_text("shop.name", &self.name, NAME_CHARS_MAX, char::is_control)?;
        if !self.currency.is_fiat() {
            return Err(Problem::new("shop.currency", "write an ISO 4217 code, such as EUR"));
        }
        let is_odd = |character: char| character.is_control() && character != '\n';
        check_text("shop.receipt_header", &self.receipt_header, RECEIPT_CHARS_MAX, is_odd)?;
        check_text("shop.receipt_footer", &self.receipt_footer, RECEIPT_CHARS_MAX, is_odd)?;
        if !(1..=QUOTE_MINUTES_MAX).contains(&self.quote_minutes) {
            let message = format!("write a whole number of minutes from 1 to {QUOTE_MINUTES_MAX}");
            return Err(Problem::new("shop.quote_minutes", message));
        }
        at_most("shop.tolerance_percent", self.tolerance, TOLERANCE_MAX)
    }
}

/// Reads a currency that prices can be in: bitcoin is money to be paid with, not to account in.
pub(crate) fn unit_of_account(code: &str) -> Result<Currency, String> {
    Currency::iso(code).map_err(|error| match error {
        CurrencyError::Unknown { code } => {
            format!("unknown currency {code}: write an ISO 4217 code, such as EUR")
        }
        other => other.to_string(),
    })
}

/// Refuses a percentage above `max`, which must be one itself.
pub(crate) fn at_most(key: &str, percent: Percent, max: &str) -> Result<(), Problem> {
    if Percent::parse(max).is_ok_and(|max| percent <= max) {
        return Ok(());
    }
    Err(Problem::new(key, format!("write a percentage from 0 to {max}, such as \"{max}\"")))
}

fn check_text(key: &str, text: &str, chars_max: usize, is_odd: impl Fn(char) -> bool) -> Result<(), Problem> {
    if text.chars().count() > chars_max {
        return Err(Problem::new(key, format!("write at most {chars_max} characters")));
    }
    if text.chars().any(is_odd) {
        return Err(Problem::new(key, "take out the control characters"));
    }
    Ok(())
}

pub(crate) const KEYS: &[Key] = &[
    Key {
        path: "shop.name",
        form: Form::Text,
        show: |s| Value::String(s.shop.name.clone()),
        read: |s, field| {
            s.shop.name = field.text()?.to_owned();
            Ok(())
        },
    },
    Key {
        path: "shop.currency",
        form: Form::Text,
        show: |s| Value::String(s.shop.currency.to_string()),
        read: |s, field| {
            s.adopt(field.parsed(unit_of_account)?);
            Ok(())
        },
    },
    Key {
        path: "shop.language",
        form: Form::Text,
        show: |s| Value::String(s.shop.language.code().to_owned()),
        read: |s, field| {
            let language = Language::from_code(field.text()?);
            s.shop.language = language.ok_or_else(|| field.problem("write \"en\" or \"de\""))?;
            Ok(())
        },
    },
    Key {
        path: "shop.receipt_header",
        form: Form::Text,
        show: |s| Value::String(s.shop.receipt_header.clone()),
        read: |s, field| {
            s.shop.receipt_header = field.text()?.to_owned();
            Ok(())
        },
    },
    Key {
        path: "shop.receipt_footer",
        form: Form::Text,
        show: |s| Value::String(s.shop.receipt_footer.clone()),
        read: |s, field| {
            s.shop.receipt_footer = field.text()?.to_owned();
            Ok(())
        },
    },
    Key {
        path: "shop.quote_minutes",
        form: Form::Toml,
        show: |s| Value::Integer(s.shop.quote_minutes.into()),
        read: |s, field| {
            s.shop.quote_minutes = field.count()?;
            Ok(())
        },
    },
    Key {
        path: "shop.tolerance_percent",
        form: Form::Text,
        show: |s| Value::String(s.shop.tolerance.to_string()),
        read: |s, field| {
            s.shop.tolerance = field.parsed(Percent::parse)?;
            Ok(())
        },
    },
];
