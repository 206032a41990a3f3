//! A card at the reader on the counter (<https://docs.stripe.com/terminal/payments/collect-card-payment?terminal-sdk-platform=server-driven>):
//! an intent is made, the reader is told to process it, and answers later. A payment that failed at the reader is called
//! off, so that nothing can be charged under it any more.

use payment::RailError;
use payment::card::{CardAttempt, CardEnd, CardLevel, CardReading, ReaderStep, ShownCart, ShownLine};
use stripe::StripeError;
use stripe_core::payment_intent::CancelPaymentIntentCancellationReason as Why;
use stripe_shared::{ApiErrorsCode, PaymentIntent, PaymentIntentStatus};
use stripe_terminal::terminal_reader::{
    SetReaderDisplayTerminalReaderCart as DisplayedCart,
    SetReaderDisplayTerminalReaderCartLineItems as DisplayedLine,
};
use stripe_terminal::{
    TerminalReader, TerminalReaderReaderResourceReaderAction as Action,
    TerminalReaderReaderResourceReaderActionStatus as ActionStatus,
    TerminalReaderReaderResourceReaderActionType as ActionType, TerminalReaderStatus,
};
use stripe_types::Expandable;

use crate::amounts;
use crate::failure::{code, failure, is_missing};
use crate::rail::{CLOCKS_APART, StripeRail, is_of, stripes};
use crate::reading::Facts;

/// What a reader is doing about a payment or a refund.
pub(crate) enum AtReader {
    /// It asks for a card, or the card's bank.
    Busy,
    /// It did it a moment ago, and what it was about says so at the next look.
    Done,
    /// It gave up on it; why.
    GaveUp(Option<String>),
    /// It does something else, or nothing.
    Elsewhere,
}

impl StripeRail {
    pub(crate) async fn open_at_reader(
        &self,
        attempt: &CardAttempt,
        reader: &str,
    ) -> Result<CardReading, RailError> {
        let id = match self.kept_intent(attempt.payment) {
            Some(id) => id,
            None => self.make_intent(attempt).await?,
        };
        let id = id.as_str();
        self.show_cart(reader, &attempt.cart).await;
        let key = format!("{}-process-{}", attempt.payment, self.next_opening(attempt.payment));
        match self.account.process(&key, reader, id).await {
            Ok(at_reader) => {
                self.note_label(&at_reader);
                self.note_step(attempt.payment, Some(ReaderStep::AsksForCard));
                self.reading_at_reader(id).await
            }
            Err(error) => match not_processed(&error) {
                Some(reason) => self.give_up(attempt, id, Some(reason)).await,
                None => self.noted(Err(error)),
            },
        }
    }

    async fn make_intent(&self, attempt: &CardAttempt) -> Result<String, RailError> {
        let wish = attempt.payment.to_string();
        let key = self.key(&wish);
        let made = self.account.make_intent(self.asked(&key, attempt)?).await;
        Ok(self.done(&wish, made)?.id.as_str().to_owned())
    }

    /// `None` when the reader was never told: then it can be.
    pub(crate) async fn find_at_reader(
        &self,
        attempt: &CardAttempt,
        reader: &str,
    ) -> Result<Option<CardReading>, RailError> {
        let Some(id) = self.intent_id(attempt).await? else { return Ok(None) };
        let facts = self.facts(&id).await?;
        if !is_waiting(&facts.intent) {
            return self.reading(&facts).map(Some);
        }
        let at_reader = self.noted(self.look_at(reader).await)?;
        let about = about(&at_reader, |action| is_about(action, &id));
        let is_busy = matches!(about, AtReader::Busy);
        self.note_step(attempt.payment, is_busy.then(|| step(&at_reader, &facts.intent)));
        match about {
            AtReader::Busy | AtReader::Done => self.reading(&facts).map(Some),
            AtReader::GaveUp(reason) => self.give_up(attempt, &id, reason).await.map(Some),
            AtReader::Elsewhere if attempt.reference.is_none() && facts.declined().is_none() => {
                self.keep_intent(attempt.payment, id);
                Ok(None)
            }
            AtReader::Elsewhere => self.give_up(attempt, &id, facts.declined()).await.map(Some),
        }
    }

    pub(crate) async fn cancel_at_reader(
        &self,
        attempt: &CardAttempt,
        reader: &str,
    ) -> Result<CardReading, RailError> {
        let Some(id) = self.intent_id(attempt).await? else {
            return Err(RailError::NotSent("it never arrived".to_owned()));
        };
        let at_reader = self.noted(self.look_at(reader).await)?;
        if matches!(about(&at_reader, |action| is_about(action, &id)), AtReader::Busy)
            || shows_cart(&at_reader)
        {
            self.noted(self.account.stop_reader(reader).await)?;
        }
        self.call_off(attempt, &id, Why::RequestedByCustomer).await?;
        self.reading_at_reader(&id).await
    }

