//! One payment in hand: asking the books what is to be done, doing it once, and bringing what came of it back.
//!
//! Nothing is sent while an earlier call's outcome is not known. A payment that comes from the books at the start may have
//! been sent by an earlier life of the till, so it is asked about first, whatever the books say is next.

use std::time::Duration;

use payment::card::{
    Capture, CardAttempt, CardErrand, CardRail, CardReading, CardWay, ReaderRefund, ReaderStep, RefundAttempt,
};
use payment::rail::RailFailureClass;
use payment::retry::wait_after;
use payment::sale::{CardAnswer, CardPayment};
use payment::{RailError, RefundId};
use store::DueCard;
use tokio::time::timeout;

use super::CardCommand;
use crate::command::{Command, Reply, Tended};
use crate::feed::{Change, Feed};
use crate::intake::Intake;
use crate::rails::Pause;

/// Longer than rails try themselves; one that says nothing at all is not waited for.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// Between two looks at a payment that waits for its customer: events come too, this is for those that are lost.
const READER_POLL: Duration = Duration::from_secs(1);
const PHONE_POLL: Duration = Duration::from_secs(2);
/// Looks that may fail before nobody is told any more that the payment waits for its customer.
const FAILED_LOOKS_MAX: u32 = 3;
/// Between two questions about a payment of unknown outcome, once the growing waits are over. It is never given up.
const UNKNOWN_WAIT: Duration = Duration::from_secs(60);

/// A payment that a collector has in hand.
#[derive(Debug)]
pub(super) struct Hand {
    pub(super) due: DueCard,
    /// Something may have been sent that no answer is known of.
    may_be_sent: bool,
    /// How often a call did not arrive.
    sent: u32,
    /// How often the rail could not be asked.
    asked: u32,
    /// How far the reader was at the last look, for screens alone.
    step: Option<ReaderStep>,
}

/// What follows for the collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing is to be asked.
    Over,
    /// After this.
    Again(Duration),
}

/// What a call came to: what the books should know, and the wait after it.
type Came = (Option<CardAnswer>, Duration);

impl Hand {
    /// `may_be_sent`: by an earlier life of the till.
    pub(super) const fn new(due: DueCard, may_be_sent: bool) -> Self {
        Self { due, may_be_sent, sent: 0, asked: 0, step: None }
    }

    /// One errand.
    pub(super) async fn run(mut self, rail: &dyn CardRail, intake: &Intake, feed: &Feed) -> (Self, Next) {
        let Some(tended) = self.look(intake).await else { return (self, Next::Over) };
        let Some(wished) = tended.card.errand() else { return (self, Next::Over) };
        let errand = if self.may_be_sent { wished.question(&tended.card) } else { wished };
        let (answer, wait) = self.call(rail, errand, &tended).await;
        self.tell_step(rail, feed, &tended);
        let Some(answer) = answer else { return (self, Next::Again(wait)) };
        let fits = self.bring(intake, errand, answer).await;
        (self, Next::Again(if fits { wait } else { UNKNOWN_WAIT }))
    }

    /// A step of the reader changes nothing in the books, so it is told without a commit.
    fn tell_step(&mut self, rail: &dyn CardRail, feed: &Feed, tended: &Tended) {
        let step = rail.step(self.due.payment);
        if step != self.step {
            self.step = step;
            feed.publish(Change::Sale(self.due.invoice, tended.version));
        }
    }

    /// The payment as the books have it. `None` when the till closes.
    async fn look(&self, intake: &Intake) -> Option<Tended> {
        let mut pause = Pause::new();
        loop {
            match intake.ask(Command::Card(CardCommand::Look(self.due))).await {
                Ok(Reply::Tended(tended)) => return Some(*tended),
                Err(error) if error.may_pass() => pause.take().await,
                Ok(_) | Err(_) => return None,
            }
        }
    }

