//! Who a request must have meant to talk to: this server, under a name no other site can take over.
//!
//! A page of another site can make its own name resolve to this machine (DNS rebinding) and would then be of the same
//! origin as the till. So only names that can't be rebound are admitted: `localhost` and literal addresses.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::gateway::House;
use crate::refusal::Refusal;

const HTTP_PORT: u16 = 80;

/// Who may reach the till.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// Programs on this machine only.
    Loopback,
    /// Also other machines, in the clear: for a shop's own network, when the owner explicitly asks for it.
    Network,
}

impl Surface {
    pub(crate) fn may_listen_on(self, address: SocketAddr) -> bool {
        self == Self::Network || address.ip().is_loopback()
    }

    fn may_be_called(self, name: &str) -> bool {
        let literal = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
        match literal.parse::<IpAddr>() {
            Ok(ip) => self == Self::Network || ip.is_loopback(),
            Err(_) => name.eq_ignore_ascii_case("localhost"),
        }
    }
}

/// Lets a request pass that names this server in `Host`, and in `Origin` if a page sent it.
pub(crate) async fn admit(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    match check(house.surface, house.port, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// Does a request name this server in `Host`, and in `Origin` if a page sent it?
pub(crate) fn check(surface: Surface, port: u16, headers: &HeaderMap) -> Result<(), Refusal> {
    let host = only(headers, header::HOST).ok().flatten().ok_or(Refusal::WRONG_HOST)?;
    if !names_this_server(surface, port, host) {
        return Err(Refusal::WRONG_HOST);
    }
    let origin = only(headers, header::ORIGIN)?;
    let is_own = |origin: &str| {
        origin.strip_prefix("http://").is_some_and(|authority| authority.eq_ignore_ascii_case(host))
    };
    if origin.is_none_or(is_own) { Ok(()) } else { Err(Refusal::FOREIGN_ORIGIN) }
}

fn names_this_server(surface: Surface, port: u16, host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let has_user = host.contains('@');
    let asked_port = authority.port_u16().unwrap_or(HTTP_PORT);
    !has_user && asked_port == port && surface.may_be_called(authority.host())
}

/// The value of a header that may stand there once at most; two would be read differently by different readers.
fn only(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Refusal::FOREIGN_ORIGIN);
    }
    value.to_str().map(Some).map_err(|_| Refusal::FOREIGN_ORIGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(surface: Surface, port: u16, pairs: &[(HeaderName, &str)]) -> u16 {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value.parse().unwrap());
        }
        check(surface, port, &headers).map_or_else(|refusal| refusal.status.as_u16(), |()| 200)
    }

    fn host(surface: Surface, value: &str) -> u16 {
        status(surface, 8480, &[(header::HOST, value)])
    }

    #[test]
    fn loopback_names_with_the_right_port_are_this_server() {
        for good in ["127.0.0.1:8480", "localhost:8480", "LocalHost:8480", "[::1]:8480"] {
            assert_eq!(host(Surface::Loopback, good), 200, "{good}");
        }
    }

    #[test]
    fn other_names_and_ports_are_not() {
        for bad in [
            "evil.example:8480",
            "127.0.0.1.evil.example:8480",
            "localhost.evil.example:8480",
            "127.0.0.1:8481",
            "127.0.0.1",
            "192.168.1.5:8480",
            "0.0.0.0:8480",
            "[::]:8480",
            "x@127.0.0.1:8480",
            "",
            "127.0.0.1:8480, evil.example",
        ] {
            assert_eq!(host(Surface::Loopback, bad), 421, "{bad}");
        }
        assert_eq!(status(Surface::Loopback, 8480, &[]), 421);
        let twice = [(header::HOST, "127.0.0.1:8480"), (header::HOST, "evil.example")];
        assert_eq!(status(Surface::Loopback, 8480, &twice), 421);
    }

    #[test]
    fn on_the_network_an_address_is_admitted_and_a_name_is_not() {
        assert_eq!(host(Surface::Network, "192.168.1.5:8480"), 200);
        assert_eq!(host(Surface::Network, "evil.example:8480"), 421);
    }

    #[test]
    fn port_80_may_be_left_out() {
        assert_eq!(status(Surface::Loopback, 80, &[(header::HOST, "127.0.0.1")]), 200);
    }

    #[test]
    fn only_the_page_of_this_very_address_is_of_our_origin() {
        let with = |origin| {
            status(Surface::Loopback, 8480, &[(header::HOST, "127.0.0.1:8480"), (header::ORIGIN, origin)])
        };
        assert_eq!(with("http://127.0.0.1:8480"), 200);
        for bad in [
            "http://localhost:8480",
            "https://127.0.0.1:8480",
            "http://127.0.0.1:3000",
            "http://evil.example",
            "null",
            "",
        ] {
            assert_eq!(with(bad), 403, "{bad}");
        }
    }
}
