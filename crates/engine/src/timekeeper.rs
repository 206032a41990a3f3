//! Ends quotes by the monotonic clock, whatever the wall clock does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payment::{InvoiceId, PaymentId};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::command::Command;
use crate::intake::Intake;

/// Longest wait before the clock is read again: a machine may sleep, and a clock under test may be turned.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// The wait after an end that could not be recorded.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The quotes that run, and when they end.
#[derive(Clone, Default)]
pub(crate) struct Quotes {
    ends: Arc<Mutex<BTreeMap<PaymentId, (InvoiceId, u64)>>>,
    added: Arc<Notify>,
}

impl Quotes {
    /// Starts a quote that ends at a reading of the monotonic clock.
    pub(crate) fn start(&self, invoice: InvoiceId, payment: PaymentId, ends_at_ms: u64) {
        self.lock().entry(payment).or_insert((invoice, ends_at_ms));
        self.added.notify_one();
    }

    /// Milliseconds left of a quote; 0 when it ended or is not known.
    pub(crate) fn remaining_ms(&self, payment: PaymentId, clock: &dyn Clock) -> u32 {
        let end = self.lock().get(&payment).map_or(0, |(_, end)| *end);
        u32::try_from(end.saturating_sub(clock.now().monotonic_ms)).unwrap_or(u32::MAX)
    }

    /// What has ended and is not recorded yet.
    fn ended(&self, now_ms: u64) -> Vec<(InvoiceId, PaymentId)> {
        let ends = self.lock();
        let ended = ends.iter().filter(|(_, (_, end))| *end <= now_ms);
        ended.map(|(payment, (invoice, _))| (*invoice, *payment)).collect()
    }

    fn remove(&self, payment: PaymentId) {
        self.lock().remove(&payment);
    }

    fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PaymentId, (InvoiceId, u64)>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs until the till closes.
pub(crate) async fn keep_time(quotes: Quotes, clock: Arc<dyn Clock>, intake: Intake) {
    loop {
        if quotes.is_empty() {
            quotes.added.notified().await;
        }
        let mut wait = LOOK_EVERY;
        for (invoice, payment) in quotes.ended(clock.now().monotonic_ms) {
            match intake.ask(Command::EndQuote { invoice, payment }).await {
                Err(error) if error.may_pass() => {
                    tracing::warn!(%payment, %error, "the end of a quote was not recorded; it is tried again");
                    wait = LOOK_AGAIN_AFTER;
                }
                Err(error) => {
                    tracing::error!(%payment, %error, "the end of a quote can't be recorded");
                    quotes.remove(payment);
                }
                Ok(_) => quotes.remove(payment),
            }
        }
        tokio::time::sleep(wait).await;
    }
}
