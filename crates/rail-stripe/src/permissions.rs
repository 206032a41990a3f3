//! Is the connection right? A restricted key has what its owner switched on (<https://docs.stripe.com/keys#create-restricted-api-secret-key>),
//! and Stripe has no call that lists it. So each permission is tried: reading by a list of one, writing by a change of an
//! object that is not there, which changes nothing. Stripe looks at the permission first and at the object then.

use payment::RailError;
use payment::card::{Access, CardAccount, ConnectionCheck, PermissionCheck};
use stripe::StripeError;
use stripe_shared::Account as StripesAccount;

use crate::rail::StripeRail;

/// The name of nothing: what is tried on it is found missing.
const NOTHING: &str = "tillstream_check";

/// A permission, and the call that tells whether a key has it.
struct Needed {
    name: &'static str,
    access: Access,
    reason: &'static str,
    trial: Trial,
}

/// How a permission is tried.
enum Trial {
    /// A list, or an object that is not there.
    Look(&'static str),
    /// A change of an object that is not there: its prefix stands in the path.
    Change(&'static str),
}

/// What a till needs of a key, with the names of Stripe's page for keys. docs/stripe.md shows the same table.
const NEEDED: &[Needed] = &[
    Needed {
        name: "Payment Intents",
        access: Access::Write,
        reason: "makes, captures and cancels payments",
        trial: Trial::Change("/payment_intents/pi_:id/cancel"),
    },
    Needed {
        name: "Charges and Refunds",
        access: Access::Write,
        reason: "reads what a card was charged, and gives money back",
        trial: Trial::Change("/refunds/re_:id"),
    },
    Needed {
        name: "Payment Links",
        access: Access::Write,
        reason: "opens and closes the page for the customer's phone",
        trial: Trial::Change("/payment_links/plink_:id"),
    },
    Needed {
        name: "Checkout Sessions",
        access: Access::Write,
        reason: "sees whether somebody pays on the page, and closes it; opens the page on which a payer saves a card",
        trial: Trial::Change("/checkout/sessions/cs_:id/expire"),
    },
    Needed {
        name: "Terminal: Readers",
        access: Access::Write,
        reason: "has a reader ask for a card",
        trial: Trial::Change("/terminal/readers/tmr_:id/cancel_action"),
    },
    Needed {
        name: "Terminal: Locations",
        access: Access::Write,
        reason: "says where a new reader stands",
        trial: Trial::Change("/terminal/locations/tml_:id"),
    },
    Needed {
        name: "Disputes",
        access: Access::Write,
        reason: "shows disputes with their deadlines, and answers them",
        trial: Trial::Change("/disputes/du_:id"),
    },
    Needed {
        name: "Events",
        access: Access::Read,
        reason: "learns what changed at Stripe without a public address",
        trial: Trial::Look("/events?limit=1"),
    },
    Needed {
        name: "Balance",
        access: Access::Read,
        reason: "books what Stripe keeps of each payment, and checks payouts to the cent",
        trial: Trial::Look("/balance_transactions?limit=1"),
    },
    Needed {
        name: "Payouts",
        access: Access::Read,
        reason: "books what Stripe pays to the bank",
        trial: Trial::Look("/payouts?limit=1"),
    },
    Needed {
        name: "Customers",
        access: Access::Write,
        reason: "keeps who pays by a saved card",
        trial: Trial::Change("/customers/cus_:id"),
    },
    Needed {
        name: "Payment Methods",
        access: Access::Write,
        reason: "finds the card that somebody saved, and forgets it",
        trial: Trial::Change("/payment_methods/pm_:id/detach"),
    },
];

impl StripeRail {
    pub(crate) async fn check_connection(&self) -> Result<ConnectionCheck, RailError> {
        let account = self.own_account().await?;
        let mut permissions = Vec::with_capacity(NEEDED.len());
        for Needed { name, access, reason, trial } in NEEDED {
            let tried = match trial {
                Trial::Look(path) => self.account.look(&path.replace(":id", NOTHING)).await,
                Trial::Change(path) => self.account.change(&path.replace(":id", NOTHING)).await,
            };
            let is_granted = self.is_granted(tried)?;
            permissions.push(PermissionCheck { name, access: *access, reason, is_granted });
        }
        Ok(ConnectionCheck { account, is_live: self.is_live, permissions })
    }

    /// Nice to show, and not needed: a key that may not read it is as good.
    async fn own_account(&self) -> Result<Option<CardAccount>, RailError> {
        match self.account.own_account().await {
            Err(StripeError::Stripe(_, 403)) => Ok(None),
            answer => self.noted(answer).map(|account| Some(told(account))),
        }
    }

    /// Whatever else was wrong with the call, it was allowed.
    fn is_granted<T>(&self, tried: Result<T, StripeError>) -> Result<bool, RailError> {
        match tried {
            Ok(_) | Err(StripeError::Stripe(_, 400 | 404)) => Ok(true),
            Err(StripeError::Stripe(_, 403)) => Ok(false),
            other => self.noted(other).map(|_| true),
        }
    }
}

fn told(account: StripesAccount) -> CardAccount {
    let dashboard = account.settings.and_then(|settings| settings.dashboard.display_name);
    let profile = account.business_profile.and_then(|profile| profile.name);
    CardAccount {
        id: account.id.as_str().to_owned(),
        name: dashboard.or(profile),
        takes_payments: account.charges_enabled == Some(true),
        pays_out: account.payouts_enabled == Some(true),
    }
}
