//! The gateway over real HTTP and WebSocket on loopback.

mod feed;
mod http;
mod metrics;
mod secrecy;
mod till;
