//! One settlement in hand: sending it or asking about it, once, and bringing what came of that through the one door.
//!
//! A charge whose outcome is not known is never sent. It is asked about; only when the rail has never heard of it is it
//! sent again, under the same key.

use std::time::Duration;

use payment::RailError;
use payment::charging::{Charge, ChargeStatus, ChargingRail};
use payment::rail::RailFailureClass;
use payment::retry::{PENDING_WAIT, wait_after};
use payment::stream::Settlement;
use payment::stream::settlement::Answer;
use tokio::time::timeout;

use crate::command::{Command, EngineError};
use crate::intake::Intake;
use crate::rails::Pause;

/// Longer than rails try themselves; one that says nothing at all is not waited for.
const ANSWER_WAIT: Duration = Duration::from_secs(60);

/// A settlement that a collector has taken from the books.
#[derive(Debug)]
pub(super) struct Errand {
    /// Its number in the books.
    pub(super) number: i64,
    settlement: Settlement,
    step: Step,
    /// How often it was sent and did not arrive.
    sent: u32,
    /// How often the rail could not be asked.
    asked: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Send,
    Ask,
}

/// What follows for the collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It is decided, and the books know.
    Over,
    /// It is tried again after this.
    Again(Duration),
    /// The books do not take what became of it: it is left alone until the till starts again, and asked about then.
    Stuck,
}

/// What one try came to: what the books should know, and what follows.
type Came = (Option<Answer>, Next);

impl Errand {
    /// `is_fresh`: it was certainly never sent.
    pub(super) fn new(number: i64, settlement: Settlement, is_fresh: bool) -> Self {
        let step = if is_fresh { Step::Send } else { Step::Ask };
        Self { number, settlement, step, sent: 0, asked: 0 }
    }

    /// One try.
    pub(super) async fn run(mut self, rail: &dyn ChargingRail, intake: &Intake) -> (Self, Next) {
        let charge = self.settlement.charge();
        let (answer, next) = match self.step {
            Step::Send => self.send(rail, &charge).await,
            Step::Ask => self.ask(rail, &charge).await,
        };
        let is_taken = match answer {
            Some(answer) => self.bring(intake, answer).await,
            None => true,
        };
        (self, if is_taken { next } else { Next::Stuck })
    }

    async fn send(&mut self, rail: &dyn ChargingRail, charge: &Charge) -> Came {
        let answered = timeout(ANSWER_WAIT, rail.charge(charge)).await;
        let answered = answered.unwrap_or_else(|_| Err(no_answer())).map_err(RailError::masked);
        match answered {
            Ok(status) => self.heard(status),
            Err(RailError::NotSent(reason)) => self.send_later(None, reason),
            Err(RailError::Unknown(reason)) => {
                (self.step, self.asked) = (Step::Ask, 0);
                self.ask_later(reason)
            }
            Err(error) => (Some(Answer::Failed(error)), Next::Over),
        }
    }

    async fn ask(&mut self, rail: &dyn ChargingRail, charge: &Charge) -> Came {
        let answered = timeout(ANSWER_WAIT, rail.find(charge)).await;
        let answered = answered.unwrap_or_else(|_| Err(no_answer())).map_err(RailError::masked);
        match answered {
            Ok(Some(status)) => self.heard(status),
            Ok(None) => {
                self.step = Step::Send;
                self.send_later(Some(Answer::NeverArrived), "it never arrived".to_owned())
            }
            Err(RailError::NotSent(reason) | RailError::Unknown(reason)) => self.ask_later(reason),
            Err(error) => (Some(Answer::Failed(error)), Next::Over),
        }
    }

    fn heard(&mut self, status: ChargeStatus) -> Came {
        let next = match &status {
            ChargeStatus::Taken(_) => Next::Over,
            ChargeStatus::Pending => {
                (self.step, self.asked) = (Step::Ask, 0);
                Next::Again(PENDING_WAIT)
            }
        };
        (Some(Answer::Status(status.masked())), next)
    }

    fn send_later(&mut self, answer: Option<Answer>, reason: String) -> Came {
        self.sent += 1;
        match wait_after(RailFailureClass::NotSent, self.sent, self.settlement.id.as_bytes()) {
            Some(wait) => (answer, Next::Again(wait)),
            None => {
                let reason = format!("{reason}, tried {} times", self.sent);
                (Some(Answer::Failed(RailError::NotSent(reason))), Next::Over)
            }
        }
    }

    fn ask_later(&mut self, reason: String) -> Came {
        self.asked += 1;
        match wait_after(RailFailureClass::Unknown, self.asked, self.settlement.id.as_bytes()) {
            Some(wait) => (Some(Answer::NotKnown(reason)), Next::Again(wait)),
            None => {
                let reason = format!("{reason}, asked {} times", self.asked);
                (Some(Answer::Failed(RailError::Unknown(reason))), Next::Over)
            }
        }
    }

    /// Until the books take it. What they refuse is set aside as a defect, where it is seen.
    async fn bring(&self, intake: &Intake, mut answer: Answer) -> bool {
        let id = self.settlement.id;
        let mut pause = Pause::new();
        loop {
            let command = Command::TakeCharge { settlement: id, answer: answer.clone() };
            let Err(error) = intake.ask(command).await else { return true };
            tracing::warn!(settlement = %id, %error, "what became of a charge was not recorded");
            if error.may_pass() {
                pause.take().await;
            } else if matches!(answer, Answer::Failed(RailError::Protocol(_)))
                || error == EngineError::Closing
            {
                return false;
            } else {
                answer = Answer::Failed(RailError::Protocol(error.to_string()));
            }
        }
    }
}

fn no_answer() -> RailError {
    RailError::Unknown("no answer in a minute".to_owned())
}
