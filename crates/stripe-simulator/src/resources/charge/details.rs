//! What a charge tells about the method and the bank's answer, the chip's receipt fields included.

use serde_json::{Value, json};

use crate::clock::DAY;
use crate::resources::cards::TestCard;
use crate::resources::payment_method::Means;

use super::{Charge, ChargeStatus};

/// What the bank and Stripe's own rules said.
pub(super) fn outcome(charge: &Charge) -> Value {
    match (charge.status, charge.decline) {
        (ChargeStatus::Failed, Some(decline)) => json!({
            "advice_code": null, "network_advice_code": null, "network_decline_code": "05",
            "network_status": "declined_by_network", "reason": decline.decline_code,
            "risk_level": "normal", "risk_score": 20,
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        }),
        _ => json!({
            "advice_code": null, "network_advice_code": null, "network_decline_code": null,
            "network_status": "approved_by_network", "reason": null, "risk_level": "normal", "risk_score": 20,
            "seller_message": "Payment complete.", "type": "authorized",
        }),
    }
}

/// `payment_method_details`.
pub(super) fn method(charge: &Charge) -> Value {
    match charge.method.means {
        Means::Card(card) => json!({ "type": "card", "card": online(charge, card) }),
        Means::CardPresent(card) => {
            json!({ "type": "card_present", "card_present": at_reader(charge, card) })
        }
        Means::InteracPresent(card) => {
            json!({ "type": "interac_present", "interac_present": interac(charge, card) })
        }
        Means::BacsDebit { .. } => json!({
            "type": "bacs_debit",
            "bacs_debit": {
                "expected_debit_date": null, "fingerprint": charge.method.fingerprint(), "last4": "3335",
                "mandate": null, "sort_code": "108800",
            },
        }),
        Means::SepaDebit { .. } => json!({
            "type": "sepa_debit",
            "sepa_debit": {
                "bank_code": "37040044", "branch_code": null, "country": "DE",
                "fingerprint": charge.method.fingerprint(), "last4": "3000", "mandate": null,
            },
        }),
    }
}

fn online(charge: &Charge, card: &TestCard) -> Value {
    json!({
        "amount_authorized": charge.amount, "authorization_code": charge.authorization_code, "brand": card.brand,
        "capture_before": capture_before(charge, 7),
        "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
        "country": card.country, "exp_month": 12, "exp_year": 2034,
        "extended_authorization": { "status": "disabled" }, "fingerprint": charge.method.fingerprint(),
        "funding": card.funding, "incremental_authorization": { "status": "unavailable" }, "installments": null,
        "last4": card.last4(), "mandate": null, "multicapture": { "status": "unavailable" }, "network": card.brand,
        "network_token": { "used": false }, "network_transaction_id": format!("MCC{}", charge.authorization_code),
        "overcapture": { "maximum_amount_capturable": charge.amount, "status": "unavailable" },
        "regulated_status": "unregulated", "three_d_secure": null, "wallet": null,
    })
}

fn at_reader(charge: &Charge, card: &TestCard) -> Value {
    json!({
        "amount_authorized": charge.amount, "brand": card.brand, "brand_product": null,
        "capture_before": capture_before(charge, 2), "cardholder_name": null, "country": card.country,
        "description": "Simulated card", "emv_auth_data": null, "exp_month": 12, "exp_year": 2034,
        "fingerprint": charge.method.fingerprint(), "funding": card.funding, "generated_card": null,
        "incremental_authorization_supported": false, "issuer": "Simulated bank", "last4": card.last4(),
        "network": card.brand, "network_transaction_id": format!("MCC{}", charge.authorization_code),
        "offline": null, "overcapture_supported": false, "preferred_locales": ["en"],
        "read_method": "contactless_emv", "receipt": receipt(charge, card), "wallet": null,
    })
}

fn interac(charge: &Charge, card: &TestCard) -> Value {
    json!({
        "brand": card.brand, "cardholder_name": null, "country": card.country, "description": "Simulated card",
        "emv_auth_data": null, "exp_month": 12, "exp_year": 2034, "fingerprint": charge.method.fingerprint(),
        "funding": card.funding, "generated_card": null, "issuer": "Simulated bank", "last4": card.last4(),
        "network": card.brand, "network_transaction_id": format!("INT{}", charge.authorization_code),
        "preferred_locales": ["en", "fr"], "read_method": "contact_emv", "receipt": receipt(charge, card),
    })
}

/// The fields that card networks want on a printed receipt.
/// Source: <https://docs.stripe.com/terminal/features/receipts#custom>.
fn receipt(charge: &Charge, card: &TestCard) -> Value {
    let (name, application) = match card.brand {
        "mastercard" => ("Mastercard", "A0000000041010"),
        "amex" => ("American Express", "A000000025010801"),
        "interac" => ("Interac", "A0000002771010"),
        _ => ("Visa Credit", "A0000000031010"),
    };
    let approved = charge.status != ChargeStatus::Failed;
    json!({
        "account_type": if card.brand == "interac" { "checking" } else { card.funding }, "application_cryptogram": charge.cryptogram.to_uppercase().get(..16),
        "application_preferred_name": name, "authorization_code": approved.then_some(&charge.authorization_code),
        "authorization_response_code": if approved { "3030" } else { "3035" },
        "cardholder_verification_method": "no_cvm", "dedicated_file_name": application,
        "terminal_verification_results": "8000008000", "transaction_status_information": "6800",
    })
}

/// Only an authorization that waits has a last moment.
fn capture_before(charge: &Charge, days: i64) -> Option<i64> {
    let waits = !charge.is_captured && charge.status == ChargeStatus::Succeeded;
    waits.then_some(charge.created + days * DAY)
}
