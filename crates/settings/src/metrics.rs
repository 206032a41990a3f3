//! `[metrics]`: where a monitoring program on this machine may read what the till measures of itself.

use std::net::SocketAddr;

use toml::Value;

use crate::Problem;
use crate::key::{Form, Key};

/// An address to write, for whoever needs one.
const EXAMPLE: &str = "127.0.0.1:9464";

/// Figures for a monitoring program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// The loopback address to serve them at; `None` when they are not served.
    pub listen: Option<SocketAddr>,
}

impl Metrics {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let Some(listen) = self.listen else { return Ok(()) };
        if !listen.ip().is_loopback() {
            let message = format!("{listen} can be reached from other machines: write \"{EXAMPLE}\"");
            return Err(Problem::new("metrics.listen", message));
        }
        if listen.port() == 0 {
            let message = format!("nobody would find it without a port: write \"{EXAMPLE}\"");
            return Err(Problem::new("metrics.listen", message));
        }
        Ok(())
    }
}

pub(crate) const KEYS: &[Key] = &[Key {
    path: "metrics.listen",
    form: Form::Text,
    show: |s| Value::String(s.metrics.listen.map(|listen| listen.to_string()).unwrap_or_default()),
    read: |s, field| {
        let text = field.text()?.trim();
        let address = || {
            let message = format!("write an address and a port such as \"{EXAMPLE}\", or \"\" for none");
            text.parse().map_err(|_| field.problem(message))
        };
        s.metrics.listen = if text.is_empty() { None } else { Some(address()?) };
        Ok(())
    },
}];
