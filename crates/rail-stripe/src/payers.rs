//! Payers as customers at Stripe, known by the payer's name in their metadata.
//!
//! There is one for each payer, although answers are lost: before one is made the list of customers is read, which is true
//! at once (a search is only a minute later), and it is made under a key that is made from the payer's name, so that two
//! wishes that find nothing at the same time make the same one. That key is forgotten a day later at the earliest
//! (<https://docs.stripe.com/api/idempotent_requests>); by then the list has the customer.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use payment::RailError;
use sha2::{Digest, Sha256};

use crate::rail::StripeRail;

/// Whose customer it is, in the metadata of Stripe's customers.
const PAYER: &str = "tillstream_payer";

/// The customers that were looked for.
#[derive(Default)]
pub(crate) struct Payers {
    /// Their names at Stripe by those of their payers.
    known: Mutex<HashMap<String, String>>,
}

impl Payers {
    /// The customer that a payer is at Stripe. The newest of a name counts.
    pub(crate) async fn find(&self, rail: &StripeRail, payer: &str) -> Result<Option<String>, RailError> {
        let known = self.known().get(payer).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let mut after = None::<String>;
        loop {
            let page = rail.noted(rail.account.customers(after.as_deref()).await)?;
            after = page.data.last().map(|customer| customer.id.as_str().to_owned());
            let mut known = self.known();
            for customer in &page.data {
                let payer = customer.metadata.as_ref().and_then(|metadata| metadata.get(PAYER));
                if let Some(payer) = payer {
                    known.entry(payer.clone()).or_insert_with(|| customer.id.as_str().to_owned());
                }
            }
            if known.contains_key(payer) || !page.has_more || after.is_none() {
                return Ok(known.get(payer).cloned());
            }
        }
    }

    /// The same, made where there is none.
    pub(crate) async fn find_or_make(&self, rail: &StripeRail, payer: &str) -> Result<String, RailError> {
        if let Some(customer) = self.find(rail, payer).await? {
            return Ok(customer);
        }
        let wish = key(payer);
        let metadata = HashMap::from([(PAYER.to_owned(), payer.to_owned())]);
        let made = rail.account.make_customer(&rail.key(&wish), metadata).await;
        let customer = rail.done(&wish, made)?.id.as_str().to_owned();
        self.known().insert(payer.to_owned(), customer.clone());
        Ok(customer)
    }

    /// Stripe knows the customer no more: somebody deleted it there. The next one is made under a further key, because the
    /// last one would answer with the customer that is gone.
    pub(crate) fn forget(&self, rail: &StripeRail, payer: &str) {
        self.known().remove(payer);
        rail.spoil(&key(payer));
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, String>> {
        // Nothing that holds the lock panics half-way.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A payer's name may hold what a header can't.
fn key(payer: &str) -> String {
    format!("payer-{}", hex::encode(Sha256::digest(payer)))
}
