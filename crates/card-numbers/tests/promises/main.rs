//! What is a card number, and what is not: by example, and for everything that can be drawn.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its own examples fails, as it should")]

mod examples;
mod properties;
