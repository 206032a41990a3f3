//! Refunds for which the card is presented (<https://docs.stripe.com/terminal/features/refunds>): an Interac card is given
//! back to at a reader and in no other way. The reader is asked once, under the refund's own id, which also stands in the
//! metadata of its action and of the refund that comes of it. What became of it, the reader and the payment say together:
//! the reader is looked at first, so a refund that it made by then is among those read after it.

use std::collections::HashMap;

use payment::card::{CardReading, ReaderRefund, ReaderRefunds, ReaderStep};
use payment::rail::RailFuture;
use payment::{RailError, RefundId};
use stripe::StripeError;
use stripe_terminal::{
    TerminalReader, TerminalReaderReaderResourceReaderAction as Action, TerminalReaderStatus,
};

use crate::amounts;
use crate::failure::is_missing;
use crate::rail::{StripeRail, refused_refund};
use crate::reader::{AtReader, about, not_processed};
use crate::reading::REFUND;

impl ReaderRefunds for StripeRail {
    fn ask<'a>(&'a self, refund: &'a ReaderRefund) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(self.ask_for_card(refund))
    }

    fn look<'a>(
        &'a self,
        refund: &'a ReaderRefund,
    ) -> RailFuture<'a, Result<Option<CardReading>, RailError>> {
        Box::pin(async move {
            let (about, reading) = self.look_for_refund(refund).await?;
            match about {
                _ if is_told(&reading, refund.wish.refund) => Ok(Some(reading)),
                AtReader::Busy | AtReader::Done => Ok(Some(reading)),
                AtReader::GaveUp(reason) => Err(RailError::Declined(
                    reason.unwrap_or_else(|| "the reader gave up on it, and nothing went back".to_owned()),
                )),
                AtReader::Elsewhere => Ok(None),
            }
        })
    }

    fn stop<'a>(&'a self, refund: &'a ReaderRefund) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            let (about, reading) = self.look_for_refund(refund).await?;
            match about {
                AtReader::Done => return Ok(reading),
                AtReader::GaveUp(_) | AtReader::Elsewhere => return told_or_off(reading, refund.wish.refund),
                AtReader::Busy => {}
            }
            // Refused while the card is being read: then it is looked at again.
            self.noted(self.account.stop_reader(&refund.reader).await)?;
            self.note_step(refund.wish.payment, None);
            let reading = self.read_again(refund.wish.payment, &refund.wish.reference).await?;
            told_or_off(reading, refund.wish.refund)
        })
    }
}

impl StripeRail {
    async fn ask_for_card(&self, refund: &ReaderRefund) -> Result<CardReading, RailError> {
        let ReaderRefund { wish, reader } = refund;
        let intent = self.intent_of(&wish.reference).await?;
        let count = amounts::counted(wish.amount).map_err(|error| RailError::Declined(error.to_string()))?;
        let key = wish.refund.to_string();
        let metadata = HashMap::from([(REFUND.to_owned(), key.clone())]);
        let asked = self.account.refund_at(&key, reader, &intent, count, metadata).await;
        let certain = asked.as_ref().err().and_then(not_processed);
        let at_reader = self.noted(asked).map_err(|error| match certain {
            Some(reason) => RailError::Declined(reason),
            None => refused_refund(error),
        })?;
        self.note_label(&at_reader);
        self.note_step(wish.payment, Some(step(&at_reader)));
        self.read_again(wish.payment, &wish.reference).await
    }

    /// What the reader does about it, and the payment after that. A reader that is not there any more does nothing.
    async fn look_for_refund(&self, refund: &ReaderRefund) -> Result<(AtReader, CardReading), RailError> {
        let ReaderRefund { wish, reader } = refund;
        let (about, step) = match self.look_at(reader).await {
            Ok(at_reader) => {
                let about = about(&at_reader, |action| is_about(action, wish.refund));
                let step = matches!(about, AtReader::Busy).then(|| step(&at_reader));
                (about, step)
            }
            Err(error) if is_gone(&error) => (AtReader::Elsewhere, None),
            Err(error) => return self.noted(Err(error)),
        };
        let reading = self.read_again(wish.payment, &wish.reference).await?;
        self.note_step(wish.payment, step.filter(|_| !is_told(&reading, wish.refund)));
        Ok((about, reading))
    }
}

fn told_or_off(reading: CardReading, refund: RefundId) -> Result<CardReading, RailError> {
    if is_told(&reading, refund) {
        return Ok(reading);
    }
    Err(RailError::Declined("it was called off before the card was presented".to_owned()))
}

fn is_told(reading: &CardReading, refund: RefundId) -> bool {
    reading.refunds.iter().any(|told| told.asked == Some(refund))
}

fn is_about(action: &Action, refund: RefundId) -> bool {
    let metadata = action.refund_payment.as_ref().and_then(|deed| deed.metadata.as_ref());
    metadata.and_then(|metadata| metadata.get(REFUND)).is_some_and(|id| *id == refund.to_string())
}

fn is_gone(error: &StripeError) -> bool {
    is_missing(error) || matches!(error, StripeError::ConfigError(_))
}

const fn step(reader: &TerminalReader) -> ReaderStep {
    match reader.status {
        Some(TerminalReaderStatus::Offline) => ReaderStep::Silent,
        _ => ReaderStep::AsksForCard,
    }
}
