//! What happened at Stripe, without a public address: the list of events (<https://docs.stripe.com/api/events/list>) is
//! read again and again. Events are kept thirty days, may come out of order and more than once, and hold what was true
//! when they were made; so each one only says which payment or payout to read anew, and a window before the last one is read again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use miniserde::json::{Object, Value};
use payment::card::{CardCursor, CardLevel, CardReading, CardReport, CardSink};
use payment::{PaymentId, RailError, RailId, Timestamp};
use tokio::time::sleep;

use crate::rail::StripeRail;
use crate::reading::{Facts, PAYMENT};
use crate::reconcile::AWAY_MAX;

/// What can change a payment, and what is told of payouts. Stripe takes twenty kinds at most.
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
    "payout.failed",
    "payout.paid",
    "payout.reconciliation_completed",
    "refund.created",
    "refund.failed",
    "refund.updated",
];
/// How long before the last event is read again, in seconds.
const OVERLAP: i64 = 600;
/// Between two looks at the list while a customer is asked to pay: one request a second.
const PAUSE_OPEN: Duration = Duration::from_secs(1);
/// Between two looks while something happens, and the longest when nothing does.
const PAUSE_SHORTEST: Duration = Duration::from_secs(2);
const PAUSE_LONGEST: Duration = Duration::from_secs(30);
/// Payments and payouts that are told of in one commit.
const REPORT_MAX: usize = 50;

/// What an event says that something happened to, by Stripe's name for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Touched {
    Intent(String),
    Payout(String),
}

/// How far the events were read, and committed.
#[derive(Default)]
pub(crate) struct Place {
    /// The newest event's time, in Stripe's seconds.
    as_of: i64,
    /// Its name.
    newest: String,
    /// Events within the window that is read again, with their times.
    seen: BTreeMap<String, i64>,
    /// When every object was looked at last, by this machine's clock in seconds. It may be wrong, so nothing that Stripe
    /// is asked for depends on it.
    looked_at_all: i64,
}

/// What is kept of an event: its object says what was true when it was made, and is read anew.
struct News {
    id: String,
    created: i64,
    touched: Option<Touched>,
}

impl Place {
    /// Where the books say that the till stood.
    pub(crate) fn of(cursor: &CardCursor) -> Self {
        Self { as_of: cursor.as_of.millis() / 1_000, newest: cursor.place.clone(), ..Self::default() }
    }

    /// May Stripe have forgotten events that were never read?
    const fn is_lost(&self, now: i64) -> bool {
        let known = if self.looked_at_all > self.as_of { self.looked_at_all } else { self.as_of };
        self.as_of > 0 && now - known > AWAY_MAX
    }

