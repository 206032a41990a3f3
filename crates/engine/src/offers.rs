//! Addresses on their way from a rail to the journal. An answer that can't be committed now is brought again for as long
//! as the till runs: the rail has spent an address on it.

use payment::rail::{Attempt, Offer, RailError};
use payment::{InvoiceId, RailId};

use tracing::Instrument;

use crate::command::{Command, EngineError};
use crate::intake::Intake;
use crate::rails::{Pause, Rails};
use crate::supervisor::Supervisor;

/// A payment that waits for an address.
pub(crate) struct Wanted {
    pub(crate) invoice: InvoiceId,
    pub(crate) rail: RailId,
    pub(crate) attempt: Attempt,
}

/// Asks the rail and brings its answer through the one door. Closing the till gives up a question that is not answered
/// yet, because the next start asks it again, and commits an answer that is there.
pub(crate) fn request(supervisor: &Supervisor, rails: &Rails, intake: &Intake, wanted: Wanted) {
    let (rails, intake) = (rails.clone(), intake.clone());
    let (stopping, closing) = (supervisor.stopping(), supervisor.stopping());
    let span = tracing::debug_span!("offer", rail = %wanted.rail, payment = %wanted.attempt.payment);
    let asking = async move {
        let asked = async {
            let pending = rails.hold(wanted.rail).await;
            (ask(&rails, &wanted).await, pending)
        };
        let (answer, _pending) = tokio::select! {
            biased;
            answered = asked => answered,
            () = stopping => return,
        };
        match &answer {
            Ok(_) => tracing::debug!("the rail gave an address"),
            Err(error) => tracing::debug!(%error, "the rail gave no address"),
        }
        bring(&intake, &wanted, answer, closing).await;
    };
    supervisor.run_to_end(asking.instrument(span));
}

async fn ask(rails: &Rails, wanted: &Wanted) -> Result<Offer, RailError> {
    match rails.get(wanted.rail) {
        Some(Ok(rail)) => rail.offer(&wanted.attempt).await.map_err(RailError::masked),
        Some(Err(error)) => Err(error),
        None => Err(RailError::Misconfigured("this till has no such rail".to_owned())),
    }
}

/// An offer that the books refuse is a failed one, so that nobody waits for its code.
async fn bring(
    intake: &Intake,
    wanted: &Wanted,
    mut answer: Result<Offer, RailError>,
    closing: impl Future<Output = ()>,
) {
    let mut pause = Pause::new();
    tokio::pin!(closing);
    loop {
        let Err(error) = intake.ask(wanted.take(answer.clone())).await else { return };
        tracing::warn!(payment = %wanted.attempt.payment, %error, "an offer was not recorded");
        if error.may_pass() {
            tokio::select! {
                biased;
                () = &mut closing => return,
                () = pause.take() => {}
            }
        } else if answer.is_ok() && error != EngineError::Closing {
            answer = Err(RailError::Protocol(error.to_string()));
        } else {
            return;
        }
    }
}

impl Wanted {
    fn take(&self, answer: Result<Offer, RailError>) -> Command {
        Command::TakeOffer { invoice: self.invoice, payment: self.attempt.payment, rail: self.rail, answer }
    }
}
