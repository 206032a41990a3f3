//! The shop's readers (<https://docs.stripe.com/terminal/fleet/register-readers>): which there are, and making one the
//! shop's by the code that it shows. Whether a reader is online says Stripe, which heard it: this machine's clock may be
//! wrong.

use payment::RailError;
use payment::Timestamp;
use payment::card::{CardReader, ReaderPlace, ReaderTask, ReaderWish};
use stripe::StripeError;
use stripe_terminal::{
    TerminalLocation, TerminalReader, TerminalReaderReaderResourceReaderActionStatus as ActionStatus,
    TerminalReaderReaderResourceReaderActionType as ActionType, TerminalReaderStatus,
};

use crate::rail::StripeRail;

impl StripeRail {
    pub(crate) async fn list_readers(&self) -> Result<Vec<CardReader>, RailError> {
        let (mut readers, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = self.noted(self.account.readers(after.as_deref()).await)?;
            after = page.data.last().map(|reader| reader.id.as_str().to_owned());
            let is_last = !page.has_more || after.is_none();
            page.data.iter().for_each(|reader| self.note_label(reader));
            readers.extend(page.data.into_iter().map(card_reader));
            if is_last {
                return Ok(readers);
            }
        }
    }

    /// The reader as it is now.
    pub(crate) async fn look_at(&self, reader: &str) -> Result<TerminalReader, StripeError> {
        let at_reader = self.account.reader(reader).await?;
        self.note_label(&at_reader);
        Ok(at_reader)
    }

    /// The same code again is refused by Stripe, so nothing is registered twice.
    pub(crate) async fn register_reader(&self, wish: &ReaderWish) -> Result<CardReader, RailError> {
        let location = self.location_for(wish.place.as_ref()).await?;
        let made = self.account.make_reader(&wish.code, &wish.label, &location).await;
        self.noted(made).map(card_reader).map_err(typed_wrong)
    }

    /// The place of that name, or the newest, or a new one.
    async fn location_for(&self, place: Option<&ReaderPlace>) -> Result<String, RailError> {
        let known = self.noted(self.account.locations().await)?.data;
        let is_named = |location: &&TerminalLocation| {
            place.is_none_or(|place| location.display_name.trim() == place.name.trim())
        };
        if let Some(location) = known.iter().find(is_named) {
            return Ok(location.id.as_str().to_owned());
        }
        let Some(place) = place else {
            let reason = "the first reader needs the shop's address: write it beside the reader's code";
            return Err(RailError::Declined(reason.to_owned()));
        };
        let made = self.account.make_location(place).await;
        self.noted(made).map(|location| location.id.as_str().to_owned()).map_err(typed_wrong)
    }
}

/// What Stripe finds wrong with a code or an address, somebody typed.
fn typed_wrong(error: RailError) -> RailError {
    match error {
        RailError::Protocol(reason) => RailError::Declined(reason),
        other => other,
    }
}

fn card_reader(reader: TerminalReader) -> CardReader {
    CardReader {
        id: reader.id.as_str().to_owned(),
        task: task(&reader),
        is_online: reader.status == Some(TerminalReaderStatus::Online),
        // Stripe tells this one time in milliseconds (https://docs.stripe.com/api/terminal/readers/object).
        heard_at: reader.last_seen_at.map(Timestamp::from_millis),
        device: reader.device_type.as_str().to_owned(),
        label: reader.label,
    }
}

fn task(reader: &TerminalReader) -> ReaderTask {
    let busy = reader.action.as_ref().filter(|action| action.status == ActionStatus::InProgress);
    match busy.map(|action| &action.type_) {
        None | Some(ActionType::SetReaderDisplay) => ReaderTask::Idle,
        Some(ActionType::ProcessPaymentIntent) => ReaderTask::Payment,
        Some(ActionType::RefundPayment) => ReaderTask::Refund,
        Some(_) => ReaderTask::Other,
    }
}
