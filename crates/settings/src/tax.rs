//! `[tax]`: which rates the keypad offers, and whether prices contain them.

use money::Percent;
use toml::Value;

use crate::Problem;
use crate::key::{Form, Key};
use crate::shop::at_most;

const RATES_MAX: usize = 10;

/// Tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tax {
    /// Prices typed contain the tax.
    pub included: bool,
    /// Rates offered, the usual one first; at least one.
    pub rates: Vec<Percent>,
}

impl Tax {
    pub(crate) fn defaults() -> Self {
        let rates = ["20", "10", "0"].map(|rate| Percent::parse(rate).expect("a small whole percentage"));
        Self { included: true, rates: rates.into() }
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        if !(1..=RATES_MAX).contains(&self.rates.len()) {
            let message = format!("write 1 to {RATES_MAX} rates, the usual one first; \"0\" for no tax");
            return Err(Problem::new("tax.rates", message));
        }
        for (index, rate) in self.rates.iter().enumerate() {
            let key = format!("tax.rates.{}", index + 1);
            at_most(&key, *rate, "100")?;
            if self.rates[..index].contains(rate) {
                return Err(Problem::new(key, format!("the rate {rate} stands here twice: remove one")));
            }
        }
        Ok(())
    }
}

pub(crate) const KEYS: &[Key] = &[
    Key {
        path: "tax.included",
        form: Form::Toml,
        show: |s| Value::Boolean(s.tax.included),
        read: |s, field| {
            s.tax.included = field.flag()?;
            Ok(())
        },
    },
    Key {
        path: "tax.rates",
        form: Form::Toml,
        show: |s| s.tax.rates.iter().map(Percent::to_string).collect::<Vec<_>>().into(),
        read: |s, field| {
            s.tax.rates = field.parsed_items(Percent::parse)?;
            Ok(())
        },
    },
];
