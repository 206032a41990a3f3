//! What a payer pays with, and what it tells of itself.

use serde_json::{Value, json};

use crate::currency::Currency;
use crate::resources::cards::TestCard;
use crate::wire::{Params, Refusal, Word, words};

/// Accounts that Stripe publishes for debits that fail (<https://docs.stripe.com/payments/sepa-debit/accept-a-payment>).
const DEBITS_THAT_FAIL: &[&str] =
    &["AT861904300235473202", "DE62370400440532013001", "IT60X0542811101000000123456"];

words! {
    /// The kinds of payment methods that are simulated.
    pub(crate) enum MethodKind {
        Card = "card",
        CardPresent = "card_present",
        InteracPresent = "interac_present",
        SepaDebit = "sepa_debit",
        BacsDebit = "bacs_debit",
    }
}

impl MethodKind {
    /// What Stripe offers where the shop names nothing. Accounts are debited in euro only.
    pub(crate) fn offered(currency: &Currency) -> Vec<String> {
        let kinds: &[Self] =
            if currency.code() == "eur" { &[Self::Card, Self::SepaDebit] } else { &[Self::Card] };
        kinds.iter().map(|kind| kind.word().to_owned()).collect()
    }
}

/// What it pays with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// A card whose data was given on a page or kept.
    Card(&'static TestCard),
    /// A card held to a reader.
    CardPresent(&'static TestCard),
    /// A Canadian debit card held to a reader: taken in one step, and given back to the card alone.
    InteracPresent(&'static TestCard),
    /// An account that is debited days later, or not.
    SepaDebit { succeeds: bool },
    /// The same in Britain.
    BacsDebit { succeeds: bool },
}

impl Means {
    /// What a card is that is held to a reader.
    pub(crate) fn at_reader(card: &'static TestCard) -> Self {
        if card.brand == "interac" { Self::InteracPresent(card) } else { Self::CardPresent(card) }
    }

    pub(crate) fn kind(self) -> MethodKind {
        match self {
            Self::Card(_) => MethodKind::Card,
            Self::CardPresent(_) => MethodKind::CardPresent,
            Self::InteracPresent(_) => MethodKind::InteracPresent,
            Self::SepaDebit { .. } => MethodKind::SepaDebit,
            Self::BacsDebit { .. } => MethodKind::BacsDebit,
        }
    }

    /// Is an account debited?
    pub(crate) fn is_debit(self) -> bool {
        self.card().is_none()
    }

    pub(crate) fn card(self) -> Option<&'static TestCard> {
        match self {
            Self::Card(card) | Self::CardPresent(card) | Self::InteracPresent(card) => Some(card),
            Self::SepaDebit { .. } | Self::BacsDebit { .. } => None,
        }
    }
}

/// Who pays, as the payer told it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Billing {
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) postal_code: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) line1: Option<String>,
    pub(crate) line2: Option<String>,
    pub(crate) state: Option<String>,
}

impl Billing {
    pub(crate) fn read(params: &mut Params) -> Result<Option<Self>, Refusal> {
        params.nested("billing_details", |details| {
            let mut billing = Self {
                email: details.text("email")?,
                name: details.text("name")?,
                phone: details.text("phone")?,
                ..Self::default()
            };
            details.nested("address", |address| {
                billing.city = address.text("city")?;
                billing.country = address.text("country")?;
                billing.line1 = address.text("line1")?;
                billing.line2 = address.text("line2")?;
                billing.postal_code = address.text("postal_code")?;
                billing.state = address.text("state")?;
                Ok(())
            })?;
            Ok(billing)
        })
    }

    pub(crate) fn render(&self) -> Value {
        json!({
            "address": {
                "city": self.city, "country": self.country, "line1": self.line1, "line2": self.line2,
                "postal_code": self.postal_code, "state": self.state,
            },
            "email": self.email, "name": self.name, "phone": self.phone, "tax_id": null,
        })
    }
}

/// What a new method is made of, as `type=card&card[token]=tok_visa` says it.
pub(crate) fn read_means(params: &mut Params) -> Result<(Means, Billing), Refusal> {
    let kind =
        params.word::<MethodKind>("type")?.ok_or_else(|| Refusal::missing(&params.full_name("type")))?;
    let means = match kind {
        MethodKind::Card => {
            let card = params.nested("card", read_card)?;
            Means::Card(card.ok_or_else(|| Refusal::missing(&params.full_name("card")))?)
        }
        MethodKind::CardPresent | MethodKind::InteracPresent => {
            let message = format!("A {} PaymentMethod is made by a reader.", kind.word());
            return Err(Refusal::invalid(message).param("type"));
        }
        MethodKind::BacsDebit => {
            let account = params.nested("bacs_debit", |debit| {
                debit.text("sort_code")?;
                debit.required_text("account_number")
            })?;
            // The account that Stripe publishes for debits that fail.
            Means::BacsDebit { succeeds: account.as_deref() != Some("33333335") }
        }
        MethodKind::SepaDebit => {
            let iban = params.nested("sepa_debit", |debit| debit.required_text("iban"))?;
            let iban = iban.unwrap_or_default();
            Means::SepaDebit { succeeds: !DEBITS_THAT_FAIL.contains(&iban.as_str()) }
        }
    };
    Ok((means, Billing::read(params)?.unwrap_or_default()))
}

/// A test card by its token or its published number; what else is said about a card changes nothing.
fn read_card(params: &mut Params) -> Result<&'static TestCard, Refusal> {
    let (token, number) = (params.text("token")?, params.text("number")?);
    for ignored in ["exp_month", "exp_year", "cvc"] {
        params.text(ignored)?;
    }
    let by_token = token.as_deref().and_then(|token| token.strip_prefix("tok_")).and_then(TestCard::named);
    let card = by_token.or_else(|| number.as_deref().and_then(TestCard::numbered));
    card.ok_or_else(|| match token {
        Some(token) => Refusal::no_such("token", &token, "card[token]"),
        None => Refusal::invalid("Your card number is not one of the test cards.")
            .code("incorrect_number")
            .param("number"),
    })
}
