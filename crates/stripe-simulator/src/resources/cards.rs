//! Stripe's test cards by name, each with its fate, and what declines say.
//!
//! Source: <https://docs.stripe.com/testing>.

use serde_json::json;

use crate::wire::{Refusal, RefusalKind};

use super::dispute::DisputeReason;

/// What becomes of payments with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Approves,
    /// Approves, and the money may be paid out at once.
    ApprovesAtOnce,
    /// Is declined, already when it is attached to a customer.
    Declines(&'static Decline),
    /// Can be attached to a customer, and is declined when it is charged.
    DeclinesWhenCharged(&'static Decline),
    /// Asks its holder to prove who it is.
    Authenticates,
    /// Is disputed after it was charged.
    IsDisputed(DisputeReason),
    /// The holder's bank asks what that was, before it disputes.
    IsAskedAbout,
    /// A refund seems to arrive, and fails later.
    RefundFails,
    /// A refund is under way for a while.
    RefundPends,
}

/// Why a bank says no.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decline {
    pub(crate) code: &'static str,
    pub(crate) decline_code: Option<&'static str>,
    pub(crate) message: &'static str,
    pub(crate) param: Option<&'static str>,
}

const fn declined(decline_code: &'static str, message: &'static str) -> Decline {
    Decline { code: "card_declined", decline_code: Some(decline_code), message, param: None }
}

pub(crate) static GENERIC: Decline = declined("generic_decline", "Your card was declined.");
static INSUFFICIENT_FUNDS: Decline = declined("insufficient_funds", "Your card has insufficient funds.");
static LOST_CARD: Decline = declined("lost_card", "Your card was declined.");
static STOLEN_CARD: Decline = declined("stolen_card", "Your card was declined.");
static CALL_ISSUER: Decline = declined("call_issuer", "Your card was declined.");
static INCORRECT_PIN: Decline = declined("incorrect_pin", "The PIN entered is incorrect.");
static WITHDRAWAL_LIMIT: Decline =
    declined("withdrawal_count_limit_exceeded", "Your card was declined for exceeding its credit limit.");
static PIN_TRIES: Decline =
    declined("pin_try_exceeded", "Your card was declined: the number of PIN tries was exceeded.");
static VELOCITY: Decline =
    declined("card_velocity_exceeded", "Your card was declined for making repeated attempts too frequently.");
static EXPIRED: Decline = Decline {
    code: "expired_card",
    decline_code: Some("expired_card"),
    message: "Your card has expired.",
    param: Some("exp_month"),
};
static INCORRECT_CVC: Decline = Decline {
    code: "incorrect_cvc",
    decline_code: Some("incorrect_cvc"),
    message: "Your card's security code is incorrect.",
    param: Some("cvc"),
};
static PROCESSING_ERROR: Decline = Decline {
    code: "processing_error",
    decline_code: Some("processing_error"),
    message: "An error occurred while processing your card. Try again in a little bit.",
    param: None,
};
pub(crate) static AUTHENTICATION_REQUIRED: Decline = Decline {
    code: "authentication_required",
    decline_code: Some("authentication_required"),
    message: "Your card was declined. This transaction requires authentication.",
    param: None,
};
pub(crate) static NOT_AUTHENTICATED: Decline = Decline {
    code: "payment_intent_authentication_failure",
    decline_code: None,
    message: "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
    param: None,
};
pub(crate) static DEBIT_FAILED: Decline = Decline {
    code: "payment_method_provider_decline",
    decline_code: Some("insufficient_funds"),
    message: "The customer's account has insufficient funds to cover this payment.",
    param: None,
};

impl Decline {
    /// The 402 that answers the try.
    pub(crate) fn refusal(&self, charge: Option<&str>) -> Refusal {
        let refusal = Refusal::new(402, RefusalKind::Card, self.message).code(self.code);
        let refusal =
            self.decline_code.map_or(refusal.clone(), |code| refusal.about("decline_code", json!(code)));
        let refusal = self.param.map_or(refusal.clone(), |param| refusal.param(param));
        charge.map_or(refusal.clone(), |charge| refusal.about("charge", json!(charge)))
    }
}

/// A card that Stripe publishes for tests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TestCard {
    /// `visa` of `pm_card_visa` and `tok_visa`.
    pub(crate) name: &'static str,
    pub(crate) number: &'static str,
    pub(crate) brand: &'static str,
    pub(crate) funding: &'static str,
    pub(crate) country: &'static str,
    pub(crate) fate: Fate,
}

const fn card(name: &'static str, number: &'static str, fate: Fate) -> TestCard {
    TestCard { name, number, brand: "visa", funding: "credit", country: "US", fate }
}

