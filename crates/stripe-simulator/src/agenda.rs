//! What happens by itself later: authorizations lapse, money becomes available, banks answer.

use std::collections::BTreeMap;

use crate::account::Account;
use crate::resources::{
    balance, charge, checkout_session, dispute, payment_intent, payout, refund, terminal,
};

/// Something that is due at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// The money of an authorized payment goes back to the payer.
    AuthorizationLapses { intent: String },
    /// A captured charge learns its movement on the balance.
    ChargeIsBooked { charge: String },
    /// A bank debit is settled or comes back.
    DebitSettles { charge: String, succeeds: bool },
    /// Money of a balance transaction may be paid out.
    MoneyAvailable { transaction: String },
    /// A payer's bank objects.
    DisputeArrives { charge: String, reason: dispute::DisputeReason, is_inquiry: bool },
    /// The network decides a dispute.
    DisputeDecided { dispute: String, won: bool },
    /// The time to answer a dispute is over.
    DisputeOverdue { dispute: String },
    /// A refund that was under way arrives.
    RefundArrives { refund: String },
    /// A refund comes back after it seemed to have arrived.
    RefundFails { refund: String },
    /// A reader has been silent for long.
    ReaderGoesOffline { reader: String },
    /// A reader shows the cart it was given.
    ReaderShows { reader: String },
    /// A Checkout Session was not paid in time.
    SessionExpires { session: String },
    /// A payout reaches the bank.
    PayoutArrives { payout: String },
}

/// Jobs by time, and in the order they were noted within one second.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    jobs: BTreeMap<(i64, u64), Job>,
    noted: u64,
}

impl Agenda {
    pub(crate) fn note(&mut self, due: i64, job: Job) {
        self.noted += 1;
        self.jobs.insert((due, self.noted), job);
    }

    /// Takes the first job that is due.
    fn take_due(&mut self, now: i64) -> Option<(i64, Job)> {
        let (due, number) = *self.jobs.first_key_value().map(|(key, _)| key)?;
        if due > now {
            return None;
        }
        self.jobs.remove(&(due, number)).map(|job| (due, job))
    }
}

impl Account {
    /// Moves the account's time, and does what became due on the way, each at its own second.
    pub(crate) fn move_to(&mut self, now: i64) {
        while let Some((due, job)) = self.agenda.take_due(now) {
            self.now = self.now.max(due);
            self.request = None;
            self.perform(job);
        }
        self.now = self.now.max(now);
    }

    fn perform(&mut self, job: Job) {
        match job {
            Job::AuthorizationLapses { intent } => payment_intent::lapse(self, &intent),
            Job::ChargeIsBooked { charge } => charge::book(self, &charge),
            Job::DebitSettles { charge, succeeds } => charge::settle_debit(self, &charge, succeeds),
            Job::MoneyAvailable { transaction } => balance::make_available(self, &transaction),
            Job::DisputeArrives { charge, reason, is_inquiry } => {
                dispute::open(self, &charge, reason, is_inquiry)
            }
            Job::DisputeDecided { dispute, won } => dispute::decide(self, &dispute, won),
            Job::DisputeOverdue { dispute } => dispute::overdue(self, &dispute),
            Job::RefundArrives { refund } => refund::arrive(self, &refund),
            Job::RefundFails { refund } => refund::fail(self, &refund),
            Job::ReaderGoesOffline { reader } => terminal::goes_offline(self, &reader),
            Job::ReaderShows { reader } => terminal::show(self, &reader),
            Job::SessionExpires { session } => checkout_session::expire_unpaid(self, &session),
            Job::PayoutArrives { payout } => payout::arrive(self, &payout),
        }
    }
}
