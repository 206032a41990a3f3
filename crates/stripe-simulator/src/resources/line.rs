//! Lines of a Checkout Session or a Payment Link: so many of a price.

use serde_json::{Value, json};

use crate::account::Account;
use crate::currency::Currency;
use crate::wire::{Params, Refusal, Row, list_of};

use super::catalog::{self, Price, ProductWish};

/// So many of a price. Amounts are in Stripe's minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    id: String,
    pub(crate) description: String,
    pub(crate) quantity: i64,
    price: Price,
}

impl Line {
    pub(crate) fn amount(&self) -> i64 {
        self.price.unit_amount.saturating_mul(self.quantity)
    }

    fn render(&self) -> Value {
        json!({
            "id": self.id, "object": "item", "adjustable_quantity": null, "amount_discount": 0,
            "amount_subtotal": self.amount(), "amount_tax": 0, "amount_total": self.amount(),
            "currency": self.price.currency.code(), "description": self.description, "metadata": {},
            "price": self.price.render(), "quantity": self.quantity,
        })
    }
}

/// A line as a request describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LineWish {
    OfPrice { price: String, quantity: i64 },
    OfProduct { product: Result<ProductWish, String>, unit_amount: i64, currency: Currency, quantity: i64 },
}

/// Reads `line_items`.
pub(crate) fn read_lines(params: &mut Params) -> Result<Vec<LineWish>, Refusal> {
    params.each("line_items", read_line)
}

fn read_line(line: &mut Params) -> Result<LineWish, Refusal> {
    let quantity = line.integer("quantity")?.unwrap_or(1);
    if quantity < 1 {
        return Err(Refusal::invalid("This value must be greater than or equal to 1.")
            .param(line.full_name("quantity")));
    }
    if let Some(price) = line.text("price")? {
        return Ok(LineWish::OfPrice { price, quantity });
    }
    if let Some(name) = line.text("name")? {
        // Versions before prices described a line by itself.
        let (unit_amount, currency) = (line.required_integer("amount")?, Currency::required(line)?);
        let product = Ok(ProductWish::named(name, line.text("description")?));
        return Ok(LineWish::OfProduct { product, unit_amount, currency, quantity });
    }
    let of_product = line.nested("price_data", |price| {
        let (unit_amount, currency) = (price.required_integer("unit_amount")?, Currency::required(price)?);
        let product = match (price.text("product")?, price.nested("product_data", ProductWish::read)?) {
            (Some(id), None) => Err(id),
            (None, Some(wish)) => Ok(wish),
            _ => return Err(Refusal::missing(&price.full_name("product_data"))),
        };
        Ok(LineWish::OfProduct { product, unit_amount, currency, quantity })
    })?;
    of_product.ok_or_else(|| Refusal::missing(&line.full_name("price")))
}

/// Makes lines, all of one currency, and gives them with it.
pub(crate) fn make_lines(
    account: &mut Account,
    wishes: Vec<LineWish>,
) -> Result<(Vec<Line>, Currency), Refusal> {
    let mut lines = Vec::new();
    for wish in wishes {
        lines.push(make_line(account, wish)?);
    }
    let Some(first) = lines.first() else { return Err(Refusal::missing("line_items")) };
    let currency = first.price.currency.clone();
    if lines.iter().any(|line| line.price.currency != currency) {
        return Err(Refusal::invalid("All line items must have the same currency.").param("line_items"));
    }
    Ok((lines, currency))
}

fn make_line(account: &mut Account, wish: LineWish) -> Result<Line, Refusal> {
    let (price, quantity) = match wish {
        LineWish::OfPrice { price, quantity } => {
            (account.prices.named(&price, "line_items")?.clone(), quantity)
        }
        LineWish::OfProduct { product, unit_amount, currency, quantity } => {
            let product = match product {
                Ok(wish) => catalog::make_product(account, wish).id,
                Err(id) => account.products.named(&id, "line_items")?.id.clone(),
            };
            (catalog::make_price(account, product, unit_amount, currency), quantity)
        }
    };
    let description =
        account.products.get(&price.product).map(|product| product.name.clone()).unwrap_or_default();
    Ok(Line { id: account.ids.next("li_"), description, quantity, price })
}

/// The sum of all lines.
pub(crate) fn total(lines: &[Line]) -> i64 {
    lines.iter().map(Line::amount).fold(0, i64::saturating_add)
}

/// Lines as a list.
pub(crate) fn render_lines(lines: &[Line], url: &str) -> Value {
    list_of(lines.iter().map(Line::render).collect(), false, url)
}
