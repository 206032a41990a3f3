//! `[rail.stripe]`: cards through Stripe. The key is no setting: it lives in the OS keyring, and whether it fits the mode
//! only the rail can tell.

use payment::card::CaptureMode;
use toml::Value;

use crate::key::{Form, Key};
use crate::{Mode, Problem};

/// Stripe itself.
const API_BASE: &str = "https://api.stripe.com";
const API_BASE_CHARS_MAX: usize = 200;
const READER_CHARS_MAX: usize = 100;

/// Cards through Stripe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stripe {
    /// Offered at the till.
    pub enabled: bool,
    /// Where Stripe is: `https://api.stripe.com`, or a stand-in's address in sandbox.
    pub api_base: String,
    /// Stripe's name of the reader on the counter (`tmr_…`); `None` when there is none.
    pub reader: Option<String>,
    /// When the money of a card is taken, unless the clerk says otherwise.
    pub capture: CaptureMode,
}

impl Stripe {
    /// Practice takes simulated cards at once; elsewhere there is no key yet.
    pub(crate) fn defaults(mode: Mode) -> Self {
        Self {
            enabled: mode == Mode::Practice,
            api_base: API_BASE.to_owned(),
            reader: None,
            capture: CaptureMode::AtOnce,
        }
    }

    /// The stand-in's address; `None` when Stripe itself is meant.
    #[must_use]
    pub fn elsewhere(&self) -> Option<&str> {
        Some(self.api_base.trim_end_matches('/')).filter(|base| *base != API_BASE)
    }

    pub(crate) fn check(&self, mode: Mode) -> Result<(), Problem> {
        let base = |message| Problem::new("rail.stripe.api_base", message);
        check_address(&self.api_base).map_err(base)?;
        if mode == Mode::Live && self.elsewhere().is_some() {
            return Err(base("live mode asks Stripe itself: write \"https://api.stripe.com\""));
        }
        let is_reader = |reader: &String| {
            reader.len() <= READER_CHARS_MAX
                && reader.strip_prefix("tmr_").is_some_and(|id| {
                    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                })
        };
        if self.reader.as_ref().is_some_and(|reader| !is_reader(reader)) {
            return Err(Problem::new(
                "rail.stripe.reader",
                "write Stripe's name of the reader, such as tmr_1",
            ));
        }
        Ok(())
    }
}

/// A scheme and a host, encrypted unless it is this machine.
fn check_address(address: &str) -> Result<(), &'static str> {
    const EXAMPLE: &str = "write the address as https://api.stripe.com, or a stand-in's on this machine as \
                           http://127.0.0.1:8430";
    let is_plain = address.len() <= API_BASE_CHARS_MAX && address.bytes().all(|byte| byte.is_ascii_graphic());
    let (scheme, rest) = address.split_once("://").filter(|_| is_plain).ok_or(EXAMPLE)?;
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.is_empty() || authority.contains(['/', '?', '#', '@']) {
        return Err(EXAMPLE);
    }
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    match (scheme, host) {
        ("https", _) | ("http", "127.0.0.1" | "localhost" | "[::1]") => Ok(()),
        ("http", _) => Err("only this machine is asked without encryption: begin with https://"),
        _ => Err(EXAMPLE),
    }
}

pub(crate) const KEYS: &[Key] = &[
    Key {
        path: "rail.stripe.enabled",
        form: Form::Toml,
        show: |s| Value::Boolean(s.stripe.enabled),
        read: |s, field| {
            s.stripe.enabled = field.flag()?;
            Ok(())
        },
    },
    Key {
        path: "rail.stripe.api_base",
        form: Form::Text,
        show: |s| Value::String(s.stripe.api_base.clone()),
        read: |s, field| {
            field.text()?.trim().clone_into(&mut s.stripe.api_base);
            Ok(())
        },
    },
    Key {
        path: "rail.stripe.reader",
        form: Form::Text,
        show: |s| Value::String(s.stripe.reader.clone().unwrap_or_default()),
        read: |s, field| {
            let reader = field.text()?.trim();
            s.stripe.reader = (!reader.is_empty()).then(|| reader.to_owned());
            Ok(())
        },
    },
    Key {
        path: "rail.stripe.capture",
        form: Form::Text,
        show: |s| Value::String(s.stripe.capture.name().to_owned()),
        read: |s, field| {
            let unknown = || field.problem("write \"at_once\" or \"later\"");
            let text = field.text()?;
            let found = CaptureMode::ALL.iter().find(|(_, name)| *name == text);
            s.stripe.capture = found.map(|(mode, _)| *mode).ok_or_else(unknown)?;
            Ok(())
        },
    },
];
