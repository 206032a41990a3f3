//! The composition root: wires store, engine, rails and keys into a till, registers every command once, and serves
//! them to the window and to browsers alike.
//!
//! Start at [`app::App`] (the running program), then [`till`] (one opened data file), then [`commands`] (the table of
//! everything the screens can ask) and [`view`] (from the domain to the wire shapes in [`dto`]).

pub mod app;
pub mod cli;
pub mod commands;
pub mod control;
pub mod dto;
mod gate;
pub mod logging;
mod metrics;
pub mod qr;
pub mod receipt;
pub mod serve;
pub mod stream;
pub mod till;
pub mod view;
#[cfg(feature = "desktop")]
pub mod window;
