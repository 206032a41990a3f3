//! The one account: every table, and what all of them need.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::agenda::Agenda;
use crate::defect::Defect;
use crate::fault::Faults;
use crate::ids::Ids;
use crate::resources::balance::BalanceTransaction;
use crate::resources::catalog::{Price, Product};
use crate::resources::charge::Charge;
use crate::resources::checkout_session::CheckoutSession;
use crate::resources::customer::Customer;
use crate::resources::dispute::Dispute;
use crate::resources::event::EventLog;
use crate::resources::invoice::{Invoice, InvoiceItem};
use crate::resources::payment_intent::PaymentIntent;
use crate::resources::payment_link::PaymentLink;
use crate::resources::payment_method::PaymentMethod;
use crate::resources::payout::Payout;
use crate::resources::refund::Refund;
use crate::resources::setup_intent::SetupIntent;
use crate::resources::terminal::{Location, Reader};
use crate::resources::webhook_endpoint::{Outbox, WebhookEndpoint};
use crate::table::Table;
use crate::wire::Row;

/// The id of the account.
pub(crate) const ACCOUNT_ID: &str = "acct_1Tillstream000000";

/// The request that is being carried out, as events and charges name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestMark {
    pub(crate) id: String,
    pub(crate) idempotency_key: Option<String>,
}

/// Everything Stripe keeps for one account.
#[derive(Debug)]
pub(crate) struct Account {
    /// Unix seconds.
    pub(crate) now: i64,
    pub(crate) seed: u64,
    pub(crate) ids: Ids,
    /// Where the payer's pages are: `http://127.0.0.1:PORT`.
    pub(crate) base: String,
    pub(crate) defects: BTreeSet<Defect>,
    pub(crate) faults: Faults,
    pub(crate) agenda: Agenda,
    /// `None` for what happens by itself.
    pub(crate) request: Option<RequestMark>,
    pub(crate) events: EventLog,
    pub(crate) outbox: Outbox,
    pub(crate) balance_transactions: Table<BalanceTransaction>,
    pub(crate) charges: Table<Charge>,
    pub(crate) checkout_sessions: Table<CheckoutSession>,
    pub(crate) customers: Table<Customer>,
    pub(crate) disputes: Table<Dispute>,
    pub(crate) invoice_items: Table<InvoiceItem>,
    pub(crate) invoices: Table<Invoice>,
    pub(crate) locations: Table<Location>,
    pub(crate) payment_intents: Table<PaymentIntent>,
    pub(crate) payment_links: Table<PaymentLink>,
    pub(crate) payment_methods: Table<PaymentMethod>,
    pub(crate) payouts: Table<Payout>,
    pub(crate) prices: Table<Price>,
    pub(crate) products: Table<Product>,
    pub(crate) readers: Table<Reader>,
    pub(crate) refunds: Table<Refund>,
    pub(crate) setup_intents: Table<SetupIntent>,
    pub(crate) webhook_endpoints: Table<WebhookEndpoint>,
}

impl Account {
    pub(crate) fn new(seed: u64, now: i64, base: String) -> Self {
        Self {
            now,
            seed,
            ids: Ids::new(seed),
            base,
            defects: BTreeSet::new(),
            faults: Faults::default(),
            agenda: Agenda::default(),
            request: None,
            events: EventLog::default(),
            outbox: Outbox::default(),
            balance_transactions: Table::default(),
            charges: Table::default(),
            checkout_sessions: Table::default(),
            customers: Table::default(),
            disputes: Table::default(),
            invoice_items: Table::default(),
            invoices: Table::default(),
            locations: Table::default(),
            payment_intents: Table::default(),
            payment_links: Table::default(),
            payment_methods: Table::default(),
            payouts: Table::default(),
            prices: Table::default(),
            products: Table::default(),
            readers: Table::default(),
            refunds: Table::default(),
            setup_intents: Table::default(),
            webhook_endpoints: Table::default(),
        }
    }

    /// Was this defect planted?
    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }

    /// The object with that id, as an answer shows it. Objects are told by the beginning of their id.
    pub(crate) fn render(&self, id: &str) -> Option<Value> {
        let (prefix, _) = id.split_once('_')?;
        match prefix {
            "ch" | "py" => self.charges.get(id).map(Row::render),
            "cs" => self.checkout_sessions.get(id).map(Row::render),
            "cus" => self.customers.get(id).map(Row::render),
            "du" => self.disputes.get(id).map(Row::render),
            "ii" => self.invoice_items.get(id).map(Row::render),
            "in" => self.invoices.get(id).map(Row::render),
            "pi" => self.payment_intents.get(id).map(Row::render),
            "plink" => self.payment_links.get(id).map(Row::render),
            "pm" => self.payment_methods.get(id).map(Row::render),
            "po" => self.payouts.get(id).map(Row::render),
            "price" => self.prices.get(id).map(Row::render),
            "prod" => self.products.get(id).map(Row::render),
            "re" => self.refunds.get(id).map(Row::render),
            "seti" => self.setup_intents.get(id).map(Row::render),
            "tml" => self.locations.get(id).map(Row::render),
            "tmr" => self.readers.get(id).map(Row::render),
            "txn" => self.balance_transactions.get(id).map(Row::render),
            "we" => self.webhook_endpoints.get(id).map(Row::render),
            _ => None,
        }
    }
}
