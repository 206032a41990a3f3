//! The contract with the simulated processor.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use engine::CardSetup;
use payment::card::{CaptureMode, CardAttempt, CardLevel, CardRail, CardTerms, CardWay, ShownCart};
use payment::{InvoiceId, PaymentId, RailId};
use rail_practice::{CardAct, PracticeTerminal};

use super::cases::card_contract;
use super::{CardTown, Shown};
use crate::contract::shop::{TurnedClock, eur};
use crate::contract::town::Place;

/// The processor outlives the till, as real ones do.
#[derive(Default)]
struct PracticeCounter {
    terminal: Arc<Mutex<Option<Arc<PracticeTerminal>>>>,
    paying: Mutex<BTreeSet<PaymentId>>,
}

impl PracticeCounter {
    fn act(&self, shown: &Shown, act: CardAct) {
        self.paying.lock().unwrap().insert(shown.payment);
        self.terminal().act(shown.payment, act);
    }

    fn terminal(&self) -> Arc<PracticeTerminal> {
        self.terminal.lock().unwrap().clone().expect("the engine has opened the rail")
    }
}

impl Place for PracticeCounter {
    fn cards(&self, _clock: Arc<TurnedClock>) -> Vec<CardSetup> {
        let slot = self.terminal.clone();
        let open = move |memory| {
            let mut slot = slot.lock().unwrap();
            let terminal = slot.get_or_insert_with(|| Arc::new(PracticeTerminal::open(&memory)));
            Ok(terminal.clone() as Arc<dyn CardRail>)
        };
        vec![CardSetup { id: RailId::STRIPE, open: Arc::new(open) }]
    }
}

impl CardTown for PracticeCounter {
    fn reader(&self) -> String {
        "practice".to_owned()
    }

    fn pay(&self, shown: &Shown) {
        self.act(shown, CardAct::Tap);
    }

    fn present_interac(&self, shown: &Shown) {
        self.act(shown, CardAct::TapInterac);
    }

    fn try_bad_card(&self, shown: &Shown) {
        self.act(shown, CardAct::Decline);
    }

    fn pay_unheard(&self, shown: &Shown) {
        self.act(shown, CardAct::TapUnheard);
    }

    fn mend_line(&self) {
        let payment = *self.paying.lock().unwrap().first().expect("somebody has paid");
        self.terminal().act(payment, CardAct::LineIsBack);
    }

    async fn taken(&self) -> i64 {
        let (terminal, paying) = (self.terminal(), self.paying.lock().unwrap().clone());
        let mut taken = 0;
        for payment in paying {
            let reading = terminal.find(&about(payment)).await.unwrap().unwrap();
            if let CardLevel::Captured { amount } = reading.level {
                let back: i64 = reading.refunds.iter().map(|refund| refund.amount.minor()).sum();
                taken += amount.minor() - back;
            }
        }
        taken
    }
}

/// A question about a payment; nothing but its id is looked at.
fn about(payment: PaymentId) -> CardAttempt {
    CardAttempt {
        payment,
        invoice: InvoiceId::from_bytes(payment.as_bytes()).unwrap(),
        reference: None,
        description: String::new(),
        terms: CardTerms {
            rail: RailId::STRIPE,
            amount: eur(0),
            way: CardWay::Phone,
            capture: CaptureMode::AtOnce,
        },
        cart: ShownCart { lines: Vec::new(), tax: None, total: eur(0) },
    }
}

card_contract!(PracticeCounter::default, PracticeCounter::default);
