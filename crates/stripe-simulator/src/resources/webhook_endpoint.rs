//! Webhooks: where events are sent to, signed, and sent again until they are taken.

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::account::Account;
use crate::clock::DAY;
use crate::defect::Defect;
use crate::route::{Route, Turn, delete, get, page_of, post};
use crate::wire::{Metadata, MetadataChange, Params, Refusal, Row};

use super::event::is_of_kind;

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/webhook_endpoints", "webhook", create),
    get("/v1/webhook_endpoints", "webhook", list),
    get("/v1/webhook_endpoints/:id", "webhook", retrieve),
    post("/v1/webhook_endpoints/:id", "webhook", update),
    delete("/v1/webhook_endpoints/:id", "webhook", remove),
];

/// Seconds between the tries to deliver; after the last one the event is given up.
const PAUSES: &[i64] = &[60, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 10 * 3_600, DAY / 2, DAY / 2, DAY / 2];

/// Where events go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WebhookEndpoint {
    id: String,
    created: i64,
    url: String,
    enabled_events: Vec<String>,
    is_enabled: bool,
    is_deleted: bool,
    description: Option<String>,
    metadata: Metadata,
    secret: String,
    api_version: Option<String>,
}

impl Row for WebhookEndpoint {
    const KIND: &'static str = "webhook endpoint";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        if self.is_deleted {
            return json!({ "id": self.id, "object": "webhook_endpoint", "deleted": true });
        }
        json!({
            "id": self.id, "object": "webhook_endpoint", "api_version": self.api_version, "application": null,
            "created": self.created, "description": self.description, "enabled_events": self.enabled_events,
            "livemode": false, "metadata": self.metadata,
            "status": if self.is_enabled { "enabled" } else { "disabled" }, "url": self.url,
        })
    }
}

impl WebhookEndpoint {
    fn takes(&self, kind: &str) -> bool {
        self.is_enabled
            && !self.is_deleted
            && self.enabled_events.iter().any(|wanted| is_of_kind(kind, wanted))
    }
}

/// An event that is to be sent to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Delivery {
    due: i64,
    endpoint: String,
    event: String,
    tries: usize,
}

/// What waits to be sent.
#[derive(Debug, Default)]
pub(crate) struct Outbox(Vec<Delivery>);

impl Outbox {
    pub(crate) fn waiting(&self) -> usize {
        self.0.len()
    }
}

/// A signed event on its way.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) url: String,
    pub(crate) body: String,
    pub(crate) signature: String,
    delivery: Delivery,
}

impl Account {
    /// Puts an event into the outbox for each endpoint that takes its kind.
    pub(crate) fn deliver(&mut self, kind: &str, event: &str) {
        let takers = self.webhook_endpoints.oldest_first().filter(|endpoint| endpoint.takes(kind));
        let delivery = |endpoint: &WebhookEndpoint| Delivery {
            due: self.now,
            endpoint: endpoint.id.clone(),
            event: event.to_owned(),
            tries: 0,
        };
        let deliveries: Vec<Delivery> = takers.map(delivery).collect();
        self.events.add_pending(event, deliveries.len());
        self.outbox.0.extend(deliveries);
    }

    /// Takes out what is to be sent now, signed at this moment.
    pub(crate) fn take_letters(&mut self) -> Vec<Letter> {
        let now = self.now;
        let (due, later) =
            std::mem::take(&mut self.outbox.0).into_iter().partition(|delivery| delivery.due <= now);
        self.outbox.0 = later;
        let due: Vec<Delivery> = due;
        due.into_iter().filter_map(|delivery| self.letter(delivery)).collect()
    }

    fn letter(&self, delivery: Delivery) -> Option<Letter> {
        let endpoint =
            self.webhook_endpoints.get(&delivery.endpoint).filter(|endpoint| !endpoint.is_deleted)?;
        let body = format!("{:#}", self.rendered_event(self.events.get(&delivery.event)?));
        let secret =
            if self.has(Defect::SignsWithAnotherSecret) { "whsec_another" } else { &endpoint.secret };
        let signature = sign(secret, self.now, &body);
        Some(Letter { url: endpoint.url.clone(), body, signature, delivery })
    }

