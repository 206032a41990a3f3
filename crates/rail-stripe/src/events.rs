//! What happened at Stripe, without a public address: the list of events (<https://docs.stripe.com/api/events/list>) is
//! read again and again. Events are kept thirty days, may come out of order and more than once, and hold what was true
//! when they were made; so each one only says which payment to read anew, and a window before the last one is read again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use miniserde::json::Value;
use payment::card::{CardCursor, CardLevel, CardReading, CardReport, CardSink};
use payment::{PaymentId, RailError, RailId, Timestamp};
use stripe_shared::Event;
use tokio::time::sleep;

use crate::rail::StripeRail;
use crate::reading::PAYMENT;

/// What can change a payment.
pub(crate) const KINDS: &[&str] = &[
    "charge.captured",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.expired",
    "charge.refunded",
    "charge.updated",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.succeeded",
    "refund.created",
    "refund.failed",
    "refund.updated",
];
/// How long before the last event is read again, in seconds.
const OVERLAP: i64 = 600;
/// Between two looks at the list while something happens, and the longest when nothing does.
const PAUSE_SHORTEST: Duration = Duration::from_secs(2);
const PAUSE_LONGEST: Duration = Duration::from_secs(30);

/// How far the events were read, and committed.
#[derive(Default)]
pub(crate) struct Place {
    /// The newest event's time, in Stripe's seconds.
    as_of: i64,
    /// Its name.
    newest: String,
    /// Events within the window that is read again, with their times.
    seen: BTreeMap<String, i64>,
}

impl Place {
    /// Where the books say that the till stood.
    pub(crate) fn of(cursor: &CardCursor) -> Self {
        Self { as_of: cursor.as_of.millis() / 1_000, newest: cursor.place.clone(), seen: BTreeMap::new() }
    }

    /// Behind these events.
    fn after(&self, news: &[Event]) -> Self {
        let newest =
            news.iter().filter(|event| event.created >= self.as_of).max_by_key(|event| event.created);
        let (as_of, newest) = newest.map_or_else(
            || (self.as_of, self.newest.clone()),
            |event| (event.created, event.id.as_str().to_owned()),
        );
        let known = self.seen.iter().map(|(id, created)| (id.clone(), *created));
        let seen = known
            .chain(news.iter().map(|event| (event.id.as_str().to_owned(), event.created)))
            .filter(|(_, created)| *created >= as_of - OVERLAP)
            .collect();
        Self { as_of, newest, seen }
    }

    fn cursor(&self) -> CardCursor {
        let as_of = Timestamp::from_millis(self.as_of.saturating_mul(1_000));
        CardCursor { place: self.newest.clone(), as_of }
    }
}

impl StripeRail {
    /// Until it fails. The place moves on when what was read is committed, so nothing is passed over.
    pub(crate) async fn follow_events(&self, sink: Arc<dyn CardSink>) -> Result<(), RailError> {
        let mut place = self.place.lock().await;
        let mut pause = PAUSE_SHORTEST;
        loop {
            let news = self.news(&place).await?;
            if news.is_empty() {
                pause = (pause * 2).min(PAUSE_LONGEST);
            } else {
                let next = place.after(&news);
                let report =
                    CardReport { readings: self.readings(&news).await?, cursor: Some(next.cursor()) };
                let committed = sink.report(RailId::STRIPE, report).await;
                committed.map_err(|lost| RailError::Unknown(lost.to_string()))?;
                (*place, pause) = (next, PAUSE_SHORTEST);
            }
            sleep(pause).await;
        }
    }

    /// Events that were not looked at yet, oldest first.
    async fn news(&self, place: &Place) -> Result<Vec<Event>, RailError> {
        let since = (place.as_of - OVERLAP).max(0);
        let (mut news, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = self.noted(self.account.events_since(KINDS, since, after.as_deref()).await)?;
            after = page.data.last().map(|event| event.id.as_str().to_owned());
            let is_last = !page.has_more || after.is_none();
            news.extend(page.data.into_iter().filter(|event| !place.seen.contains_key(event.id.as_str())));
            if is_last {
                break;
            }
        }
        news.reverse();
        Ok(news)
    }

    /// What the events are about, read anew.
    async fn readings(&self, news: &[Event]) -> Result<Vec<(PaymentId, CardReading)>, RailError> {
        let intents: BTreeSet<String> =
            news.iter().filter_map(|event| intent_of(&event.data.object)).collect();
        let mut readings = Vec::new();
        for intent in intents {
            readings.extend(self.reading_of(&intent).await?);
        }
        Ok(readings)
    }

    /// The payment that an intent belongs to, read anew; `None` when it is not one of ours.
    pub(crate) async fn reading_of(
        &self,
        intent: &str,
    ) -> Result<Option<(PaymentId, CardReading)>, RailError> {
        let found = self.noted(self.account.intent(intent).await)?;
        let payment = found.metadata.get(PAYMENT).and_then(|id| id.parse::<PaymentId>().ok());
        let Some(payment) = payment else { return Ok(None) };
        let _lane = self.lane(payment).await;
        let facts = self.facts(intent).await?;
        let session = self.noted(self.account.session_of(intent).await)?;
        let link = session.and_then(|session| Some(session.payment_link?.id().as_str().to_owned()));
        let reference = link.unwrap_or_else(|| intent.to_owned());
        let reading = facts.reading(self.next_number(), reference, CardLevel::Waiting { link: None })?;
        // While the customer may still act, only the way that was opened knows what it is waiting for.
        Ok(Some((payment, reading))
            .filter(|(_, reading)| !matches!(reading.level, CardLevel::Waiting { .. })))
    }
}

/// The intent that an event's object is, or belongs to.
pub(crate) fn intent_of(object: &Value) -> Option<String> {
    let Value::Object(fields) = object else { return None };
    let text = |name: &str| match fields.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    match text("object").as_deref() {
        Some("payment_intent") => text("id"),
        _ => text("payment_intent"),
    }
}
