//! The rail at the near end of the line: a wallet that knows which addresses it has offered and nothing else, and
//! forgets everything when the till dies.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::RailSetup;
use money::{Currency, Money};
use payment::rail::{Attempt, Offer, PaymentLink, RailFuture, RailHealth, RailMemory, Report, ReportSink};
use payment::{PaymentId, Rail, RailError, RailId};
use tokio::time::sleep;

use super::doom::{Doom, Point};
use super::outside::{Defect, Outside, Told};
use crate::shop::sat;

struct DistantRail {
    outside: Arc<Outside>,
    doom: Arc<Doom>,
    /// Addresses by payment; the next one has the number of all before it.
    addresses: Mutex<BTreeMap<PaymentId, String>>,
    last_observation: AtomicU64,
}

/// What the engine opens.
pub(crate) fn setup(outside: &Arc<Outside>, doom: &Arc<Doom>) -> RailSetup {
    let (outside, doom) = (outside.clone(), doom.clone());
    let open = move |memory: RailMemory| {
        if outside.chance(|weather| weather.closed) {
            return Err(RailError::Misconfigured("the keyring is locked".to_owned()));
        }
        let addresses = memory.change_sets.iter().map(|bytes| remembered(bytes)).collect();
        Ok(Arc::new(DistantRail {
            outside: outside.clone(),
            doom: doom.clone(),
            addresses: Mutex::new(addresses),
            last_observation: AtomicU64::new(memory.last_observation),
        }) as Arc<dyn Rail>)
    };
    RailSetup { id: RailId::BITCOIN, open: Arc::new(open) }
}

fn remembered(bytes: &[u8]) -> (PaymentId, String) {
    let text = std::str::from_utf8(bytes).unwrap();
    let (payment, address) = text.split_once(' ').unwrap();
    (payment.parse().unwrap(), address.to_owned())
}

impl DistantRail {
    /// The address of a payment: the one it got before, or the next.
    fn address_for(&self, payment: PaymentId) -> String {
        let mut addresses = self.addresses.lock().unwrap();
        let next = format!("bcrt1qsimulated{:04}", addresses.len());
        addresses.entry(payment).or_insert(next).clone()
    }

    async fn offer_to(&self, payment: PaymentId) -> Result<Offer, RailError> {
        let effect = self.doom.begins_effect();
        self.doom.dies_at(Point::BeforeEffect(effect)).await;
        if self.outside.chance(|weather| weather.slow) {
            sleep(Duration::from_millis(self.outside.below(30_000).into())).await;
        }
        if self.outside.chance(|weather| weather.refused) {
            return Err(RailError::NotSent("no server answers".to_owned()));
        }
        let mut address = self.address_for(payment);
        if self.doom.is_doubled(effect) {
            address = self.address_for(payment);
        }
        self.doom.dies_at(Point::AfterEffect(effect)).await;
        if self.outside.chance(|weather| weather.lost) {
            return Err(RailError::Unknown("the answer was lost".to_owned()));
        }
        let change_set = Some(format!("{payment} {address}").into_bytes());
        Ok(Offer { payment, address, change_set })
    }

    async fn keep_watching(&self, sink: &dyn ReportSink) -> Result<(), RailError> {
        let mut news = self.outside.news.subscribe();
        let (mut told, mut complete) = (Told::new(), true);
        if self.outside.defect() == Some(Defect::Silence) {
            return std::future::pending().await;
        }
        loop {
            news.borrow_and_update();
            line_holds(&self.outside, &mut news).await?;
            let mut last = self.last_observation.load(Ordering::Relaxed);
            let delivery = self.outside.delivery(&told, complete, &mut last);
            self.last_observation.store(last, Ordering::Relaxed);
            if let Some(delivery) = delivery {
                sleep(Duration::from_millis(delivery.delay_ms.into())).await;
                let observations = delivery.observations;
                let report = Report { observations: observations.clone(), complete, ..Report::default() };
                let stored = sink.report(RailId::BITCOIN, report).await;
                stored.map_err(|refused| RailError::NotSent(refused.to_string()))?;
                self.outside.committed(&observations);
                told.extend(delivery.told);
                complete = false;
            }
            if news.changed().await.is_err() {
                return Ok(());
            }
        }
    }
}

/// Fails, or waits until the other end is there again, as rails may.
pub(crate) async fn line_holds(
    outside: &Outside,
    news: &mut tokio::sync::watch::Receiver<u64>,
) -> Result<(), RailError> {
    if outside.chance(|weather| weather.broken) {
        return Err(RailError::NotSent("the line broke".to_owned()));
    }
    if !outside.is_down() {
        return Ok(());
    }
    if outside.below(2) == 0 {
        return Err(RailError::NotSent("no server answers".to_owned()));
    }
    while outside.is_down() && news.changed().await.is_ok() {}
    Ok(())
}

impl Rail for DistantRail {
    fn id(&self) -> RailId {
        RailId::BITCOIN
    }

    fn coins(&self) -> Vec<Currency> {
        vec![Currency::BTC]
    }

    fn network(&self, _: Currency) -> String {
        "regtest".to_owned()
    }

    fn health(&self, _: Currency) -> RailHealth {
        RailHealth { tip: None, servers: Vec::new(), notices: Vec::new() }
    }

    fn amount_min(&self, _: Currency) -> Money {
        sat(294)
    }

    fn link(&self, address: &str, _: Money) -> PaymentLink {
        PaymentLink { uri: address.to_owned(), code: address.to_owned() }
    }

    fn offer<'a>(&'a self, attempt: &'a Attempt) -> RailFuture<'a, Result<Offer, RailError>> {
        Box::pin(self.offer_to(attempt.payment))
    }

    fn watch<'a>(&'a self, sink: Arc<dyn ReportSink>) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(async move { self.keep_watching(sink.as_ref()).await })
    }
}
