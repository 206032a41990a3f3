//! Events: what happened, newest first, each with its object frozen as it was.

use serde_json::{Value, json};

use crate::account::{Account, RequestMark};
use crate::clock::DAY;
use crate::defect::Defect;
use crate::fault::EventFault;
use crate::route::{Route, Turn, get, page_of};
use crate::wire::{ApiVersion, Refusal, Row};

pub(crate) const ROUTES: &[Route] =
    &[get("/v1/events", "event", list), get("/v1/events/:id", "event", retrieve)];

/// So long events can be read.
const KEPT_FOR: i64 = 30 * DAY;
const TYPES_MAX: usize = 20;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: String,
    created: i64,
    /// The place among the events of its second.
    rank: i64,
    pub(crate) kind: &'static str,
    object: Value,
    request: Option<RequestMark>,
    /// Endpoints that have not taken it yet.
    pub(crate) pending: usize,
}

impl Row for Event {
    const KIND: &'static str = "event";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        let (request, key) = self
            .request
            .as_ref()
            .map_or((None, None), |request| (Some(request.id.as_str()), request.idempotency_key.as_deref()));
        json!({
            "id": self.id, "object": "event", "api_version": ApiVersion::default().as_str(), "created": self.created,
            "data": { "object": self.object }, "livemode": false, "pending_webhooks": self.pending,
            "request": { "id": request, "idempotency_key": key }, "type": self.kind,
        })
    }
}

/// Every event, in the order of time; those that are held back stand aside.
#[derive(Debug, Default)]
pub(crate) struct EventLog {
    listed: Vec<Event>,
    held: Vec<Event>,
    emitted: i64,
}

impl EventLog {
    fn insert(&mut self, event: Event) {
        let place =
            self.listed.partition_point(|other| (other.created, other.rank) <= (event.created, event.rank));
        self.listed.insert(place, event);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Event> {
        self.listed.iter().rev().find(|event| event.id == id)
    }

    /// So many more deliveries of the event are under way.
    pub(crate) fn add_pending(&mut self, id: &str, count: usize) {
        if let Some(event) = self.get_mut(id) {
            event.pending += count;
        }
    }

    /// An endpoint took the event.
    pub(crate) fn delivered(&mut self, id: &str) {
        if let Some(event) = self.get_mut(id) {
            event.pending = event.pending.saturating_sub(1);
        }
    }

    fn get_mut(&mut self, id: &str) -> Option<&mut Event> {
        self.listed.iter_mut().rev().find(|event| event.id == id)
    }

    /// What can be read at that time, oldest first.
    fn readable(&self, now: i64) -> &[Event] {
        let first = self.listed.partition_point(|event| event.created < now - KEPT_FOR);
        &self.listed[first..]
    }
}

impl Account {
    /// Notes that something happened. `object` is frozen here.
    pub(crate) fn emit(&mut self, kind: &'static str, object: Value) {
        self.events.emitted += 1;
        let number = self.events.emitted;
        if number % 2 == 0 && self.has(Defect::LosesEvents) {
            return;
        }
        let event = Event {
            id: self.ids.next("evt_"),
            created: self.now,
            rank: number,
            kind,
            object,
            request: self.request.clone(),
            pending: 0,
        };
        match self.faults.strike_event(self.seed) {
            None => self.publish(event),
            Some(EventFault::HoldBack) => self.events.held.push(event),
            Some(EventFault::Reorder) => self.publish(Event { rank: -number, ..event }),
            Some(EventFault::Duplicate) => {
                let twin = Event { id: self.ids.next("evt_"), ..event.clone() };
                let id = event.id.clone();
                self.publish(event);
                self.deliver(kind, &id);
                self.publish(twin);
            }
        }
    }

    /// Lists an event at its place and sends it out.
    fn publish(&mut self, event: Event) {
        let (kind, id) = (event.kind, event.id.clone());
        self.events.insert(event);
        self.deliver(kind, &id);
    }

    /// Lists and sends what was held back.
    pub(crate) fn release_events(&mut self) {
        for event in std::mem::take(&mut self.events.held) {
            self.publish(event);
        }
    }

    pub(crate) fn rendered_event(&self, event: &Event) -> Value {
        let mut rendered = event.render();
        thaw(self, &mut rendered);
        rendered
    }
}

/// The defect that shows an object as it is now.
fn thaw(account: &Account, event: &mut Value) {
    if account.has(Defect::ThawsEvents) {
        let id = event["data"]["object"]["id"].as_str().unwrap_or_default();
        if let Some(object) = account.render(id) {
            event["data"]["object"] = object;
        }
    }
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    let id = turn.id();
    let found = turn.account.events.readable(turn.account.now).iter().find(|event| event.id == id);
    let event = found.ok_or_else(|| Refusal::not_found(Event::KIND, &id))?;
    Ok(turn.account.rendered_event(event))
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, kinds) = turn.read_page(|params| {
        let (kind, kinds) = (params.text("type")?, params.texts("types")?);
        if kinds.len() > TYPES_MAX {
            let message = format!("You may specify at most {TYPES_MAX} types.");
            return Err(Refusal::invalid(message).param("types"));
        }
        if kind.is_some() && !kinds.is_empty() {
            return Err(
                Refusal::invalid("You may only specify one of these parameters: type, types.").param("type")
            );
        }
        Ok(kind.map_or(kinds, |kind| vec![kind]))
    })?;
    let account = &*turn.account;
    let readable = account.events.readable(account.now);
    let fits = |event: &&Event| kinds.is_empty() || kinds.iter().any(|kind| is_of_kind(event.kind, kind));
    let mut list = if account.has(Defect::ListsEventsOldestFirst) {
        page_of(readable.iter().filter(fits), &wish, range, "/v1/events")?
    } else {
        page_of(readable.iter().rev().filter(fits), &wish, range, "/v1/events")?
    };
    if let Some(events) = list["data"].as_array_mut() {
        events.iter_mut().for_each(|event| thaw(account, event));
    }
    Ok(list)
}

/// `charge.*` and `*` stand for many.
pub(crate) fn is_of_kind(kind: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(beginning) => kind.starts_with(beginning),
        None => kind == wanted,
    }
}
