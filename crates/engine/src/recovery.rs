//! What was in flight when the till closed, whether in order or not: quotes that ran, and addresses asked for that never
//! came.

use payment::rail::Attempt;
use payment::sale::{ChainPayment, Payment};
use payment::{Sale, Timestamp};
use store::{ReadError, Writer};

use crate::clock::Now;
use crate::command::Command;
use crate::engine::Shared;
use crate::intake::Intake;
use crate::offers::Wanted;

/// Read before anything is written.
pub(crate) struct InFlight {
    sales: Vec<Sale>,
    last_recorded_at: Option<Timestamp>,
}

impl InFlight {
    pub(crate) fn read(writer: &Writer) -> Result<Self, ReadError> {
        let ids = writer.live_sales()?;
        let sales = ids.into_iter().filter_map(|id| writer.sale(id).transpose()).collect::<Result<_, _>>()?;
        Ok(Self { sales, last_recorded_at: writer.last_recorded_at()? })
    }

    /// Ends the quotes that are over, and waits until that is recorded: what a rail sees first after it is late. The
    /// others go on.
    pub(crate) async fn resume_quotes(&self, shared: &Shared, intake: &Intake, now: Now) {
        let mut ending = Vec::new();
        for (sale, payment, chain) in self.payments().filter(|(.., chain)| chain.ended_at.is_none()) {
            let left =
                left_ms(payment.started_at, chain.terms.quote.life_ms, now.wall, self.last_recorded_at);
            if left == 0 {
                let command = Command::EndQuote { invoice: sale.id, payment: payment.id };
                ending.push((sale.id, payment.id, intake.hand_in(command).await));
            } else {
                shared.quotes.start(sale.id, payment.id, now.monotonic_ms + u64::from(left));
            }
        }
        for (invoice, payment, handed_in) in ending {
            let is_recorded = match handed_in {
                Ok(answer) => answer.await.is_ok_and(|answered| answered.is_ok()),
                Err(_) => false,
            };
            if !is_recorded {
                tracing::warn!(%payment, "the end of a quote was not recorded at the start; it is tried again");
                shared.quotes.start(invoice, payment, now.monotonic_ms);
            }
        }
    }

    /// Asks again for addresses that somebody still waits for.
    pub(crate) fn request_offers(&self, shared: &Shared, now: Now) {
        for (sale, payment, chain) in self.payments().filter(|(sale, _, chain)| awaits_address(sale, chain)) {
            let left =
                left_ms(payment.started_at, chain.terms.quote.life_ms, now.wall, self.last_recorded_at);
            if left > 0 {
                let attempt = Attempt { payment: payment.id, amount: chain.terms.quote.coin };
                shared.request_offer(Wanted { invoice: sale.id, rail: chain.terms.rail, attempt });
            }
        }
    }

    fn payments(&self) -> impl Iterator<Item = (&Sale, &Payment, &ChainPayment)> {
        let payments =
            self.sales.iter().flat_map(|sale| sale.payments.iter().map(move |payment| (sale, payment)));
        payments.filter_map(|(sale, payment)| Some((sale, payment, payment.chain()?)))
    }
}

/// Would anybody still pay to an address that came now?
pub(crate) fn awaits_address(sale: &Sale, chain: &ChainPayment) -> bool {
    chain.address.is_none() && chain.is_live() && !sale.cancelled && sale.voided.is_none()
}

/// What is left of a quote by the wall clock, never more than its life. A clock that stands before what was recorded was
/// set back: how long the till was off is not known then, and nothing is left.
fn left_ms(started_at: Timestamp, life_ms: u32, now: Timestamp, last_recorded_at: Option<Timestamp>) -> u32 {
    if now < started_at || last_recorded_at.is_some_and(|last| now < last) {
        return 0;
    }
    let elapsed = now.millis().saturating_sub(started_at.millis());
    u32::try_from(elapsed).map_or(0, |elapsed| life_ms.saturating_sub(elapsed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTED: i64 = 1_790_000_000_000;
    const LIFE_MS: u32 = 900_000;

    fn left(now: i64, last: i64) -> u32 {
        let (now, last) = (Timestamp::from_millis(STARTED + now), Timestamp::from_millis(STARTED + last));
        left_ms(Timestamp::from_millis(STARTED), LIFE_MS, now, Some(last))
    }

    #[test]
    fn a_quote_goes_on_for_what_the_wall_clock_leaves_of_it() {
        assert_eq!(left(0, 0), LIFE_MS);
        assert_eq!(left(60_000, 0), LIFE_MS - 60_000);
        assert_eq!(left(899_999, 0), 1);
        assert_eq!(left(900_000, 0), 0);
        assert_eq!(left(i64::MAX - STARTED, 0), 0);
    }

    #[test]
    fn nothing_is_left_once_the_clock_was_set_back() {
        assert_eq!(left(-3_600_000, 0), 0);
        assert_eq!(left(60_000, 60_001), 0);
        assert_eq!(left(60_000, 60_000), LIFE_MS - 60_000);
        assert_eq!(left(-STARTED, 0), 0);
    }
}
