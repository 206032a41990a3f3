//! Watches a sale until nothing more is expected.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::progress::Reporter;
use super::reading::SaleSeen;
use crate::cli::caller::Caller;
use crate::cli::failure::Failure;
use crate::cli::start::asked_to_end;

/// How often the till is asked.
const POLL: Duration = Duration::from_millis(200);

/// Why watching ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The goods may go.
    Paid,
    /// They may not, and nothing more is expected.
    AtRest,
    /// The time given is over.
    WaitOver,
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

/// One sale being watched.
pub(super) struct Watch<'a> {
    pub(super) caller: &'a Caller,
    pub(super) invoice: &'a str,
    /// When to stop watching, also for money that comes late.
    pub(super) deadline: Option<Instant>,
}

impl Watch<'_> {
    /// Reports the sale as it is and after each change.
    pub(super) async fn run(&self, started: SaleSeen, reporter: &mut Reporter<'_>) -> Result<End, Failure> {
        let deadline = self.deadline;
        let mut stop = std::pin::pin!(asked_to_end());
        let mut sale = started;
        loop {
            reporter.report(&sale)?;
            if sale.is_at_rest(deadline.is_some()) {
                return Ok(if sale.is_paid() { End::Paid } else { End::AtRest });
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(End::WaitOver);
            }
            let next = Instant::now() + POLL;
            tokio::select! {
                () = &mut stop => return Ok(End::Interrupted),
                broken = self.caller.broken() => return Err(broken.into()),
                () = tokio::time::sleep_until(deadline.map_or(next, |deadline| deadline.min(next))) => {}
            }
            sale = self.caller.call("sale_get", json!({ "invoice": self.invoice })).await?;
        }
    }
}
