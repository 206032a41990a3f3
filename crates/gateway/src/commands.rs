//! The table of commands, injected by whoever knows the till.

use axum::http::StatusCode;
use futures_util::future::BoxFuture;
use serde_json::Value;

/// Answers commands by name, as the window's own transport does.
pub trait Commands: Send + Sync {
    /// Runs the command `name`. An unknown name is refused with status 404.
    ///
    /// The future is dropped when the browser hangs up, so what a command started must not depend on being polled
    /// to its end.
    ///
    /// # Errors
    /// [`CommandRefused`], whose body is sent as it is.
    fn call<'a>(&'a self, name: &'a str, request: Value) -> BoxFuture<'a, Result<Value, CommandRefused>>;
}

/// A command was refused, or failed.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandRefused {
    /// The HTTP status that fits, 400 to 599; anything else is sent as 500.
    pub status_hint: u16,
    /// What the screens read: `{"code": …, "detail": …}`. Never holds a secret.
    pub body: Value,
}

impl CommandRefused {
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status_hint)
            .ok()
            .filter(|status| status.is_client_error() || status.is_server_error())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_never_sent_as_a_success() {
        let sent = |status_hint| CommandRefused { status_hint, body: Value::Null }.status().as_u16();
        assert_eq!([404, 503, 200, 302, 0, 999].map(sent), [404, 503, 500, 500, 500, 500]);
    }
}
