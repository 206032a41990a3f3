//! One contract for every processor of cards: the same cases for the simulated one and for Stripe's adapter on its
//! stand-in, on a real store and engine. `faults` and `days` go on where only a stand-in can: calls that fail in every
//! way, and whole days of them; `pace` measures.

mod bank;
mod cases;
mod counter;
mod days;
mod faults;
mod judge;
mod pace;
mod practice;
mod presented;
mod stripe;

use std::future::Future;

use payment::PaymentId;
use payment::card::CardWay;

use super::town::Place;

/// A place with a processor of cards, and customers who have some.
pub trait CardTown: Place {
    /// The reader on the counter.
    fn reader(&self) -> String;

    /// The customer pays with a good card.
    fn pay(&self, shown: &Shown);

    /// The customer presents a card of the kind that must be presented again before anything of it goes back.
    fn present_interac(&self, shown: &Shown);

    /// The customer tries a card that the bank declines.
    fn try_bad_card(&self, shown: &Shown);

    /// The customer pays while the line to the processor is dead.
    fn pay_unheard(&self, shown: &Shown);

    /// The line is there again.
    fn mend_line(&self);

    /// What was taken and not given back, in cents, by the processor's own account.
    fn taken(&self) -> impl Future<Output = i64> + Send;
}

/// What a customer sees of a payment.
#[derive(Clone, Debug)]
pub struct Shown {
    pub payment: PaymentId,
    pub way: CardWay,
    /// The page for the customer's phone.
    pub link: Option<String>,
}
