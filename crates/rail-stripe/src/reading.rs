//! Stripe's objects as a reading: one payment intent with its charge, its refunds and its disputes is the whole truth of
//! one payment.

use money::{Currency, Money};
use payment::card::{
    CardCharge, CardEnd, CardLevel, CardReading, DisputeReading, DisputeStatus, RefundReading, RefundStatus,
    Withdrawal,
};
use payment::{RailError, Timestamp};
use stripe_shared::{
    BalanceTransaction, Charge, Dispute, PaymentIntent, PaymentIntentCancellationReason, PaymentIntentStatus,
    PaymentMethodDetails, Refund,
};
use stripe_types::Expandable;

use crate::amounts;

/// Where our ids are in the metadata of Stripe's objects.
pub(crate) const PAYMENT: &str = "tillstream_payment";
pub(crate) const REFUND: &str = "tillstream_refund";

/// Everything that was read of one payment.
pub(crate) struct Facts {
    pub(crate) intent: PaymentIntent,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) disputes: Vec<Dispute>,
}

impl Facts {
    /// As a reading of that number and name. `waiting` is what the payment is while the customer has not paid.
    pub(crate) fn reading(
        &self,
        number: u64,
        reference: String,
        waiting: CardLevel,
    ) -> Result<CardReading, RailError> {
        let (charge, level) = (self.charge(), self.level(waiting)?);
        let is_waiting = matches!(level, CardLevel::Waiting { .. });
        Ok(CardReading {
            number,
            reference,
            level,
            declined: self.declined().filter(|_| is_waiting),
            charge: charge.map(charge_facts).transpose()?,
            refunds: self.refunds.iter().map(refund).collect::<Result<_, _>>()?,
            disputes: self.disputes.iter().map(dispute).collect::<Result<_, _>>()?,
        })
    }

    /// The newest charge, where it was read with the intent.
    pub(crate) fn charge(&self) -> Option<&Charge> {
        match self.intent.latest_charge.as_ref()? {
            Expandable::Object(charge) => Some(charge),
            Expandable::Id(_) => None,
        }
    }

    /// What Stripe keeps of the newest charge, once it says so.
    pub(crate) fn fee(&self) -> Result<Option<Money>, RailError> {
        self.charge().map_or(Ok(None), fee)
    }

    /// Why the last try failed, while another one is possible.
    pub(crate) fn declined(&self) -> Option<String> {
        let error = self.intent.last_payment_error.as_ref()?;
        error.message.clone().or_else(|| error.code.as_ref().map(|code| code.as_str().to_owned()))
    }

    /// Held money is held and nothing else: `requires_capture` is never paid.
    fn level(&self, waiting: CardLevel) -> Result<CardLevel, RailError> {
        let intent = &self.intent;
        let currency = currency(&intent.currency)?;
        Ok(match &intent.status {
            PaymentIntentStatus::Succeeded => {
                CardLevel::Captured { amount: told(intent.amount_received, currency)? }
            }
            PaymentIntentStatus::RequiresCapture => CardLevel::Authorized {
                amount: told(intent.amount_capturable, currency)?,
                until: self.charge().and_then(capture_before),
            },
            PaymentIntentStatus::Processing => {
                CardLevel::Processing { amount: told(intent.amount, currency)? }
            }
            PaymentIntentStatus::Canceled => CardLevel::Ended(self.end()),
            PaymentIntentStatus::RequiresAction
            | PaymentIntentStatus::RequiresConfirmation
            | PaymentIntentStatus::RequiresPaymentMethod => waiting,
            new => {
                let word = new.as_str();
                return Err(RailError::Protocol(format!("Stripe has a new word for a payment: {word}")));
            }
        })
    }

