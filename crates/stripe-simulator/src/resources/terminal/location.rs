//! Where readers stand, and tokens for software of Stripe's that runs on them.

use serde_json::{Value, json};

use crate::route::{Route, Turn, delete, get, page_of, post};
use crate::wire::{Metadata, MetadataChange, Params, Refusal, Row};

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/terminal/locations", "terminal_location", create),
    get("/v1/terminal/locations", "terminal_location", list),
    get("/v1/terminal/locations/:id", "terminal_location", retrieve),
    post("/v1/terminal/locations/:id", "terminal_location", update),
    delete("/v1/terminal/locations/:id", "terminal_location", remove),
    post("/v1/terminal/connection_tokens", "terminal_connection_token", connection_token),
];

/// A place with readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    id: String,
    created: i64,
    display_name: String,
    address: Address,
    metadata: Metadata,
    pub(super) is_deleted: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Address {
    city: Option<String>,
    country: String,
    line1: Option<String>,
    line2: Option<String>,
    postal_code: Option<String>,
    state: Option<String>,
}

impl Address {
    fn read(params: &mut Params) -> Result<Option<Self>, Refusal> {
        params.nested("address", |address| {
            Ok(Self {
                city: address.text("city")?,
                country: address.required_text("country")?,
                line1: address.text("line1")?,
                line2: address.text("line2")?,
                postal_code: address.text("postal_code")?,
                state: address.text("state")?,
            })
        })
    }
}

impl Row for Location {
    const KIND: &'static str = "location";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        if self.is_deleted {
            return json!({ "id": self.id, "object": "terminal.location", "deleted": true });
        }
        let address = &self.address;
        json!({
            "id": self.id, "object": "terminal.location",
            "address": {
                "city": address.city, "country": address.country, "line1": address.line1, "line2": address.line2,
                "postal_code": address.postal_code, "state": address.state,
            },
            "display_name": self.display_name, "livemode": false, "metadata": self.metadata,
        })
    }
}

fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (display_name, address, metadata) = turn.read(|params| {
        let address = Address::read(params)?.ok_or_else(|| Refusal::missing("address"))?;
        Ok((params.required_text("display_name")?, address, MetadataChange::read(params)?))
    })?;
    let account = &mut *turn.account;
    let location = Location {
        id: account.ids.next("tml_"),
        created: account.now,
        display_name,
        address,
        metadata: metadata.fresh(),
        is_deleted: false,
    };
    account.locations.put(location.clone());
    Ok(location.render())
}

fn living(turn: &Turn<'_>) -> Result<Location, Refusal> {
    let location = turn.account.locations.find(&turn.id())?;
    (!location.is_deleted)
        .then(|| location.clone())
        .ok_or_else(|| Refusal::not_found(Location::KIND, &turn.id()))
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    living(turn).map(|location| location.render())
}

fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (name, address, metadata) = turn.read(|params| {
        Ok((params.text("display_name")?, Address::read(params)?, MetadataChange::read(params)?))
    })?;
    let mut location = living(turn)?;
    location.display_name = name.unwrap_or(location.display_name);
    location.address = address.unwrap_or(location.address);
    metadata.apply(&mut location.metadata);
    turn.account.locations.put(location.clone());
    Ok(location.render())
}

fn remove(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    let mut location = living(turn)?;
    location.is_deleted = true;
    turn.account.locations.put(location.clone());
    Ok(location.render())
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, ()) = turn.read_page(|_| Ok(()))?;
    let living = turn.account.locations.newest_first().filter(|location| !location.is_deleted);
    page_of(living, &wish, range, "/v1/terminal/locations")
}

fn connection_token(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let location = turn.read(|params| params.text("location"))?;
    if let Some(location) = &location {
        turn.account.locations.named(location, "location")?;
    }
    let secret = format!("pst_test_{}", turn.account.ids.letters("connection token"));
    let mut token = json!({ "object": "terminal.connection_token", "secret": secret });
    if let Some(location) = location {
        token["location"] = json!(location);
    }
    Ok(token)
}
