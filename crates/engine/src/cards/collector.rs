//! The collector of one rail: has the errands of a few payments done side by side, and keeps those that wait.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use payment::PaymentId;
use payment::card::CardRail;
use store::DueCard;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::errand::{Hand, Next};
use super::{Bell, CardCommand};
use crate::command::{Command, Reply};
use crate::feed::Feed;
use crate::intake::Intake;

/// Calls on their way at once: a processor limits requests, and a shop's line is thin.
const CALLS_AT_ONCE_MAX: usize = 4;
/// Payments taken from the books at once.
const DRAWN_MAX: u32 = 64;
/// The pause after the books could not be read.
const DRAW_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What is in hand for one rail.
pub(super) struct Collector {
    rail: Arc<dyn CardRail>,
    intake: Intake,
    feed: Feed,
    bell: Arc<Bell>,
    /// What an earlier life of the till left is taken from the books from this moment on, after this payment.
    draw: Option<(Instant, Option<PaymentId>)>,
    /// Payments at work, and whether one changed meanwhile.
    working: BTreeMap<PaymentId, bool>,
    waiting: BTreeMap<(Instant, PaymentId), Hand>,
    calls: JoinSet<(Hand, Next)>,
}

impl Collector {
    pub(super) fn new(rail: Arc<dyn CardRail>, intake: Intake, feed: Feed, bell: Arc<Bell>) -> Self {
        Self {
            rail,
            intake,
            feed,
            bell,
            draw: Some((Instant::now(), None)),
            working: BTreeMap::new(),
            waiting: BTreeMap::new(),
            calls: JoinSet::new(),
        }
    }

    /// Works until it is dropped. Dropping it leaves calls on their way behind: the next life asks about them.
    pub(super) async fn collect(mut self) {
        loop {
            self.draw().await;
            self.begin();
            let wake = self.wakes_at();
            tokio::select! {
                biased;
                Some(done) = self.calls.join_next(), if !self.calls.is_empty() => self.put_down(done),
                changed = self.bell.rung() => changed.into_iter().for_each(|due| self.hear(due)),
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
            }
        }
    }

    /// Takes what an earlier life of the till left.
    async fn draw(&mut self) {
        let Some((from, after)) = self.draw else { return };
        if from > Instant::now() {
            return;
        }
        let command = Command::Card(CardCommand::Draw { rail: self.rail.id(), after, limit: DRAWN_MAX });
        match self.intake.ask(command).await {
            Ok(Reply::DueCards(drawn)) => {
                self.draw = drawn.last().map(|last| (Instant::now(), Some(last.payment)));
                for due in drawn {
                    if !self.has(due.payment) {
                        self.waiting.insert((Instant::now(), due.payment), Hand::new(due, true));
                    }
                }
            }
            Ok(_) => self.draw = None,
            Err(error) => {
                tracing::warn!(rail = %self.rail.id(), %error, "the card payments under way can't be read");
                self.draw = Some((Instant::now() + DRAW_AGAIN_AFTER, after));
            }
        }
    }

    fn has(&self, payment: PaymentId) -> bool {
        self.working.contains_key(&payment) || self.waiting.keys().any(|(_, known)| *known == payment)
    }

    /// Begins what is due, the longest due first.
    fn begin(&mut self) {
        while self.calls.len() < CALLS_AT_ONCE_MAX {
            match self.waiting.first_entry() {
                Some(first) if first.key().0 <= Instant::now() => {
                    let hand = first.remove();
                    self.working.insert(hand.due.payment, false);
                    let (rail, intake, feed) = (self.rail.clone(), self.intake.clone(), self.feed.clone());
                    self.calls.spawn(async move { hand.run(rail.as_ref(), &intake, &feed).await });
                }
                Some(_) | None => return,
            }
        }
    }

    fn put_down(&mut self, done: Result<(Hand, Next), JoinError>) {
        match done {
            Ok((hand, next)) => {
                let payment = hand.due.payment;
                let has_changed = self.working.remove(&payment) == Some(true);
                let due = match next {
                    _ if has_changed => Some(Instant::now()),
                    Next::Again(wait) => Some(Instant::now() + wait),
                    Next::Over => None,
                };
                if let Some(due) = due {
                    self.waiting.insert((due, payment), hand);
                }
            }
            Err(failure) => tracing::error!(%failure, "a call broke off; the next start asks about it"),
        }
    }

    /// What changed is looked at now. What a payment waits for is not what somebody wants of it since.
    fn hear(&mut self, due: DueCard) {
        if let Some(has_changed) = self.working.get_mut(&due.payment) {
            *has_changed = true;
            return;
        }
        let known = self.waiting.keys().find(|(_, payment)| *payment == due.payment).copied();
        // Before everything is drawn, an earlier life may have left this one too.
        let new = Hand::new(due, self.draw.is_some());
        let hand = known.and_then(|key| self.waiting.remove(&key)).unwrap_or(new);
        self.waiting.insert((Instant::now(), due.payment), hand);
    }

    /// When something is due by itself.
    fn wakes_at(&self) -> Option<Instant> {
        let has_room = self.calls.len() < CALLS_AT_ONCE_MAX;
        let waits = self.waiting.first_key_value().filter(|_| has_room).map(|((due, _), _)| *due);
        waits.into_iter().chain(self.draw.map(|(from, _)| from)).min()
    }
}
