//! The handle: a simulator that runs, what can be done to it, and what can be seen of it.

use std::collections::BTreeMap;

use crate::account::Account;
use crate::charge_seen::ChargeSeen;
use crate::clock::Clock;
use crate::currency::Currency;
use crate::defect::Defect;
use crate::desk::{Desk, RequestSeen};
use crate::fault::{EventFault, Fault, Often, Target};
use crate::keys::Permission;
use crate::payer_page;
use crate::resources::balance::BalanceTransaction;
use crate::resources::charge::ChargeStatus;
use crate::resources::dispute::DisputeReason;
use crate::resources::refund::RefundStatus;
use crate::resources::terminal::ReaderTrouble;
use crate::resources::{checkout_session, dispute, payment_intent, payout, refund, setup_intent, terminal};
use crate::server::{Server, StartError};

/// How a simulator is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The loopback port; 0 is any free one.
    pub port: u16,
    /// Every id and every draw comes from it.
    pub seed: u64,
    /// Where its time comes from.
    pub clock: Clock,
    /// Reads and writes that are let in per second of its clock, each. `None` lets all in.
    pub rate: Option<usize>,
}

impl Default for Setup {
    /// A free port, a clock that stands, no limit.
    fn default() -> Self {
        Self { port: 0, seed: 1, clock: Clock::Standing(1_790_000_000), rate: None }
    }
}

/// A stand-in for Stripe on a loopback port. Dropping it stops it.
#[derive(Debug)]
pub struct Simulator {
    server: Server,
}

/// How a payer's bank objects to a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// It disputes, and the money is withdrawn.
    Dispute,
    /// It asks first.
    Inquiry,
    /// It would have, and was kept from it.
    Prevented,
    /// It objects in a way that Stripe has a new word for.
    Novel,
}

impl Simulator {
    /// Starts one.
    ///
    /// # Errors
    /// [`StartError`] when the port is taken or there is no thread for it.
    pub fn start(setup: Setup) -> Result<Self, StartError> {
        let desk = |address| {
            let account = Account::new(setup.seed, setup.clock.now(), format!("http://{address}"));
            Desk::new(account, setup.clock, setup.rate)
        };
        Ok(Self { server: Server::start(setup.port, desk)? })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// The simulator's time, in Unix seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.server.shared.desk().clock.now()
    }

    /// Moves the clock, and lets happen what becomes due on the way.
    pub fn advance(&self, seconds: i64) {
        self.world(|desk| desk.clock.advance(seconds));
    }

    /// A key that may do only what is granted.
    #[must_use]
    pub fn restricted_key(&self, permissions: &[Permission]) -> String {
        let mut desk = self.server.shared.desk();
        let key = desk.account.ids.next("rk_test_");
        desk.keys.restrict(key.clone(), permissions.iter().copied());
        key
    }

    /// Forgets a key, as when its owner rolls it.
    pub fn revoke(&self, key: &str) {
        self.server.shared.desk().keys.revoke(key);
    }

    /// Plants a defect.
    pub fn plant(&self, defect: Defect) {
        self.server.shared.desk().account.defects.insert(defect);
    }

    /// Plans a fault.
    pub fn plan(&self, target: Target, often: Often, fault: Fault) {
        self.server.shared.desk().account.faults.plan(target, often, fault);
    }

    /// Plans what becomes of events.
    pub fn plan_events(&self, often: Often, fault: EventFault) {
        self.server.shared.desk().account.faults.plan_events(often, fault);
    }

    /// Forgets every fault that is planned.
    pub fn clear_faults(&self) {
        self.server.shared.desk().account.faults.clear();
    }

    /// Lets the requests go on that [`Fault::Hold`] holds.
    pub fn release(&self) {
        self.server.shared.released.send_modify(|released| *released += 1);
    }

    /// Lists and delivers the events that were held back.
    pub fn release_events(&self) {
        self.world(|desk| desk.account.release_events());
    }

    /// Lets in so many reads and writes per second, each; `None` lets all in.
    pub fn set_rate(&self, rate: Option<usize>) {
        self.server.shared.desk().rate = rate;
    }

    /// The payer of an intent proves who it is, or fails to. Says whether somebody had asked and the bank then agreed.
    pub fn authenticate(&self, intent: &str, succeeds: bool) -> bool {
        self.world(|desk| {
            let account = &mut desk.account;
            let agreed = if intent.starts_with("seti_") {
                setup_intent::authenticate(account, intent, succeeds).is_ok()
            } else {
                payment_intent::authenticate(account, intent, succeeds).is_ok()
            };
            checkout_session::settle(account, intent);
            agreed
        })
    }

    /// The payer's bank takes an authorization back before its time; a capture is then refused.
    pub fn lapse(&self, intent: &str) {
        self.world(|desk| payment_intent::lapse(&mut desk.account, intent));
    }

