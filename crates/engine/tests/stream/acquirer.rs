//! A card acquirer that does what the test wants, and keeps an account of the money it really took.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use engine::ChargingSetup;
use money::{Currency, Money};
use payment::charging::{Charge, ChargeStatus, ChargingRail, Taken};
use payment::rail::{RailFuture, RailHealth, ServerHealth};
use payment::{RailError, RailId};
use tokio::sync::watch;

use crate::shop::eur;

/// An acquirer should not say this, and none can be kept from it.
const DECLINED: &str = "card 4242 4242 4242 4242 was declined";

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The money is taken, and it says so.
    Taken,
    /// The payer's bank says no.
    Declined,
    /// Nobody is reached.
    NotSent,
    /// It never arrives, but the till can't know.
    LostBefore,
    /// The money is taken, and the answer is lost.
    LostAfter,
    /// It never arrives, and no answer ever comes.
    Silent,
    /// It takes another amount.
    Another(i64),
    /// It keeps so many cents.
    Costs(i64),
    /// It is at it for as long as it is asked for the first time.
    Pending,
    /// The key is wrong.
    Misconfigured,
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Sent(String),
    Asked(String),
}

/// The acquirer.
#[derive(Default)]
pub(crate) struct Acquirer {
    /// What becomes of the next calls to charge; afterwards money is taken.
    pub(crate) sending: Mutex<VecDeque<Fate>>,
    /// What becomes of the next questions; afterwards they are answered truly.
    pub(crate) asking: Mutex<VecDeque<Fate>>,
    pub(crate) calls: watch::Sender<Vec<Call>>,
    pub(crate) is_down: Mutex<bool>,
    /// Nothing sent is answered while it is.
    pub(crate) is_held: watch::Sender<bool>,
    outcomes: Mutex<BTreeMap<String, Result<ChargeStatus, RailError>>>,
}

impl Acquirer {
    pub(crate) fn new(sending: impl IntoIterator<Item = Fate>) -> Arc<Self> {
        let acquirer = Self::default();
        *acquirer.sending.lock().unwrap() = sending.into_iter().collect();
        Arc::new(acquirer)
    }

    pub(crate) fn setup(self: &Arc<Self>) -> ChargingSetup {
        ChargingSetup { id: RailId::STRIPE, rail: Ok(self.clone() as Arc<dyn ChargingRail>) }
    }

    pub(crate) fn will_be_asked(&self, fates: impl IntoIterator<Item = Fate>) {
        self.asking.lock().unwrap().extend(fates);
    }

    /// The money it took, key by key.
    pub(crate) fn took(&self) -> Vec<(String, i64)> {
        let outcomes = self.outcomes.lock().unwrap();
        let taken = outcomes.iter().filter_map(|(key, outcome)| match outcome {
            Ok(ChargeStatus::Taken(taken)) => Some((key.clone(), taken.amount.minor())),
            _ => None,
        });
        taken.collect()
    }

    /// How often each was sent.
    pub(crate) fn sent(&self) -> Vec<String> {
        let sent = |call: &Call| match call {
            Call::Sent(key) => Some(key.clone()),
            Call::Asked(_) => None,
        };
        self.calls.borrow().iter().filter_map(sent).collect()
    }

    pub(crate) async fn until_called(&self, times: usize) {
        self.calls.subscribe().wait_for(|calls| calls.len() >= times).await.unwrap();
    }

    fn note(&self, call: Call) {
        self.calls.send_modify(|calls| calls.push(call));
    }

    /// One key takes money once, whatever is repeated.
    fn take(&self, charge: &Charge, taken: Taken) -> Result<ChargeStatus, RailError> {
        let mut outcomes = self.outcomes.lock().unwrap();
        outcomes.entry(charge.key()).or_insert(Ok(ChargeStatus::Taken(taken))).clone()
    }

    fn settle(
        &self,
        charge: &Charge,
        outcome: Result<ChargeStatus, RailError>,
    ) -> Result<ChargeStatus, RailError> {
        self.outcomes.lock().unwrap().entry(charge.key()).or_insert(outcome).clone()
    }
}

fn taken(charge: &Charge, amount: Money, fee: Option<Money>) -> Taken {
    Taken { reference: format!("ch_{}", charge.key()), amount, fee }
}

impl ChargingRail for Acquirer {
    fn id(&self) -> RailId {
        RailId::STRIPE
    }

    fn health(&self) -> RailHealth {
        let problem = self.is_down.lock().unwrap().then(|| "unplugged".to_owned());
        let server = ServerHealth { address: "acquirer".to_owned(), problem };
        RailHealth { tip: None, servers: vec![server], notices: Vec::new() }
    }

    fn charge_min(&self, currency: Currency) -> Option<Money> {
        (currency != Currency::BTC).then(|| Money::new(50, currency))
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> RailFuture<'a, Result<ChargeStatus, RailError>> {
        Box::pin(async move {
            self.note(Call::Sent(charge.key()));
            self.is_held.subscribe().wait_for(|is_held| !is_held).await.map(drop).unwrap();
            let fate = self.sending.lock().unwrap().pop_front().unwrap_or(Fate::Taken);
            match fate {
                Fate::Taken => self.take(charge, taken(charge, charge.amount, None)),
                Fate::Costs(cents) => self.take(charge, taken(charge, charge.amount, Some(eur(cents)))),
                Fate::Another(cents) => self.take(charge, taken(charge, eur(cents), None)),
                Fate::Declined => self.settle(charge, Err(RailError::Declined(DECLINED.to_owned()))),
                Fate::Pending => self.settle(charge, Ok(ChargeStatus::Pending)),
                Fate::NotSent => Err(RailError::NotSent("no line".to_owned())),
                Fate::LostBefore => Err(RailError::Unknown("timed out".to_owned())),
                Fate::LostAfter => {
                    let _the_answer_is_lost = self.take(charge, taken(charge, charge.amount, None));
                    Err(RailError::Unknown("timed out".to_owned()))
                }
                Fate::Silent => std::future::pending().await,
                Fate::Misconfigured => Err(RailError::Misconfigured("the key is wrong".to_owned())),
            }
        })
    }

    fn find<'a>(&'a self, charge: &'a Charge) -> RailFuture<'a, Result<Option<ChargeStatus>, RailError>> {
        Box::pin(async move {
            self.note(Call::Asked(charge.key()));
            match self.asking.lock().unwrap().pop_front() {
                Some(Fate::NotSent) => return Err(RailError::NotSent("no line".to_owned())),
                Some(Fate::LostBefore) => return Err(RailError::Unknown("timed out".to_owned())),
                _ => {}
            }
            let mut outcomes = self.outcomes.lock().unwrap();
            let known = outcomes.get(&charge.key()).cloned();
            if matches!(known, Some(Ok(ChargeStatus::Pending))) {
                let done = ChargeStatus::Taken(taken(charge, charge.amount, None));
                outcomes.insert(charge.key(), Ok(done));
            }
            known.transpose()
        })
    }
}
