//! The gateway over real HTTP and WebSocket on loopback.

mod feed;
mod http;
mod letters;
mod metrics;
mod secrecy;
mod till;