    /// A payment that was called off after a card was declined ended because it was declined.
    fn end(&self) -> CardEnd {
        let reason = self.intent.cancellation_reason.as_ref();
        match (reason, self.declined()) {
            (
                Some(PaymentIntentCancellationReason::Automatic | PaymentIntentCancellationReason::Expired),
                _,
            ) => CardEnd::Expired,
            (Some(PaymentIntentCancellationReason::Abandoned), Some(declined)) => CardEnd::Declined(declined),
            _ => CardEnd::Cancelled,
        }
    }
}

/// The currency of ISO 4217 that Stripe means.
pub(crate) fn currency(stripes: &stripe_types::Currency) -> Result<Currency, RailError> {
    Currency::iso(&stripes.to_string().to_uppercase())
        .map_err(|_| RailError::Protocol(format!("Stripe tells of a currency that is none: {stripes}")))
}

/// An amount that Stripe tells.
pub(crate) fn told(count: i64, currency: Currency) -> Result<Money, RailError> {
    amounts::told(count, currency).map_err(|error| RailError::Protocol(error.to_string()))
}

fn seconds(at: i64) -> Timestamp {
    Timestamp::from_millis(at.saturating_mul(1_000))
}

fn capture_before(charge: &Charge) -> Option<Timestamp> {
    let details = charge.payment_method_details.as_ref()?;
    let present = details.card_present.as_ref().and_then(|card| card.capture_before);
    present.or(details.card.as_ref().and_then(|card| card.capture_before)).map(seconds)
}

fn fee(charge: &Charge) -> Result<Option<Money>, RailError> {
    match &charge.balance_transaction {
        Some(Expandable::Object(moved)) => told(moved.fee, currency(&moved.currency)?).map(Some),
        Some(Expandable::Id(_)) | None => Ok(None),
    }
}

fn charge_facts(charge: &Charge) -> Result<CardCharge, RailError> {
    let details = charge.payment_method_details.as_ref();
    let Shown { brand, last4, wallet } = details.map_or_else(Shown::default, shown);
    let receipt = details.map_or_else(Vec::new, receipt_fields);
    let must_be_presented = details.is_some_and(|details| details.interac_present.is_some());
    let (reference, fee) = (charge.id.as_str().to_owned(), fee(charge)?);
    Ok(CardCharge { reference, brand, last4, wallet, receipt, must_be_presented, fee })
}

/// What a receipt shows of how somebody paid.
#[derive(Default)]
struct Shown {
    brand: String,
    last4: Option<String>,
    wallet: Option<String>,
}

fn shown(details: &PaymentMethodDetails) -> Shown {
    if let Some(card) = &details.card_present {
        let wallet = card.wallet.as_ref().map(|wallet| wallet.type_.as_str().to_owned());
        let brand = card.brand.clone().unwrap_or_else(|| details.type_.clone());
        return Shown { brand, last4: card.last4.clone(), wallet };
    }
    if let Some(card) = &details.interac_present {
        let brand = card.brand.clone().unwrap_or_else(|| "interac".to_owned());
        return Shown { brand, last4: card.last4.clone(), wallet: None };
    }
    if let Some(card) = &details.card {
        let wallet = card.wallet.as_ref().map(|wallet| wallet.type_.as_str().to_owned());
        let brand = card.brand.clone().unwrap_or_else(|| details.type_.clone());
        return Shown { brand, last4: card.last4.clone(), wallet };
    }
    Shown { brand: details.type_.clone(), ..Shown::default() }
}

