//! What a failed call allows next. The client tells little of its transport, so what is certain is told from the words of
//! its error: only a connection that never came to be means that nothing was sent.

use payment::RailError;
use stripe::StripeError;
use stripe_shared::{ApiErrors, ApiErrorsCode, ApiErrorsType};

/// How the client's transport says that it found nobody: the connector failed, so no request left. A test holds these
/// words against a port that nobody listens on.
const NOT_CONNECTED: &str = "client error (Connect)";

/// The class of a failed call.
pub(crate) fn failure(error: &StripeError) -> RailError {
    match error {
        StripeError::Stripe(told, status) => refused(told, *status),
        StripeError::ClientError(words) if words.contains(NOT_CONNECTED) => {
            RailError::NotSent("Stripe can't be reached: check the internet connection".to_owned())
        }
        StripeError::ClientError(_) => RailError::Unknown("the connection to Stripe broke off".to_owned()),
        StripeError::Timeout => RailError::Unknown("Stripe did not answer in time".to_owned()),
        StripeError::JSONDeserialize(words) => {
            RailError::Unknown(format!("Stripe's answer can't be read: {words}"))
        }
        StripeError::ConfigError(words) => RailError::Misconfigured(words.clone()),
    }
}

/// Was the object never there?
pub(crate) fn is_missing(error: &StripeError) -> bool {
    matches!(error, StripeError::Stripe(told, 404) if told.code == Some(ApiErrorsCode::ResourceMissing))
}

/// Does a parameter of the call name an object that is not there?
pub(crate) fn lacks(error: &StripeError, param: &str) -> bool {
    matches!(error, StripeError::Stripe(told, 400 | 404)
        if told.code == Some(ApiErrorsCode::ResourceMissing) && told.param.as_deref() == Some(param))
}

/// The code of a refusal.
pub(crate) fn code(error: &StripeError) -> Option<&ApiErrorsCode> {
    match error {
        StripeError::Stripe(told, _) => told.code.as_ref(),
        _ => None,
    }
}

/// An answer that is no success (<https://docs.stripe.com/api/errors>). A server's error may come after it acted.
fn refused(told: &ApiErrors, status: u16) -> RailError {
    let words = words(told);
    match status {
        // The card may have been charged all the same
        // (<https://docs.stripe.com/terminal/payments/collect-card-payment#handle-errors>).
        _ if told.code == Some(ApiErrorsCode::TerminalReaderTimeout) => RailError::Unknown(words),
        401 => RailError::Misconfigured("Stripe does not accept the key: store a current one".to_owned()),
        403 => RailError::Misconfigured(format!("the key lacks a permission: {words}")),
        402 => RailError::Declined(words),
        409 => RailError::Unknown("Stripe is still at the same request".to_owned()),
        429 if told.code == Some(ApiErrorsCode::LockTimeout) => RailError::Unknown(words),
        429 => RailError::NotSent("Stripe asks for fewer requests at a time".to_owned()),
        500.. => RailError::Unknown(format!("Stripe has a problem of its own ({status})")),
        _ if told.type_ == ApiErrorsType::CardError => RailError::Declined(words),
        _ => RailError::Protocol(words),
    }
}

fn words(told: &ApiErrors) -> String {
    let code = told.code.as_ref().map(ApiErrorsCode::as_str);
    told.message.clone().or(code.map(str::to_owned)).unwrap_or_else(|| told.type_.as_str().to_owned())
}
