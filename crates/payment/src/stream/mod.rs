//! The stream of micropayments: what is wished ([`Instruction`]), what a shop's rules make of it, and what is booked
//! ([`Parcel`]). What is charged gathers on a payer's [`Tab`] until one [`Settlement`] takes it.
//!
//! A rule is a row of a table in the settings, and of every table the first row that matches wins: [`route_of`] says
//! which rail a micropayment takes, [`fee_of`] what that costs, [`settle_at`] how much gathers on a payer's tab before
//! it is charged. All three are asked for every single instruction, so on their ordinary path they allocate nothing.

mod fee;
mod instruction;
mod parcel;
mod reach;
mod route;
pub mod settlement;
mod tab;

pub use fee::{FeeError, FeeRow, fee_of};
pub use instruction::{Instruction, InstructionError, InstructionParts, check_payer, fingerprint};
pub use parcel::{Conversion, Group, PARCEL_INSTRUCTIONS_MAX, Parcel, ParcelError, number_of, payment_id};
pub use route::{NoRoute, Route, RouteRow, route_of};
pub use settlement::{
    Settlement, SettlementEvent, SettlementRow, SettlementState, settle_after_ms, settle_at,
    settle_soonest_ms,
};
pub use tab::{OnTab, Tab};