/// What card networks require on a receipt, under Stripe's names and in the order of its documentation
/// (<https://docs.stripe.com/terminal/features/receipts>).
fn receipt_fields(details: &PaymentMethodDetails) -> Vec<(String, String)> {
    /// Both kinds of cards at readers have the same fields, and no type in common.
    macro_rules! fields {
        ($receipt:expr) => {
            [
                ("application_preferred_name", $receipt.application_preferred_name.clone()),
                ("dedicated_file_name", $receipt.dedicated_file_name.clone()),
                ("account_type", $receipt.account_type.as_ref().map(|kind| kind.as_str().to_owned())),
                ("authorization_code", $receipt.authorization_code.clone()),
                ("authorization_response_code", $receipt.authorization_response_code.clone()),
                ("application_cryptogram", $receipt.application_cryptogram.clone()),
                ("cardholder_verification_method", $receipt.cardholder_verification_method.clone()),
                ("terminal_verification_results", $receipt.terminal_verification_results.clone()),
                ("transaction_status_information", $receipt.transaction_status_information.clone()),
            ]
        };
    }
    let card = details.card_present.as_ref().and_then(|card| card.receipt.as_ref());
    let interac = details.interac_present.as_ref().and_then(|card| card.receipt.as_ref());
    let fields = match (card, interac) {
        (Some(receipt), _) => fields!(receipt),
        (None, Some(receipt)) => fields!(receipt),
        (None, None) => return Vec::new(),
    };
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn refund(refund: &Refund) -> Result<RefundReading, RailError> {
    let asked = refund.metadata.as_ref().and_then(|metadata| metadata.get(REFUND)?.parse().ok());
    Ok(RefundReading {
        reference: refund.id.as_str().to_owned(),
        asked,
        amount: told(refund.amount, currency(&refund.currency)?)?,
        status: refund_status(refund.status.as_deref())?,
        failure: refund.failure_reason.clone(),
    })
}

/// Without a word Stripe means that it is on its way.
fn refund_status(word: Option<&str>) -> Result<RefundStatus, RailError> {
    Ok(match word {
        None | Some("pending") => RefundStatus::Pending,
        Some("requires_action") => RefundStatus::NeedsAction,
        Some("succeeded") => RefundStatus::Succeeded,
        Some("failed") => RefundStatus::Failed,
        Some("canceled") => RefundStatus::Cancelled,
        Some(word) => {
            return Err(RailError::Protocol(format!("Stripe has a new word for a refund: {word}")));
        }
    })
}

fn dispute(dispute: &Dispute) -> Result<DisputeReading, RailError> {
    let due_by = dispute.evidence_details.due_by.map(seconds);
    Ok(DisputeReading {
        reference: dispute.id.as_str().to_owned(),
        amount: told(dispute.amount, currency(&dispute.currency)?)?,
        status: dispute_status(&dispute.status)?,
        reason: dispute.reason.clone(),
        due_by,
        withdrawn: withdrawn(&dispute.balance_transactions)?,
    })
}

fn dispute_status(status: &stripe_shared::DisputeStatus) -> Result<DisputeStatus, RailError> {
    use stripe_shared::DisputeStatus as Stripes;
    Ok(match status {
        Stripes::WarningNeedsResponse => DisputeStatus::WarningNeedsResponse,
        Stripes::WarningUnderReview => DisputeStatus::WarningUnderReview,
        Stripes::WarningClosed => DisputeStatus::WarningClosed,
        Stripes::NeedsResponse => DisputeStatus::NeedsResponse,
        Stripes::UnderReview => DisputeStatus::UnderReview,
        Stripes::Won => DisputeStatus::Won,
        Stripes::Lost => DisputeStatus::Lost,
        Stripes::Prevented => DisputeStatus::Prevented,
        new => {
            let word = new.as_str();
            return Err(RailError::Protocol(format!("Stripe has a new word for a dispute: {word}")));
        }
    })
}

/// What a dispute took and did not give back: the sum of its movements, the other way round.
fn withdrawn(moved: &[BalanceTransaction]) -> Result<Option<Withdrawal>, RailError> {
    let Some(first) = moved.first() else { return Ok(None) };
    let (mut amount, mut fee) = (0_i64, 0_i64);
    for one in moved.iter().filter(|one| one.currency == first.currency) {
        amount = amount.saturating_sub(one.amount);
        fee = fee.saturating_add(one.fee);
    }
    if amount == 0 && fee == 0 {
        return Ok(None);
    }
    let currency = currency(&first.currency)?;
    Ok(Some(Withdrawal { amount: told(amount, currency)?, fee: told(fee, currency)? }))
}
