//! What a sale promises: tables of what each event does to the books, and properties of every sequence of events.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking, its helpers too")]

mod bitcoin;
mod books;
mod card_properties;
mod card_refunds;
mod cards;
mod cash;
mod evidence;
mod evm;
mod fees;
mod giving_up;
mod limits;
mod payouts;
mod properties;
mod rates;
mod repeated;
mod reversal;
mod routes;
mod settlements;
mod shown;
mod standing;
mod strays;
mod sweep_chain;
mod sweep_properties;
mod sweeps;
mod till;