    /// Behind these events.
    fn after(&self, news: &[News]) -> Self {
        let newest = news.iter().filter(|new| new.created >= self.as_of).max_by_key(|new| new.created);
        let (as_of, newest) = newest
            .map_or_else(|| (self.as_of, self.newest.clone()), |newest| (newest.created, newest.id.clone()));
        let known = self.seen.iter().map(|(id, created)| (id.clone(), *created));
        let seen = known
            .chain(news.iter().map(|new| (new.id.clone(), new.created)))
            .filter(|(_, created)| *created >= as_of - OVERLAP)
            .collect();
        Self { as_of, newest, seen, looked_at_all: self.looked_at_all }
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
            let now = self.now();
            let news = self.news(&place).await?;
            let mut touched: BTreeSet<Touched> = news.iter().filter_map(|new| new.touched.clone()).collect();
            let is_lost = place.is_lost(now);
            if is_lost {
                tracing::info!("longer away than Stripe keeps events: every payment since is looked at");
                touched.extend(self.changed_since(place.as_of).await?);
            }
            let mut next = place.after(&news);
            if is_lost {
                next.looked_at_all = now;
            }
            if !news.is_empty() || is_lost {
                self.tell(&sink, touched, next.cursor()).await?;
            }
            pause = if news.is_empty() { (pause * 2).min(PAUSE_LONGEST) } else { PAUSE_SHORTEST };
            *place = next;
            self.rest(pause).await;
        }
    }

    /// Less long while a customer is asked to pay, also when that begins meanwhile.
    async fn rest(&self, pause: Duration) {
        let pause = if self.has_open() { PAUSE_OPEN } else { pause };
        tokio::select! {
            () = sleep(pause) => {}
            () = self.opened.notified() => sleep(PAUSE_OPEN).await,
        }
    }

    /// Reads anew and has it committed, a little at a time; the place moves with the last. What can't be understood keeps
    /// nothing else from being told, and the place from moving: it is read again until it is understood.
    async fn tell(
        &self,
        sink: &Arc<dyn CardSink>,
        touched: BTreeSet<Touched>,
        cursor: CardCursor,
    ) -> Result<(), RailError> {
        let (mut report, mut puzzle) = (CardReport::default(), None);
        for touched in touched {
            match self.read_anew(touched.clone(), &mut report).await {
                Err(error @ RailError::Protocol(_)) => {
                    tracing::error!(?touched, %error, "what Stripe tells is not understood: a newer till is needed");
                    puzzle = Some(error);
                }
                read => read?,
            }
            if report.readings.len() + report.payouts.len() == REPORT_MAX {
                commit(sink, std::mem::take(&mut report)).await?;
            }
        }
        match puzzle {
            Some(error) => commit(sink, report).await.and(Err(error)),
            None => commit(sink, CardReport { cursor: Some(cursor), ..report }).await,
        }
    }

    /// Reports it as it is now.
    pub(crate) async fn read_anew(&self, touched: Touched, report: &mut CardReport) -> Result<(), RailError> {
        match touched {
            Touched::Intent(id) => report.readings.extend(self.reading_of(&id).await?),
            Touched::Payout(id) => report.payouts.push(self.payout(&id).await?),
        }
        Ok(())
    }

    /// Events that were not looked at yet, newest first.
    async fn news(&self, place: &Place) -> Result<Vec<News>, RailError> {
        let since = (place.as_of - OVERLAP).max(0);
        let (mut news, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = self.noted(self.account.events_since(KINDS, since, after.as_deref()).await)?;
            after = page.data.last().map(|event| event.id.as_str().to_owned());
            let is_last = !page.has_more || after.is_none();
            let new = page.data.iter().filter(|event| !place.seen.contains_key(event.id.as_str()));
            news.extend(new.map(|event| News {
                id: event.id.as_str().to_owned(),
                created: event.created,
                touched: touched(&event.data.object),
            }));
            if is_last {
                return Ok(news);
            }
        }
    }

    /// The payment that an intent belongs to, read anew; `None` when it is not one of ours.
    async fn reading_of(&self, intent: &str) -> Result<Option<(PaymentId, CardReading)>, RailError> {
        let found = self.noted(self.account.intent(intent).await)?;
        let payment = found.metadata.get(PAYMENT).and_then(|id| id.parse::<PaymentId>().ok());
        let Some(payment) = payment else { return Ok(None) };
        let _lane = self.lane(payment).await;
        let facts = self.facts(intent).await?;
        let reference = self.reference_of(&facts).await?;
        let reading = facts.reading(self.next_number(), reference, CardLevel::Waiting { link: None })?;
        // While the customer may still act, only the way that was opened knows what it is waiting for.
        if matches!(reading.level, CardLevel::Waiting { .. }) {
            return Ok(None);
        }
        self.note_open(payment, Some(&reading.level));
        Ok(Some((payment, reading)))
    }

    /// The books' name for a payment: the page that it was made on, or the intent where a reader asked for the card.
    async fn reference_of(&self, facts: &Facts) -> Result<String, RailError> {
        let intent = facts.intent.id.as_str();
        if facts.intent.payment_method_types.iter().any(|kind| kind == "card_present") {
            return Ok(intent.to_owned());
        }
        let session = self.noted(self.account.session_of(intent).await)?;
        let link = session.and_then(|session| Some(session.payment_link?.id().as_str().to_owned()));
        Ok(link.unwrap_or_else(|| intent.to_owned()))
    }
}

async fn commit(sink: &Arc<dyn CardSink>, report: CardReport) -> Result<(), RailError> {
    let committed = sink.report(RailId::STRIPE, report).await;
    committed.map_err(|lost| RailError::Unknown(lost.to_string()))
}

/// An intent that another program made is not worth a look.
fn is_ours(intent: &Object) -> bool {
    matches!(intent.get("metadata"), Some(Value::Object(metadata)) if metadata.contains_key(PAYMENT))
}

/// What an event's object is, or belongs to.
pub(crate) fn touched(object: &Value) -> Option<Touched> {
    let Value::Object(fields) = object else { return None };
    let text = |name: &str| match fields.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    match text("object").as_deref() {
        Some("payment_intent") if is_ours(fields) => text("id").map(Touched::Intent),
        Some("payment_intent") => None,
        Some("payout") => text("id").map(Touched::Payout),
        _ => text("payment_intent").map(Touched::Intent),
    }
}
