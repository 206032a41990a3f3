//! What was sold: lines, taxes and sums.

use money::{Money, Percent};
use payment::{Cart, CartLine, TaxTotal, Totals};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parts::{money_list, money_shape, percent_text};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Cart", deny_unknown_fields)]
pub(super) struct CartShape {
    #[serde(with = "lines")]
    lines: Vec<CartLine>,
    tax_included: bool,
    note: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "CartLine", deny_unknown_fields)]
struct CartLineShape {
    description: String,
    quantity: u16,
    #[serde(with = "money_shape")]
    unit_price: Money,
    #[serde(with = "percent_text")]
    tax: Percent,
    note: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Totals", deny_unknown_fields)]
pub(super) struct TotalsShape {
    #[serde(with = "money_list")]
    lines: Vec<Money>,
    #[serde(with = "money_shape")]
    net: Money,
    #[serde(with = "taxes")]
    taxes: Vec<TaxTotal>,
    #[serde(with = "money_shape")]
    total: Money,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "TaxTotal", deny_unknown_fields)]
struct TaxTotalShape {
    #[serde(with = "percent_text")]
    rate: Percent,
    #[serde(with = "money_shape")]
    net: Money,
    #[serde(with = "money_shape")]
    tax: Money,
}

mod lines {
    use super::*;

    #[derive(Serialize)]
    struct Line<'a>(#[serde(with = "CartLineShape")] &'a CartLine);

    #[derive(Deserialize)]
    struct OwnedLine(#[serde(with = "CartLineShape")] CartLine);

    pub(super) fn serialize<S: Serializer>(lines: &[CartLine], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(lines.iter().map(Line))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<CartLine>, D::Error> {
        Ok(Vec::<OwnedLine>::deserialize(from)?.into_iter().map(|line| line.0).collect())
    }
}

mod taxes {
    use super::*;

    #[derive(Serialize)]
    struct Tax<'a>(#[serde(with = "TaxTotalShape")] &'a TaxTotal);

    #[derive(Deserialize)]
    struct OwnedTax(#[serde(with = "TaxTotalShape")] TaxTotal);

    pub(super) fn serialize<S: Serializer>(taxes: &[TaxTotal], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(taxes.iter().map(Tax))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<TaxTotal>, D::Error> {
        Ok(Vec::<OwnedTax>::deserialize(from)?.into_iter().map(|tax| tax.0).collect())
    }
}
