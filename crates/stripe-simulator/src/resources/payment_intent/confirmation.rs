//! What a request says about a try to pay.

use crate::account::Account;
use crate::resources::payment_method::{self, Billing, Means, PaymentMethod};
use crate::wire::{Params, Refusal};

/// What a request says about a try.
#[derive(Clone, Debug, Default)]
pub(super) struct Confirmation {
    pub(super) method: Option<String>,
    pub(super) new_method: Option<(Means, Billing)>,
    pub(super) return_url: Option<String>,
    pub(super) off_session: bool,
    pub(super) fails_on_action: bool,
}

impl Confirmation {
    pub(super) fn read(params: &mut Params) -> Result<Self, Refusal> {
        // Stripe's own page says so; a server has no use for it.
        params.flag("use_stripe_sdk")?;
        Ok(Self {
            method: params.text("payment_method")?,
            new_method: params.nested("payment_method_data", payment_method::read_means)?,
            return_url: params.text("return_url")?,
            off_session: params.flag("off_session")?.unwrap_or_default(),
            fails_on_action: params.flag("error_on_requires_action")?.unwrap_or_default(),
        })
    }

    pub(super) fn needs_confirm(&self) -> bool {
        self.return_url.is_some() || self.off_session || self.fails_on_action
    }

    /// The method that was named or described.
    pub(super) fn method(&self, account: &mut Account) -> Result<Option<PaymentMethod>, Refusal> {
        if let Some((means, billing)) = &self.new_method {
            return Ok(Some(payment_method::make(account, *means, billing.clone())));
        }
        self.method.as_ref().map(|name| payment_method::named(account, name, "payment_method")).transpose()
    }
}