    /// A cart that can't be shown keeps nobody from paying.
    async fn show_cart(&self, reader: &str, cart: &ShownCart) {
        let shown = match counted(cart) {
            Ok(cart) => self.account.show(reader, cart).await.map_err(|error| failure(&error).to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(reason) = shown {
            tracing::warn!(reader, reason, "the reader can't show the cart; the payment goes on");
        }
    }

    /// Nothing was taken, and nothing will be. Where the card was charged after all, that is what is read.
    async fn give_up(
        &self,
        attempt: &CardAttempt,
        id: &str,
        reason: Option<String>,
    ) -> Result<CardReading, RailError> {
        self.call_off(attempt, id, Why::Abandoned).await?;
        let mut reading = self.reading_at_reader(id).await?;
        if let (CardLevel::Ended(end), Some(reason)) = (&mut reading.level, reason) {
            *end = CardEnd::Declined(reason);
        }
        Ok(reading)
    }

    /// A payment that can't be called off any more is one that somebody paid, or called off.
    pub(crate) async fn call_off(&self, attempt: &CardAttempt, id: &str, why: Why) -> Result<(), RailError> {
        let wish = format!("{}-cancel", attempt.payment);
        match self.account.cancel_intent(&self.key(&wish), id, why).await {
            Err(error) if code(&error) == Some(&ApiErrorsCode::PaymentIntentUnexpectedState) => Ok(()),
            answer => self.done(&wish, answer).map(|_| ()),
        }
    }

    async fn reading_at_reader(&self, id: &str) -> Result<CardReading, RailError> {
        let facts = self.facts(id).await?;
        self.reading(&facts)
    }

    fn reading(&self, facts: &Facts) -> Result<CardReading, RailError> {
        let reference = facts.intent.id.as_str().to_owned();
        facts.reading(self.next_number(), reference, CardLevel::Waiting { link: None })
    }

    /// By the name that Stripe told, or by our id in the metadata of what was made since: a list is true at once, a search
    /// a minute later.
    async fn intent_id(&self, attempt: &CardAttempt) -> Result<Option<String>, RailError> {
        if let Some(reference) = &attempt.reference {
            return match self.account.intent(reference).await {
                Err(error) if is_missing(&error) => Ok(None),
                answer => self.noted(answer).map(|intent| Some(intent.id.as_str().to_owned())),
            };
        }
        let since = attempt.payment.made_at().millis() / 1_000 - CLOCKS_APART;
        let mut after: Option<String> = None;
        loop {
            let page = self.noted(self.account.intents_since(since, after.as_deref()).await)?;
            if let Some(found) = page.data.iter().find(|intent| is_of(intent, attempt.payment)) {
                return Ok(Some(found.id.as_str().to_owned()));
            }
            match page.data.last() {
                Some(last) if page.has_more => after = Some(last.id.as_str().to_owned()),
                Some(_) | None => return Ok(None),
            }
        }
    }
}

/// A cart in Stripe's count.
fn counted(cart: &ShownCart) -> Result<DisplayedCart, RailError> {
    let count = |money| amounts::counted(money).map_err(|error| RailError::Declined(error.to_string()));
    let line = |line: &ShownLine| {
        let quantity = u64::from(line.quantity);
        count(line.price).map(|price| DisplayedLine::new(price, line.text.clone(), quantity))
    };
    let lines = cart.lines.iter().map(line).collect::<Result<Vec<_>, _>>()?;
    let currency = stripes(cart.total.currency())?;
    let tax = cart.tax.map(count).transpose()?;
    Ok(DisplayedCart { tax, ..DisplayedCart::new(currency, lines, count(cart.total)?) })
}

const fn is_waiting(intent: &PaymentIntent) -> bool {
    matches!(
        intent.status,
        PaymentIntentStatus::RequiresPaymentMethod
            | PaymentIntentStatus::RequiresConfirmation
            | PaymentIntentStatus::RequiresAction
    )
}

/// The reader certainly did not begin; why, in the shop's words. A time-out proves nothing
/// (<https://docs.stripe.com/terminal/payments/collect-card-payment#handle-errors>).
pub(crate) fn not_processed(error: &StripeError) -> Option<String> {
    let words = match code(error)? {
        ApiErrorsCode::TerminalReaderBusy => "the reader is busy with something else",
        ApiErrorsCode::TerminalReaderOffline => "the reader is offline: check its power and network",
        ApiErrorsCode::TerminalReaderHardwareFault => "the reader has a fault: restart it",
        ApiErrorsCode::ResourceMissing => {
            "the reader is not there any more: choose another in Settings, Cards"
        }
        _ => return None,
    };
    Some(words.to_owned())
}

pub(crate) fn about(reader: &TerminalReader, is_about: impl Fn(&Action) -> bool) -> AtReader {
    let Some(action) = reader.action.as_ref().filter(|action| is_about(action)) else {
        return AtReader::Elsewhere;
    };
    match action.status {
        ActionStatus::InProgress => AtReader::Busy,
        ActionStatus::Failed => {
            AtReader::GaveUp(action.failure_message.clone().or(action.failure_code.clone()))
        }
        _ => AtReader::Done,
    }
}

/// How far a reader is that is at this intent.
fn step(reader: &TerminalReader, intent: &PaymentIntent) -> ReaderStep {
    match (&reader.status, &intent.status) {
        (Some(TerminalReaderStatus::Offline), _) => ReaderStep::Silent,
        (_, PaymentIntentStatus::RequiresPaymentMethod) => ReaderStep::AsksForCard,
        _ => ReaderStep::AsksBank,
    }
}

fn shows_cart(reader: &TerminalReader) -> bool {
    reader.action.as_ref().is_some_and(|action| action.type_ == ActionType::SetReaderDisplay)
}

fn is_about(action: &Action, intent: &str) -> bool {
    let processed = action.process_payment_intent.as_ref().map(|process| &process.payment_intent);
    processed.is_some_and(|about| match about {
        Expandable::Id(id) => id.as_str() == intent,
        Expandable::Object(about) => about.id.as_str() == intent,
    })
}