    async fn call(&mut self, rail: &dyn CardRail, errand: CardErrand, tended: &Tended) -> Came {
        let Tended { attempt, card, .. } = tended;
        let calling = async {
            match (errand, card.reference()) {
                (CardErrand::Open, _) => rail.open(attempt).await.map(Some),
                (CardErrand::Read, _) | (_, None) => rail.find(attempt).await,
                (CardErrand::Cancel, Some(_)) => rail.cancel(attempt).await.map(Some),
                (CardErrand::Capture(amount), Some(reference)) => {
                    let reference = reference.to_owned();
                    rail.capture(&Capture { payment: attempt.payment, reference, amount }).await.map(Some)
                }
                (
                    CardErrand::Refund(id) | CardErrand::FindRefund(id) | CardErrand::CancelRefund(id),
                    Some(reference),
                ) => match refund(card, attempt, id, reference) {
                    Some(Giving::ByProcessor(refund)) => rail.refund(&refund).await.map(Some),
                    Some(Giving::AtReader(refund)) => give_at_reader(rail, errand, &refund).await,
                    None => rail.find(attempt).await,
                },
            }
        };
        let answered = timeout(ANSWER_WAIT, calling).await;
        let answered =
            answered.unwrap_or_else(|_| Err(RailError::Unknown("no answer in a minute".to_owned())));
        match answered.map_err(RailError::masked) {
            Ok(Some(reading)) => {
                (self.may_be_sent, self.sent, self.asked) = (false, 0, 0);
                (Some(CardAnswer::Read(Box::new(reading.masked()))), poll(attempt))
            }
            Ok(None) => {
                (self.may_be_sent, self.asked) = (false, 0);
                (Some(CardAnswer::NeverArrived), poll(attempt))
            }
            Err(error @ RailError::Declined(_)) if errand != CardErrand::Read => {
                (Some(CardAnswer::Failed(error)), Duration::ZERO)
            }
            Err(error) if errand.is_repeatable() => self.ask_later(error),
            Err(error @ RailError::NotSent(_)) => self.send_later(error),
            Err(error @ RailError::Unknown(_)) => (Some(CardAnswer::Failed(error)), self.unknown_wait()),
            Err(error) => (Some(CardAnswer::Failed(error)), Duration::ZERO),
        }
    }

    /// What did not arrive is sent again, a few times.
    fn send_later(&mut self, error: RailError) -> Came {
        self.sent += 1;
        match wait_after(RailFailureClass::NotSent, self.sent, self.due.payment.as_bytes()) {
            Some(wait) => (None, wait),
            None => {
                let reason = format!("{}, tried {} times", error.reason(), self.sent);
                self.sent = 0;
                (Some(CardAnswer::Failed(RailError::NotSent(reason))), Duration::ZERO)
            }
        }
    }

    /// A question that failed is asked again, for as long as it takes. After a few the screen says that nobody knows.
    fn ask_later(&mut self, error: RailError) -> Came {
        self.asked += 1;
        let answer = (self.asked >= FAILED_LOOKS_MAX).then_some(CardAnswer::Failed(error));
        (answer, self.unknown_wait())
    }

    fn unknown_wait(&mut self) -> Duration {
        wait_after(RailFailureClass::Unknown, self.asked.max(1), self.due.payment.as_bytes())
            .unwrap_or(UNKNOWN_WAIT)
    }

    /// Until the books take it. Whether it fits what they have.
    async fn bring(&self, intake: &Intake, errand: CardErrand, answer: CardAnswer) -> bool {
        let mut pause = Pause::new();
        loop {
            let command =
                Command::Card(CardCommand::TakeAnswer { due: self.due, errand, answer: answer.clone() });
            let error = match intake.ask(command).await {
                Ok(reply) => return !matches!(reply, Reply::Mismatch),
                Err(error) => error,
            };
            tracing::warn!(payment = %self.due.payment, %error, "what a processor said was not recorded");
            if error.may_pass() {
                pause.take().await;
            } else {
                return false;
            }
        }
    }
}

/// Events tell of what changes later; a customer at the counter is looked at directly.
const fn poll(attempt: &CardAttempt) -> Duration {
    match attempt.terms.way {
        CardWay::Reader(_) => READER_POLL,
        CardWay::Phone => PHONE_POLL,
    }
}

/// How money is given back.
enum Giving {
    ByProcessor(RefundAttempt),
    AtReader(ReaderRefund),
}

fn refund(card: &CardPayment, attempt: &CardAttempt, id: RefundId, reference: &str) -> Option<Giving> {
    let asked = card.refund(id).filter(|refund| refund.is_under_way())?;
    let (payment, reference) = (attempt.payment, reference.to_owned());
    let wish = RefundAttempt { refund: id, payment, reference, amount: asked.amount };
    Some(match asked.reader.clone() {
        Some(reader) => Giving::AtReader(ReaderRefund { wish, reader }),
        None => Giving::ByProcessor(wish),
    })
}

async fn give_at_reader(
    rail: &dyn CardRail,
    errand: CardErrand,
    refund: &ReaderRefund,
) -> Result<Option<CardReading>, RailError> {
    let Some(readers) = rail.reader_refunds() else {
        return Err(RailError::Declined("this card can't be given back to at a reader here".to_owned()));
    };
    match errand {
        CardErrand::FindRefund(_) => readers.look(refund).await,
        CardErrand::CancelRefund(_) => readers.stop(refund).await.map(Some),
        _ => readers.ask(refund).await.map(Some),
    }
}
