//! The pure heart of the till: what is owed, what was paid, and what that does to the books.
//!
//! No async, no clock, no randomness, no I/O: time and ids are inputs. Everything that happened to a sale is a
//! [`SaleEvent`]; [`Sale::apply`] folds one into the next state, the entries it posts and the effects it asks for.
//! The state of a sale is the fold of its events and nothing else, so the journal alone can rebuild it.
//!
//! Start at [`Sale`] (an invoice with its payments), then [`posting`] (what each event does to the books), then
//! [`Stray`] (money without a sale), [`stream`] (micropayments), [`Sweep`] (coins on their way to the owner's own wallet),
//! and the ports that money is reached through: [`rail`] for what customers send, [`charging`] for what the till takes of
//! tabs, [`card`] for cards. What a coin is worth is found by [`rates`].
#![deny(clippy::float_arithmetic)]

pub mod card;
pub mod cart;
pub mod charging;
pub mod ids;
mod mode;
pub mod payout;
pub mod policy;
pub mod posting;
pub mod quote;
pub mod rail;
pub mod rates;
pub mod retry;
pub mod sale;
pub mod standing;
pub mod stray;
pub mod stream;
pub mod sweep;
pub mod time;
pub mod transfer;

pub use cart::{Cart, CartError, CartLine, TaxTotal, Totals};
pub use ids::{
    IdError, InvoiceId, PageId, ParcelId, PaymentId, PayoutId, RefundId, SettlementId, StrayId, SweepId,
};
pub use mode::Mode;
pub use payout::{Payout, PayoutEvent};
pub use policy::{Depth, Policy};
pub use quote::{Quote, QuoteError, QuotedRate};
pub use rail::{Rail, RailError, RailId, RailKind};
pub use sale::{Payment, PaymentTerms, Refused, Sale, SaleEvent};
pub use standing::{HandOver, Standing, State};
pub use stray::{Stray, StrayEvent, StrayReason};
pub use sweep::{Sweep, SweepEvent};
pub use time::Timestamp;
pub use transfer::{ExactAmount, Level, Mark, Observation, Transfer, TransferRef};
