//! The rail against the stand-in for Stripe.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking, its helpers too")]

mod absence;
mod books;
mod connection;
mod counter;
mod disputes;
mod letters;
mod payouts;
mod phone;
mod readers;
mod refunds;
mod saving;
mod shop;
mod slips;
mod tabs;
