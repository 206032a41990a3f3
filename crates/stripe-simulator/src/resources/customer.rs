//! Customers.

use serde_json::{Value, json};

use crate::route::{Route, Turn, delete, get, page_of, post};
use crate::wire::{Metadata, MetadataChange, Params, Refusal, Row};

use super::payment_method;

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/customers", "customer", create),
    get("/v1/customers", "customer", list),
    get("/v1/customers/:id", "customer", retrieve),
    post("/v1/customers/:id", "customer", update),
    delete("/v1/customers/:id", "customer", remove),
];

/// A customer of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Customer {
    pub(crate) id: String,
    created: i64,
    pub(crate) is_deleted: bool,
    email: Option<String>,
    name: Option<String>,
    phone: Option<String>,
    description: Option<String>,
    pub(crate) default_payment_method: Option<String>,
    metadata: Metadata,
}

impl Row for Customer {
    const KIND: &'static str = "customer";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        if self.is_deleted {
            return json!({ "id": self.id, "object": "customer", "deleted": true });
        }
        json!({
            "id": self.id, "object": "customer", "address": null, "balance": 0, "created": self.created,
            "currency": null, "default_source": null, "delinquent": false, "description": self.description,
            "discount": null, "email": self.email, "invoice_prefix": "TILL",
            "invoice_settings": {
                "custom_fields": null, "default_payment_method": self.default_payment_method, "footer": null,
                "rendering_options": null,
            },
            "livemode": false, "metadata": self.metadata, "name": self.name, "next_invoice_sequence": 1,
            "phone": self.phone, "preferred_locales": [], "shipping": null, "tax_exempt": "none", "test_clock": null,
        })
    }
}

/// What may be said of a customer.
struct Wish {
    email: Option<Option<String>>,
    name: Option<Option<String>>,
    phone: Option<Option<String>>,
    description: Option<Option<String>>,
    default_payment_method: Option<String>,
    metadata: MetadataChange,
}

impl Wish {
    fn read(params: &mut Params) -> Result<Self, Refusal> {
        let settings = |settings: &mut Params| settings.text("default_payment_method");
        Ok(Self {
            email: params.unsettable("email")?,
            name: params.unsettable("name")?,
            phone: params.unsettable("phone")?,
            description: params.unsettable("description")?,
            default_payment_method: params.nested("invoice_settings", settings)?.flatten(),
            metadata: MetadataChange::read(params)?,
        })
    }

    fn apply(self, customer: &mut Customer) {
        let change = |field: &mut Option<String>, wish: Option<Option<String>>| {
            if let Some(value) = wish {
                *field = value;
            }
        };
        change(&mut customer.email, self.email);
        change(&mut customer.name, self.name);
        change(&mut customer.phone, self.phone);
        change(&mut customer.description, self.description);
        change(&mut customer.default_payment_method, self.default_payment_method.map(Some));
        self.metadata.apply(&mut customer.metadata);
    }
}

fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, method) = turn.read(|params| {
        // The command line's fixtures give a card by `source`, as it was done before payment methods.
        let method = params.text("payment_method")?;
        let source = params.text("source")?.map(|token| token.replace("tok_", "pm_card_"));
        Ok((Wish::read(params)?, method.or(source)))
    })?;
    let account = &mut *turn.account;
    let mut customer = Customer {
        id: account.ids.next("cus_"),
        created: account.now,
        is_deleted: false,
        email: None,
        name: None,
        phone: None,
        description: None,
        default_payment_method: None,
        metadata: Metadata::new(),
    };
    wish.apply(&mut customer);
    if let Some(name) = method {
        let method = payment_method::named(account, &name, "payment_method")?;
        customer.default_payment_method.get_or_insert(method.id.clone());
        payment_method::attach_to(account, method, &customer.id)?;
    }
    account.customers.put(customer.clone());
    account.emit("customer.created", customer.render());
    Ok(customer.render())
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    turn.account.customers.find(&turn.id()).map(Row::render)
}

fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let wish = turn.read(Wish::read)?;
    let mut customer = living(turn)?;
    wish.apply(&mut customer);
    turn.account.customers.put(customer.clone());
    turn.account.emit("customer.updated", customer.render());
    Ok(customer.render())
}

fn remove(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    let mut customer = living(turn)?;
    turn.account.emit("customer.deleted", customer.render());
    customer.is_deleted = true;
    turn.account.customers.put(customer.clone());
    Ok(customer.render())
}

fn living(turn: &Turn<'_>) -> Result<Customer, Refusal> {
    let customer = turn.account.customers.find(&turn.id())?;
    (!customer.is_deleted).then(|| customer.clone()).ok_or_else(|| Refusal::not_found("customer", &turn.id()))
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, email) = turn.read_page(|params| params.text("email"))?;
    let living = turn.account.customers.newest_first().filter(|customer| !customer.is_deleted);
    let chosen = living.filter(|customer| email.is_none() || customer.email == email);
    page_of(chosen, &wish, range, "/v1/customers")
}
