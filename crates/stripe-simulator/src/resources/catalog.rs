//! Products and their prices.

use serde_json::{Value, json};

use crate::account::Account;
use crate::currency::Currency;
use crate::route::{Route, Turn, get, page_of, post};
use crate::wire::{Metadata, MetadataChange, Params, Refusal, Row};

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/products", "product", create_product),
    get("/v1/products", "product", list_products),
    get("/v1/products/:id", "product", retrieve_product),
    post("/v1/products/:id", "product", update_product),
    post("/v1/prices", "plan", create_price),
    get("/v1/prices", "plan", list_prices),
    get("/v1/prices/:id", "plan", retrieve_price),
    post("/v1/prices/:id", "plan", update_price),
];

/// Something that is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Product {
    pub(crate) id: String,
    created: i64,
    pub(crate) name: String,
    description: Option<String>,
    is_active: bool,
    metadata: Metadata,
}

impl Row for Product {
    const KIND: &'static str = "product";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        json!({
            "id": self.id, "object": "product", "active": self.is_active, "created": self.created,
            "default_price": null, "description": self.description, "images": [], "livemode": false,
            "marketing_features": [], "metadata": self.metadata, "name": self.name, "package_dimensions": null,
            "shippable": null, "statement_descriptor": null, "tax_code": null, "type": "service", "unit_label": null,
            "updated": self.created, "url": null,
        })
    }
}

/// What one of a product costs, once. The amount is in Stripe's minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    pub(crate) id: String,
    created: i64,
    pub(crate) product: String,
    pub(crate) unit_amount: i64,
    pub(crate) currency: Currency,
    is_active: bool,
    nickname: Option<String>,
    metadata: Metadata,
}

impl Row for Price {
    const KIND: &'static str = "price";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        json!({
            "id": self.id, "object": "price", "active": self.is_active, "billing_scheme": "per_unit",
            "created": self.created, "currency": self.currency.code(), "custom_unit_amount": null, "livemode": false,
            "lookup_key": null, "metadata": self.metadata, "nickname": self.nickname, "product": self.product,
            "recurring": null, "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null,
            "type": "one_time", "unit_amount": self.unit_amount, "unit_amount_decimal": self.unit_amount.to_string(),
        })
    }
}

/// What a request says of a new product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProductWish {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    metadata: MetadataChange,
}

impl ProductWish {
    pub(crate) fn named(name: String, description: Option<String>) -> Self {
        Self { name, description, metadata: MetadataChange::default() }
    }

    pub(crate) fn read(params: &mut Params) -> Result<Self, Refusal> {
        Ok(Self {
            name: params.required_text("name")?,
            description: params.text("description")?,
            metadata: MetadataChange::read(params)?,
        })
    }
}

pub(crate) fn make_product(account: &mut Account, wish: ProductWish) -> Product {
    let product = Product {
        id: account.ids.next("prod_"),
        created: account.now,
        name: wish.name,
        description: wish.description,
        is_active: true,
        metadata: wish.metadata.fresh(),
    };
    account.products.put(product.clone());
    account.emit("product.created", product.render());
    product
}

pub(crate) fn make_price(
    account: &mut Account,
    product: String,
    unit_amount: i64,
    currency: Currency,
) -> Price {
    let price = Price {
        id: account.ids.next("price_"),
        created: account.now,
        product,
        unit_amount,
        currency,
        is_active: true,
        nickname: None,
        metadata: Metadata::new(),
    };
    account.prices.put(price.clone());
    price
}

fn create_product(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let wish = turn.read(ProductWish::read)?;
    Ok(make_product(turn.account, wish).render())
}

fn retrieve_product(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    turn.account.products.find(&turn.id()).map(Row::render)
}

fn update_product(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (name, active, metadata) = turn
        .read(|params| Ok((params.text("name")?, params.flag("active")?, MetadataChange::read(params)?)))?;
    let mut product = turn.account.products.find(&turn.id())?.clone();
    product.name = name.unwrap_or(product.name);
    product.is_active = active.unwrap_or(product.is_active);
    metadata.apply(&mut product.metadata);
    turn.account.products.put(product.clone());
    turn.account.emit("product.updated", product.render());
    Ok(product.render())
}

fn list_products(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, active) = turn.read_page(|params| params.flag("active"))?;
    let products = turn.account.products.newest_first();
    let chosen = products.filter(|product| active.is_none_or(|active| active == product.is_active));
    page_of(chosen, &wish, range, "/v1/products")
}

fn create_price(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (product, new_product, unit_amount, currency, nickname, metadata) = turn.read(|params| {
        let (product, new_product) =
            (params.text("product")?, params.nested("product_data", ProductWish::read)?);
        let (amount, currency) = (params.required_integer("unit_amount")?, Currency::required(params)?);
        Ok((product, new_product, amount, currency, params.text("nickname")?, MetadataChange::read(params)?))
    })?;
    let product = match (product, new_product) {
        (Some(product), None) => turn.account.products.named(&product, "product")?.id.clone(),
        (None, Some(wish)) => make_product(turn.account, wish).id,
        _ => return Err(Refusal::missing("product")),
    };
    let mut price = make_price(turn.account, product, unit_amount, currency);
    price.nickname = nickname;
    metadata.apply(&mut price.metadata);
    turn.account.prices.put(price.clone());
    turn.account.emit("price.created", price.render());
    Ok(price.render())
}

fn retrieve_price(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    turn.account.prices.find(&turn.id()).map(Row::render)
}

fn update_price(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (active, metadata) =
        turn.read(|params| Ok((params.flag("active")?, MetadataChange::read(params)?)))?;
    let mut price = turn.account.prices.find(&turn.id())?.clone();
    price.is_active = active.unwrap_or(price.is_active);
    metadata.apply(&mut price.metadata);
    turn.account.prices.put(price.clone());
    turn.account.emit("price.updated", price.render());
    Ok(price.render())
}

fn list_prices(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, (active, product)) =
        turn.read_page(|params| Ok((params.flag("active")?, params.text("product")?)))?;
    let chosen = turn.account.prices.newest_first().filter(|price| {
        active.is_none_or(|active| active == price.is_active)
            && product.as_ref().is_none_or(|product| *product == price.product)
    });
    page_of(chosen, &wish, range, "/v1/prices")
}
