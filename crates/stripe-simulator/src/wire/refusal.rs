//! What Stripe answers instead of what was asked for: a status and an error object.
//!
//! The words are Stripe's own where they are known, because clients match on them.

use serde_json::{Map, Value, json};

/// The class of an error, as clients switch on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusalKind {
    Api,
    Card,
    Idempotency,
    InvalidRequest,
}

impl RefusalKind {
    fn name(self) -> &'static str {
        match self {
            Self::Api => "api_error",
            Self::Card => "card_error",
            Self::Idempotency => "idempotency_error",
            Self::InvalidRequest => "invalid_request_error",
        }
    }
}

/// An error answer. It is a box, because results are handed through many hands and most are no errors.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal(Box<Error>);

#[derive(Clone, Debug, PartialEq)]
struct Error {
    status: u16,
    kind: RefusalKind,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
    /// Further fields: `decline_code`, and the objects the error is about.
    about: Map<String, Value>,
}

impl Refusal {
    pub(crate) fn new(status: u16, kind: RefusalKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(Box::new(Error { status, kind, code: None, message, param: None, about: Map::new() }))
    }

    /// A request that can't be carried out, 400.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, RefusalKind::InvalidRequest, message)
    }

    pub(crate) fn code(mut self, code: &'static str) -> Self {
        self.0.code = Some(code);
        self
    }

    pub(crate) fn param(mut self, param: impl Into<String>) -> Self {
        self.0.param = Some(param.into());
        self
    }

    /// Adds a field, such as the object the error is about.
    pub(crate) fn about(mut self, name: &str, value: Value) -> Self {
        self.0.about.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn malformed(key: &str) -> Self {
        Self::invalid(format!("Invalid request: we could not read the parameter name '{key}'."))
    }

    pub(crate) fn unknown(param: &str) -> Self {
        let message = format!("Received unknown parameter: {param}");
        Self::invalid(message).code("parameter_unknown").param(param)
    }

    pub(crate) fn missing(param: &str) -> Self {
        Self::invalid(format!("Missing required param: {param}.")).code("parameter_missing").param(param)
    }

    pub(crate) fn empty(param: &str) -> Self {
        let message = format!(
            "You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; \
             however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty \
             value."
        );
        Self::invalid(message).code("parameter_invalid_empty").param(param)
    }

    /// No object of that kind has that id. `kind` is what people call it: `payment_intent`, `customer`.
    pub(crate) fn no_such(kind: &str, id: &str, param: &str) -> Self {
        let message = format!("No such {kind}: '{id}'");
        Self::invalid(message).code("resource_missing").param(param)
    }

    /// The same for the id in the path, which Stripe answers with 404.
    pub(crate) fn not_found(kind: &str, id: &str) -> Self {
        let mut refusal = Self::no_such(kind, id, "id");
        refusal.0.status = 404;
        refusal
    }

    pub(crate) fn no_such_address(method: &str, path: &str) -> Self {
        let message = format!("Unrecognized request URL ({method}: {path}).");
        Self::new(404, RefusalKind::InvalidRequest, message)
    }

    pub(crate) fn status(&self) -> u16 {
        self.0.status
    }

    pub(crate) fn code_word(&self) -> Option<&'static str> {
        self.0.code
    }

    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// The error object alone, as `last_payment_error` shows it.
    pub(crate) fn object(&self) -> Value {
        let error = &self.0;
        let mut object = error.about.clone();
        object.insert("type".to_owned(), error.kind.name().into());
        object.insert("message".to_owned(), error.message.as_str().into());
        if let Some(code) = error.code {
            object.insert("code".to_owned(), code.into());
            object.insert("doc_url".to_owned(), format!("https://docs.stripe.com/error-codes#{code}").into());
        }
        if let Some(param) = &error.param {
            object.insert("param".to_owned(), param.as_str().into());
        }
        Value::Object(object)
    }

    /// The whole body.
    pub(crate) fn body(&self) -> Value {
        json!({ "error": self.object() })
    }
}
