//! The contract with Stripe's adapter on the stand-in for Stripe.

use std::sync::Arc;

use engine::{CardSetup, Clock as _};
use money::Currency;
use payment::RailId;
use payment::card::{CardRail, CardWay};
use rail_stripe::{StripeConfig, StripeRail};
use stripe_simulator::{Clock, Fault, Often, SECRET_KEY, Setup, Simulator, Target};

use super::cases::card_contract;
use super::{CardTown, Shown};
use crate::contract::shop::{TurnedClock, eur};
use crate::contract::town::Place;

/// A shop's account at the stand-in, with one reader.
pub struct StripeTown {
    pub simulator: Simulator,
    /// What the adapter takes for Stripe's address.
    url: String,
    reader: String,
    currency: Currency,
}

impl StripeTown {
    pub fn start() -> Self {
        Self::with_seed(1)
    }

    /// Its clock is the machine's, as the till's is.
    pub fn with_seed(seed: u64) -> Self {
        let setup = Setup { seed, clock: Clock::Running { ahead: 0 }, ..Setup::default() };
        let simulator = Simulator::start(setup).unwrap();
        let reader = simulator.register_reader("Counter");
        Self { url: format!("{}/", simulator.url()), simulator, reader, currency: eur(0).currency() }
    }

    /// Where customers have Interac's cards.
    pub fn in_canada() -> Self {
        Self { currency: Currency::iso("CAD").unwrap(), ..Self::start() }
    }

    /// What the account has, by Stripe's word for the currency.
    pub fn stripes_currency(&self) -> String {
        self.currency.code().to_lowercase()
    }

    /// The adapter reaches the stand-in by another address.
    pub fn by(self, url: &str) -> Self {
        Self { url: format!("{url}/"), ..self }
    }
}

impl Place for StripeTown {
    fn cards(&self, clock: Arc<TurnedClock>) -> Vec<CardSetup> {
        let config = StripeConfig {
            key: SECRET_KEY.to_owned(),
            elsewhere: Some(self.url.clone()),
            webhook_secret: None,
        };
        let open = move |memory| {
            let clock = clock.clone();
            let rail = StripeRail::open(&config, &memory, Arc::new(move || clock.now().wall))?;
            Ok(Arc::new(rail) as Arc<dyn CardRail>)
        };
        vec![CardSetup { id: RailId::STRIPE, open: Arc::new(open) }]
    }

    fn currency(&self) -> Currency {
        self.currency
    }
}

impl StripeTown {
    /// Whether the card was asked for.
    pub fn present(&self, shown: &Shown, card: &str) -> bool {
        match (&shown.way, &shown.link) {
            (CardWay::Reader(reader), _) => self.simulator.present_card(reader, card),
            (CardWay::Phone, Some(url)) => {
                let _page = self.simulator.pay_on_page(url, &format!("pm_card_{card}"));
                true
            }
            (CardWay::Phone, None) => false,
        }
    }
}

impl CardTown for StripeTown {
    fn reader(&self) -> String {
        self.reader.clone()
    }

    fn pay(&self, shown: &Shown) {
        assert!(self.present(shown, "visa"), "nobody asks for a card: {shown:?}");
    }

    fn present_interac(&self, shown: &Shown) {
        assert!(self.present(shown, "interac"), "nobody asks for a card: {shown:?}");
    }

    fn try_bad_card(&self, shown: &Shown) {
        assert!(self.present(shown, "chargeDeclined"), "nobody asks for a card: {shown:?}");
    }

    fn pay_unheard(&self, shown: &Shown) {
        self.simulator.plan(Target::any(), Often::PerMille(1_000), Fault::DropBefore);
        self.pay(shown);
    }

    fn mend_line(&self) {
        self.simulator.clear_faults();
    }

    async fn taken(&self) -> i64 {
        self.simulator.taken(&self.stripes_currency())
    }
}

card_contract!(StripeTown::start, StripeTown::in_canada);
