//! The account itself, as `GET /v1/account` shows it to whoever tests a connection.

use serde_json::{Value, json};

use crate::account::ACCOUNT_ID;
use crate::route::{Route, Turn, get};
use crate::wire::Refusal;

pub(crate) const ROUTES: &[Route] = &[
    get("/v1/account", "connected_account", retrieve),
    get("/v1/accounts/:id", "connected_account", retrieve_by_id),
];

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    Ok(json!({
        "id": ACCOUNT_ID, "object": "account", "business_profile": {
            "annual_revenue": null, "estimated_worker_count": null, "mcc": "5814", "minority_owned_business_designation": null,
            "name": "Tillstream's simulated shop", "product_description": null, "support_address": null,
            "support_email": null, "support_phone": null, "support_url": null, "url": null,
        },
        "business_type": "company", "capabilities": { "card_payments": "active", "transfers": "active" },
        "charges_enabled": true, "country": "DE", "created": 1_700_000_000, "default_currency": "eur",
        "details_submitted": true, "email": "shop@example.com", "metadata": {}, "payouts_enabled": true,
        "settings": {
            "branding": { "icon": null, "logo": null, "primary_color": null, "secondary_color": null },
            "card_payments": {
                "statement_descriptor_prefix": null, "statement_descriptor_prefix_kana": null,
                "statement_descriptor_prefix_kanji": null,
            },
            "dashboard": { "display_name": "Tillstream", "timezone": "Etc/UTC" },
            "payments": {
                "statement_descriptor": "TILLSTREAM", "statement_descriptor_kana": null,
                "statement_descriptor_kanji": null,
            },
        },
        "type": "standard",
    }))
}

fn retrieve_by_id(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let id = turn.id();
    if id != ACCOUNT_ID {
        return Err(Refusal::not_found("account", &id));
    }
    retrieve(turn)
}
