//! Free loopback ports.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use crate::CounterpartyError;
use crate::error::while_doing;

/// Below Linux's range for outgoing connections (32768 and up): a port freed by a stopped server is not handed to a
/// client socket before the server comes back to it.
const PORT_MIN: u32 = 18_000;
const PORT_MAX: u32 = 32_000;
const ATTEMPTS_MAX: usize = 64;

/// A port of 127.0.0.1 that nobody listens on at this moment.
///
/// Somebody may take it before its user does, so whoever starts a program on it tries again with another.
pub(crate) fn free_port() -> Result<u16, CounterpartyError> {
    let mut refusal = io::Error::other("no port was tried");
    for _ in 0..ATTEMPTS_MAX {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, random_port()?)) {
            Ok(listener) => {
                let address = listener.local_addr().map_err(while_doing("read a listener's address"))?;
                return Ok(address.port());
            }
            Err(error) => refusal = error,
        }
    }
    Err(while_doing("find a free loopback port")(refusal))
}

fn random_port() -> Result<u16, CounterpartyError> {
    let random = getrandom::u32().map_err(io::Error::from).map_err(while_doing("draw a random port"))?;
    let port = PORT_MIN + random % (PORT_MAX - PORT_MIN);
    Ok(u16::try_from(port).expect("PORT_MAX fits 16 bits"))
}