    /// The endpoint took a letter, or the letter is to be sent again later.
    pub(crate) fn settle(&mut self, letter: Letter, was_taken: bool) {
        let Delivery { endpoint, event, tries, .. } = letter.delivery;
        if was_taken {
            self.events.delivered(&event);
        } else if let Some(pause) = PAUSES.get(tries) {
            self.outbox.0.push(Delivery { due: self.now + pause, endpoint, event, tries: tries + 1 });
        }
    }
}

/// The header `Stripe-Signature`. Source: <https://docs.stripe.com/webhooks#verify-manually>.
pub(crate) fn sign(secret: &str, time: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .expect("HMAC takes a key of any length, by its definition");
    mac.update(format!("{time}.{body}").as_bytes());
    format!("t={time},v1={}", hex::encode(mac.finalize().into_bytes()))
}

fn read_events(params: &mut Params) -> Result<Vec<String>, Refusal> {
    params.texts("enabled_events")
}

fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (url, enabled_events, api_version, description, metadata) = turn.read(|params| {
        let (url, events) = (params.required_text("url")?, read_events(params)?);
        if events.is_empty() {
            return Err(Refusal::missing("enabled_events"));
        }
        let (version, description) = (params.text("api_version")?, params.text("description")?);
        Ok((url, events, version, description, MetadataChange::read(params)?))
    })?;
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(Refusal::invalid("Invalid URL: An explicit scheme (such as https) must be provided.")
            .param("url"));
    }
    let account = &mut *turn.account;
    let endpoint = WebhookEndpoint {
        id: account.ids.next("we_"),
        created: account.now,
        url,
        enabled_events,
        is_enabled: true,
        is_deleted: false,
        description,
        metadata: metadata.fresh(),
        secret: format!("whsec_{}", account.ids.letters("webhook secret")),
        api_version,
    };
    account.webhook_endpoints.put(endpoint.clone());
    let mut rendered = endpoint.render();
    // The secret is shown this once.
    rendered["secret"] = json!(endpoint.secret);
    Ok(rendered)
}

fn living(turn: &Turn<'_>) -> Result<WebhookEndpoint, Refusal> {
    let endpoint = turn.account.webhook_endpoints.find(&turn.id())?;
    let gone = || Refusal::not_found(WebhookEndpoint::KIND, &turn.id());
    (!endpoint.is_deleted).then(|| endpoint.clone()).ok_or_else(gone)
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    living(turn).map(|endpoint| endpoint.render())
}

fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (url, events, disabled, metadata) = turn.read(|params| {
        let (url, disabled) = (params.text("url")?, params.flag("disabled")?);
        Ok((url, read_events(params)?, disabled, MetadataChange::read(params)?))
    })?;
    let mut endpoint = living(turn)?;
    endpoint.url = url.unwrap_or(endpoint.url);
    if !events.is_empty() {
        endpoint.enabled_events = events;
    }
    endpoint.is_enabled = disabled.map_or(endpoint.is_enabled, |disabled| !disabled);
    metadata.apply(&mut endpoint.metadata);
    turn.account.webhook_endpoints.put(endpoint.clone());
    Ok(endpoint.render())
}

fn remove(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    let mut endpoint = living(turn)?;
    endpoint.is_deleted = true;
    turn.account.webhook_endpoints.put(endpoint.clone());
    Ok(endpoint.render())
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, ()) = turn.read_page(|_| Ok(()))?;
    let living = turn.account.webhook_endpoints.newest_first().filter(|endpoint| !endpoint.is_deleted);
    page_of(living, &wish, range, "/v1/webhook_endpoints")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_hmac_of_time_and_body() {
        // The second half was computed by another program.
        let expected = "t=1700000000,v1=35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91";
        assert_eq!(sign("whsec_test", 1_700_000_000, "{}"), expected);
    }
}
