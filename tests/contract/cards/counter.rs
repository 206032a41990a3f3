//! The counter: what a clerk does with card payments, and waiting for what becomes of them.

use engine::{CardCommand, Command, EngineError};
use ledger::Account;
use payment::card::{CaptureMode, CardLevel, CardWay};
use payment::sale::{CardPayment, RefundState};
use payment::{InvoiceId, PaymentId, RailId, RefundId, Sale};

use super::{CardTown, Shown};
use crate::contract::shop::Shop;

/// A sale with a card payment.
#[derive(Clone, Copy, Debug)]
pub struct Carded {
    pub invoice: InvoiceId,
    pub payment: PaymentId,
}

impl<T: CardTown> Shop<T> {
    /// At the reader, and waits until it asks for a card.
    pub async fn at_reader(&self, cents: i64, capture: CaptureMode) -> Carded {
        self.carded(cents, CardWay::Reader(self.town.reader()), capture).await
    }

    /// On the customer's phone, and waits until there is a page.
    pub async fn on_phone(&self, cents: i64) -> Carded {
        self.carded(cents, CardWay::Phone, CaptureMode::AtOnce).await
    }

    async fn carded(&self, cents: i64, way: CardWay, capture: CaptureMode) -> Carded {
        let invoice = self.open_sale(cents).await.id;
        let carded = self.start_card(invoice, way, capture).await.unwrap();
        self.until_card(carded, "it waits for the customer", is_waiting).await;
        carded
    }

    pub async fn start_card(
        &self,
        invoice: InvoiceId,
        way: CardWay,
        capture: CaptureMode,
    ) -> Result<Carded, EngineError> {
        let payment = self.next_payment();
        let start = CardCommand::Start { invoice, payment, rail: RailId::STRIPE, way, capture };
        self.engine.ask(Command::Card(start)).await.map(|_| Carded { invoice, payment })
    }

    pub async fn call_off(&self, Carded { invoice, payment }: Carded) -> Result<(), EngineError> {
        self.engine.ask(Command::Card(CardCommand::Cancel { invoice, payment })).await.map(|_| ())
    }

    pub async fn capture(&self, Carded { invoice, payment }: Carded, cents: i64) -> Result<(), EngineError> {
        let capture = CardCommand::Capture { invoice, payment, amount: self.money(cents) };
        self.engine.ask(Command::Card(capture)).await.map(|_| ())
    }

    pub async fn refund(
        &self,
        Carded { invoice, payment }: Carded,
        cents: i64,
    ) -> Result<RefundId, EngineError> {
        let refund = RefundId::from_bytes(self.next_payment().as_bytes()).unwrap();
        let reason = "it was cold".to_owned();
        let (amount, reader) = (self.money(cents), None);
        let wish = CardCommand::Refund { invoice, payment, refund, amount, reason, reader };
        self.engine.ask(Command::Card(wish)).await.map(|_| refund)
    }

    pub async fn call_refund_off(
        &self,
        Carded { invoice, payment }: Carded,
        refund: RefundId,
    ) -> Result<(), EngineError> {
        self.engine
            .ask(Command::Card(CardCommand::CancelRefund { invoice, payment, refund }))
            .await
            .map(|_| ())
    }

    /// Asks for money to go back, and waits until a reader asks for the card.
    pub async fn refund_at_reader(&self, carded: Carded, cents: i64) -> RefundId {
        let refund = self.refund(carded, cents).await.unwrap();
        let is_asked = |card: &CardPayment| refund_state(card, refund) == Some(&RefundState::AtReader);
        self.until_card(carded, "the reader asks for the card", is_asked).await;
        refund
    }

    /// A sale paid with a card that must be presented again before anything of it goes back.
    pub async fn paid_by_interac(&self, cents: i64) -> Carded {
        let carded = self.at_reader(cents, CaptureMode::AtOnce).await;
        self.town.present_interac(&self.shown(carded).await);
        self.until_card(carded, "the money is there", |card| card.captured().is_some()).await;
        carded
    }

    pub async fn card(&self, carded: Carded) -> CardPayment {
        self.sale(carded.invoice).await.card(carded.payment).unwrap().clone()
    }

    /// Waits until the payment looks as wished.
    pub async fn until_card(&self, carded: Carded, wish: &str, is_so: impl Fn(&CardPayment) -> bool) -> Sale {
        self.until(carded.invoice, wish, |sale| is_so(sale.card(carded.payment).unwrap())).await
    }

    /// What the customer is shown now.
    pub async fn shown(&self, carded: Carded) -> Shown {
        let card = self.card(carded).await;
        let link = card.link().map(str::to_owned);
        Shown { payment: carded.payment, way: card.terms.way, link }
    }

    /// The customer pays, and waits until the till knows.
    pub async fn pay_card(&self, carded: Carded) -> Sale {
        self.town.pay(&self.shown(carded).await);
        self.until_card(carded, "the money is there", |card| {
            card.captured().is_some() || card.held().is_some()
        })
        .await
    }

    /// What the processor holds for the shop, by the books.
    pub async fn clearing(&self) -> i64 {
        self.balance(Account::CardClearing, self.town.currency()).await
    }
}

pub fn is_waiting(card: &CardPayment) -> bool {
    let level = card.reading.as_ref().map(|reading| &reading.level);
    matches!(level, Some(CardLevel::Waiting { .. })) && card.doubt.is_none()
}

pub fn refund_state(card: &CardPayment, refund: RefundId) -> Option<&RefundState> {
    card.refund(refund).map(|refund| &refund.state)
}

pub fn is_refused(card: &CardPayment, refund: RefundId) -> bool {
    matches!(refund_state(card, refund), Some(RefundState::Refused(_)))
}

pub fn is_over(card: &CardPayment) -> bool {
    card.end().is_some()
}

/// Refunds that the processor has, in cents.
pub fn given_back(card: &CardPayment) -> i64 {
    card.refunds.iter().filter(|refund| refund.is_off()).map(|refund| refund.amount.minor()).sum()
}