const fn of_brand(
    name: &'static str,
    number: &'static str,
    brand: &'static str,
    funding: &'static str,
) -> TestCard {
    TestCard { name, number, brand, funding, country: "US", fate: Fate::Approves }
}

const fn of_country(name: &'static str, number: &'static str, country: &'static str) -> TestCard {
    TestCard { name, number, brand: "visa", funding: "credit", country, fate: Fate::Approves }
}

/// A Canadian debit card.
/// Source: <https://docs.stripe.com/terminal/references/testing#interac-test-card>.
const INTERAC: TestCard = TestCard {
    name: "interac",
    number: "4506445006931933",
    brand: "interac",
    funding: "debit",
    country: "CA",
    fate: Fate::Approves,
};

/// Every card the simulator knows.
pub(crate) static TEST_CARDS: &[TestCard] = &[
    card("visa", "4242424242424242", Fate::Approves),
    of_brand("visa_debit", "4000056655665556", "visa", "debit"),
    of_brand("mastercard", "5555555555554444", "mastercard", "credit"),
    of_brand("mastercard_debit", "5200828282828210", "mastercard", "debit"),
    of_brand("amex", "378282246310005", "amex", "credit"),
    of_brand("discover", "6011111111111117", "discover", "credit"),
    INTERAC,
    of_country("de", "4000002760000016", "DE"),
    of_country("fr", "4000002500000003", "FR"),
    of_country("gb", "4000008260000000", "GB"),
    of_country("us", "4242424242424242", "US"),
    card("bypassPending", "4000000000000077", Fate::ApprovesAtOnce),
    card("chargeDeclined", "4000000000000002", Fate::Declines(&GENERIC)),
    card("visa_chargeDeclined", "4000000000000002", Fate::Declines(&GENERIC)),
    card("chargeDeclinedInsufficientFunds", "4000000000009995", Fate::Declines(&INSUFFICIENT_FUNDS)),
    card("visa_chargeDeclinedInsufficientFunds", "4000000000009995", Fate::Declines(&INSUFFICIENT_FUNDS)),
    card("visa_chargeDeclinedLostCard", "4000000000009987", Fate::Declines(&LOST_CARD)),
    card("visa_chargeDeclinedStolenCard", "4000000000009979", Fate::Declines(&STOLEN_CARD)),
    card("chargeDeclinedExpiredCard", "4000000000000069", Fate::Declines(&EXPIRED)),
    card("chargeDeclinedIncorrectCvc", "4000000000000127", Fate::Declines(&INCORRECT_CVC)),
    card("chargeDeclinedProcessingError", "4000000000000119", Fate::Declines(&PROCESSING_ERROR)),
    card("visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", Fate::Declines(&VELOCITY)),
    card("chargeCustomerFail", "4000000000000341", Fate::DeclinesWhenCharged(&GENERIC)),
    card("authenticationRequired", "4000002500003155", Fate::Authenticates),
    card("threeDSecure2Required", "4000000000003220", Fate::Authenticates),
    card("threeDSecureRequired", "4000000000003063", Fate::Authenticates),
    card("createDispute", "4000000000000259", Fate::IsDisputed(DisputeReason::Fraudulent)),
    card(
        "createDisputeProductNotReceived",
        "4000000000002685",
        Fate::IsDisputed(DisputeReason::ProductNotReceived),
    ),
    card("createDisputeInquiry", "4000000000001976", Fate::IsAskedAbout),
    card("refundFail", "4000000000005126", Fate::RefundFails),
    card("pendingRefund", "4000000000007726", Fate::RefundPends),
];

impl TestCard {
    /// By the name in `pm_card_NAME` or `tok_NAME`.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        TEST_CARDS.iter().find(|card| card.name == name)
    }

    /// By its published number.
    pub(crate) fn numbered(number: &str) -> Option<&'static Self> {
        TEST_CARDS.iter().find(|card| card.number == number)
    }

    pub(crate) fn last4(&self) -> &'static str {
        &self.number[self.number.len() - 4..]
    }
}

/// What the last two digits of an amount do to a test card at a reader.
/// Source: <https://docs.stripe.com/terminal/references/testing#physical-test-cards>.
pub(crate) fn decline_by_amount(amount: i64) -> Option<&'static Decline> {
    match amount % 100 {
        1 => Some(&CALL_ISSUER),
        5 => Some(&GENERIC),
        55 => Some(&INCORRECT_PIN),
        65 => Some(&WITHDRAWAL_LIMIT),
        75 => Some(&PIN_TRIES),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_is_found_by_its_name() {
        for card in TEST_CARDS {
            assert_eq!(TestCard::named(card.name).map(|found| found.number), Some(card.number));
            assert_eq!(card.last4().len(), 4);
        }
    }
}