    /// A payer's bank objects to a charge.
    pub fn object(&self, charge: &str, objection: Objection) {
        self.world(|desk| match objection {
            Objection::Dispute => dispute::open(&mut desk.account, charge, DisputeReason::Fraudulent, false),
            Objection::Inquiry => dispute::open(&mut desk.account, charge, DisputeReason::General, true),
            Objection::Prevented => dispute::prevent(&mut desk.account, charge),
            Objection::Novel => dispute::puzzle(&mut desk.account, charge),
        });
    }

    /// The card network decides a dispute for the shop, or against it.
    pub fn decide(&self, dispute: &str, won: bool) {
        self.world(|desk| dispute::decide(&mut desk.account, dispute, won));
    }

    /// The payer's bank sends a refund back.
    pub fn fail_refund(&self, refund: &str) {
        self.world(|desk| refund::fail(&mut desk.account, refund));
    }

    /// A refund waits for the payer to do something.
    pub fn stall_refund(&self, refund: &str) {
        self.world(|desk| refund::await_action(&mut desk.account, refund));
    }

    /// Puts a reader on the counter, and gives its id.
    #[must_use]
    pub fn register_reader(&self, label: &str) -> String {
        self.world(|desk| terminal::register(&mut desk.account, label))
    }

    /// A customer holds a test card to a reader; the card is named as in `pm_card_NAME`. Says whether the reader waited for
    /// one; what became of it stands on the reader's action.
    #[must_use]
    pub fn present_card(&self, reader: &str, card: &str) -> bool {
        self.world(|desk| terminal::present(&mut desk.account, reader, card))
    }

    /// A customer opens the page of a Checkout Session or a Payment Link by its address, and tries to pay with a method
    /// such as `pm_card_visa`, or to save it where the page is for that. Gives what the page shows or where it goes on.
    #[must_use]
    pub fn pay_on_page(&self, url: &str, method: &str) -> String {
        self.world(|desk| payer_page::visit(&mut desk.account, url, method))
    }

    /// Something goes wrong with a reader, or is well again.
    pub fn trouble_reader(&self, reader: &str, trouble: ReaderTrouble) {
        self.world(|desk| terminal::trouble(&mut desk.account, reader, trouble));
    }

    /// Nobody comes with a card to a reader that waits for one.
    pub fn time_out_reader(&self, reader: &str) {
        self.world(|desk| terminal::time_out(&mut desk.account, reader));
    }

    /// Pays out everything that is available in a currency, and gives the payout's id if there was anything.
    #[must_use]
    pub fn pay_out(&self, currency: &str) -> Option<String> {
        let currency = Currency::parse(currency).ok()?;
        self.world(|desk| payout::pay_out_all(&mut desk.account, &currency))
    }

    /// The shop's bank sends a payout back.
    pub fn fail_payout(&self, payout: &str) {
        self.world(|desk| payout::fail(&mut desk.account, payout));
    }

    /// Every request that came in, oldest first, those included that were refused or dropped.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestSeen> {
        self.server.shared.desk().seen.clone()
    }

    /// Every charge, oldest first, failed ones included.
    #[must_use]
    pub fn charges(&self) -> Vec<ChargeSeen> {
        self.server.shared.desk().account.charges.oldest_first().map(ChargeSeen::of).collect()
    }

    /// What was taken and not given back, in a currency: the sum a shop's books must agree with.
    #[must_use]
    pub fn taken(&self, currency: &str) -> i64 {
        let desk = self.server.shared.desk();
        let refunds = desk.account.refunds.oldest_first();
        let stands = |status| !matches!(status, RefundStatus::Failed | RefundStatus::Canceled);
        let back: i64 = refunds
            .filter(|refund| refund.currency.code() == currency && stands(refund.status))
            .map(|refund| refund.amount)
            .sum();
        let charges = desk.account.charges.oldest_first();
        let taken: i64 = charges
            .filter(|charge| charge.currency.code() == currency && charge.status == ChargeStatus::Succeeded)
            .map(|charge| charge.amount_captured)
            .sum();
        taken - back
    }

    /// What the account holds in a currency: everything that moved its balance, less the fees. What was paid out is off.
    #[must_use]
    pub fn holds(&self, currency: &str) -> i64 {
        let desk = self.server.shared.desk();
        let movements = desk.account.balance_transactions.oldest_first();
        movements.filter(|moved| moved.currency.code() == currency).map(BalanceTransaction::net).sum()
    }

    /// Charges that took or hold money, by the idempotency key of the request that made them.
    #[must_use]
    pub fn charges_by_key(&self) -> BTreeMap<String, Vec<String>> {
        let mut by_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for charge in self.charges().into_iter().filter(|charge| charge.status != "failed") {
            by_key.entry(charge.idempotency_key.unwrap_or_default()).or_default().push(charge.id);
        }
        by_key
    }

    /// How many events wait to be taken by webhook endpoints.
    #[must_use]
    pub fn waiting_deliveries(&self) -> usize {
        self.server.shared.desk().account.outbox.waiting()
    }

    fn world<T>(&self, happen: impl FnOnce(&mut Desk) -> T) -> T {
        self.server.shared.world(happen)
    }
}
