//! The desk: turns each command into events against the working set. Nothing here commits or waits; what a refused
//! command staged is thrown away by the bookkeeper.

mod cards;
mod report;
mod sales;
mod sighting;
mod strays;
mod stream;
mod tabs;

use payment::rail::RailError;
use payment::rates::board::PAR_PERCENT;
use payment::{Quote, QuotedRate, RailId, Timestamp};
use settings::Settings;
use store::{FindingRecord, Source};

use crate::cards::Cards;
use crate::charging::Charging;
use crate::command::{Command, EngineError, Reply};
use crate::rails::Rails;
use crate::rates::Rates;
use crate::working_set::WorkingSet;

/// What the desk knows beside the working set.
pub(crate) struct Desk<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) rails: &'a Rails,
    pub(crate) charging: &'a Charging,
    pub(crate) cards: &'a Cards,
    pub(crate) rates: &'a Rates,
    pub(crate) now: Timestamp,
}

impl Desk<'_> {
    /// Carries out one command.
    pub(crate) fn carry_out(
        &self,
        work: &mut WorkingSet<'_>,
        command: Command,
    ) -> Result<Reply, EngineError> {
        match command {
            Command::OpenSale { invoice, cart } => self.open_sale(work, invoice, cart),
            Command::TakeCash { invoice, payment, tendered } => {
                self.take_cash(work, invoice, payment, tendered)
            }
            Command::StartPayment { invoice, payment, rail, coin } => {
                self.start_payment(work, invoice, payment, (rail, coin))
            }
            Command::CancelPayment { invoice, payment } => {
                self.decide(work, invoice, |sale| sale.cancel_payment_of(payment))
            }
            Command::CancelSale { invoice, although_seen } => {
                self.decide(work, invoice, |sale| sale.cancel(although_seen))
            }
            Command::VoidSale { invoice, reason } => {
                self.decide(work, invoice, |sale| sale.void_for(&reason))
            }
            Command::PrintReceipt { invoice } => {
                self.decide(work, invoice, |_| Ok(payment::SaleEvent::ReceiptPrinted))
            }
            Command::AssignStray { stray, invoice, payment } => {
                self.assign_stray(work, stray, invoice, payment)
            }
            Command::CreditStray { stray, customer } => self.credit_stray(work, stray, &customer),
            Command::ChangeSettings { settings, based_on } => {
                self.change_settings(work, *settings, &based_on)
            }
            Command::AcknowledgeAlert { alert } => {
                work.acknowledge(alert, self.now);
                Ok(Reply::Done)
            }
            Command::NoteOffPar { rate } => self.note_off_par(work, rate),
            Command::EndQuote { invoice, payment } => self.end_quote(work, invoice, payment),
            Command::TakeOffer { invoice, payment, rail, answer } => {
                self.take_offer(work, (invoice, payment), rail, answer)
            }
            Command::TakeParcel { source, instructions, again } => {
                self.take_parcel(work, source, instructions, again)
            }
            Command::SettleTabs { rail, although_young, after } => {
                self.settle_tabs(work, rail, although_young, after.as_deref())
            }
            Command::DrawSettlements { rail, after, limit } => {
                Ok(Reply::UnderWay(work.settlements_under_way(rail, after, limit)?))
            }
            Command::TakeCharge { settlement, answer } => self.take_charge(work, settlement, answer),
            Command::RetrySettlement { settlement } => self.retry_settlement(work, settlement),
            Command::Card(command) => self.carry_out_card(work, command),
            Command::TakeReport { rail, report } => self.take_report(work, rail, report),
        }
    }

    /// Checked here and nowhere earlier: only the desk knows what is in force at this place in the order of things, and
    /// whether a sale was opened a moment ago.
    fn change_settings(
        &self,
        work: &mut WorkingSet<'_>,
        mut settings: Settings,
        based_on: &Settings,
    ) -> Result<Reply, EngineError> {
        settings.date_prices(self.settings, self.now);
        if &settings == self.settings {
            // Asked again by somebody whose answer was lost.
            return Ok(Reply::Done);
        }
        if self.settings != based_on {
            return Err(EngineError::SettingsChanged);
        }
        let currency = self.settings.shop.currency;
        if settings.shop.currency != currency && work.next_sale_number()? > 1 {
            return Err(EngineError::CurrencyInUse(currency.code().to_owned()));
        }
        work.change_settings(settings, self.now);
        Ok(Reply::Done)
    }

    /// The quote for an amount due, at the rate of now.
    fn quote(&self, due: money::Money, coin: money::Currency) -> Result<Quote, EngineError> {
        Ok(Quote::of(due, self.rate(coin)?, self.settings.quote_life_ms())?)
    }

    fn rate(&self, coin: money::Currency) -> Result<QuotedRate, EngineError> {
        let currency = self.settings.shop.currency;
        self.rates.quoted(self.settings, coin, self.now).map_err(|reason| EngineError::NoRate {
            coin: coin.code().to_owned(),
            currency: currency.code().to_owned(),
            reason,
        })
    }

    /// The coin is still taken: what to do about it is the owner's decision.
    fn note_off_par(&self, work: &mut WorkingSet<'_>, rate: money::Rate) -> Result<Reply, EngineError> {
        let reason = format!(
            "the market gives {rate}, more than {PAR_PERCENT} % off par: take {} off the list in Settings, Rates, or wait",
            rate.base()
        );
        let subject = rate.base().code().to_owned();
        let payload = rate.to_string();
        work.find(FindingRecord { subject, kind: "off_par", reason, payload, at: self.now })?;
        Ok(Reply::Done)
    }

    fn usable_rail(&self, id: RailId) -> Result<std::sync::Arc<dyn payment::Rail>, EngineError> {
        let unavailable = |reason: String| EngineError::RailUnavailable { rail: id, reason };
        match self.rails.get(id) {
            Some(Ok(rail)) => Ok(rail),
            Some(Err(RailError::Misconfigured(reason))) => Err(unavailable(reason)),
            Some(Err(error)) => Err(unavailable(error.to_string())),
            None => Err(unavailable("it is not set up or switched off in Settings".to_owned())),
        }
    }
}

/// Who says so, for events that come from a person at this till.
pub(crate) const TILL: Source = Source::Till;
