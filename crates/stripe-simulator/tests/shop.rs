//! A shop that talks to a simulator: typed by `async-stripe`, and in plain form parameters where a typed client can't say
//! what is wrong.

use serde_json::Value;
use stripe::{Client, IdempotencyKey, RequestStrategy};
use stripe_core::payment_intent::CreatePaymentIntent;
use stripe_shared::PaymentIntent;
use stripe_simulator::{SECRET_KEY, Setup, Simulator};
use stripe_types::Currency;

/// The version `async-stripe` speaks.
pub(crate) const ENDIVE: &str = "2026-09-30.endive";

pub(crate) struct Shop {
    pub(crate) simulator: Simulator,
    pub(crate) client: Client,
    http: reqwest::Client,
}

/// A plain answer.
#[derive(Debug)]
pub(crate) struct Plain {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) headers: reqwest::header::HeaderMap,
}

impl Plain {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap()
    }

    /// `code` of the error, or its `type` when it has none.
    pub(crate) fn error(&self) -> &str {
        let error = &self.body["error"];
        error["code"].as_str().or(error["type"].as_str()).unwrap_or("no error")
    }
}

impl Shop {
    pub(crate) fn open() -> Self {
        Self::with(Setup::default())
    }

    pub(crate) fn with(setup: Setup) -> Self {
        let simulator = Simulator::start(setup).unwrap();
        let client = client(&simulator, SECRET_KEY);
        Self { simulator, client, http: reqwest::Client::new() }
    }

    /// A payment that is confirmed at once with a test card.
    pub(crate) async fn pay(&self, amount: i64, card: &str) -> PaymentIntent {
        confirmed(amount, card).send(&self.client).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> Plain {
        self.post_with(path, form, &[]).await
    }

    /// With further headers; one that stands for the key replaces it.
    pub(crate) async fn post_with(&self, path: &str, form: &str, headers: &[(&str, &str)]) -> Plain {
        self.try_post(path, form, headers).await.unwrap()
    }

    pub(crate) async fn try_post(
        &self,
        path: &str,
        form: &str,
        headers: &[(&str, &str)],
    ) -> Result<Plain, reqwest::Error> {
        let request = self.http.post(format!("{}{path}", self.simulator.url()));
        let request =
            request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
        send(request, headers).await
    }

    pub(crate) async fn get(&self, path: &str) -> Plain {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Plain {
        send(self.http.get(format!("{}{path}", self.simulator.url())), headers).await.unwrap()
    }
}

pub(crate) fn client(simulator: &Simulator, key: &str) -> Client {
    // With two providers compiled in, the client finds none by itself; whoever set one first stays.
    let _was_set = rustls::crypto::aws_lc_rs::default_provider().install_default();
    stripe::ClientBuilder::new(key).url(format!("{}/", simulator.url())).build().unwrap()
}

pub(crate) fn confirmed(amount: i64, card: &str) -> CreatePaymentIntent {
    let methods = stripe_core::payment_intent::CreatePaymentIntentAutomaticPaymentMethods {
        allow_redirects: Some(
            stripe_core::payment_intent::CreatePaymentIntentAutomaticPaymentMethodsAllowRedirects::Never,
        ),
        enabled: true,
    };
    CreatePaymentIntent::new(amount, Currency::EUR)
        .automatic_payment_methods(methods)
        .payment_method(card)
        .confirm(true)
}

pub(crate) fn key(text: &str) -> RequestStrategy {
    RequestStrategy::Idempotent(IdempotencyKey::new(text).unwrap())
}

async fn send(request: reqwest::RequestBuilder, headers: &[(&str, &str)]) -> Result<Plain, reqwest::Error> {
    let mut request = request;
    if !headers.iter().any(|(name, _)| *name == "authorization") {
        request = request.bearer_auth(SECRET_KEY);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await?;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = serde_json::from_slice(&answer.bytes().await?).unwrap();
    Ok(Plain { status, body, headers })
}
