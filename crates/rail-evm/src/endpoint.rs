//! The address of a provider: an EVM node, one's own or a company's, over HTTP or WebSocket.
//!
//! Companies put the customer's key into the path, so an endpoint is never printed beyond its host, and whatever a provider
//! says is searched for the rest before it is repeated.

use std::fmt;

use thiserror::Error;
use url::{Host, Url};

const THIS_MACHINE: &str = "localhost";
/// Parts of a path that are shorter are words such as `v3`, and no key.
const KEY_CHARS_MIN: usize = 8;

/// A checked provider address.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
}

/// Reads a provider's address as typed in the settings.
///
/// # Errors
/// Whatever is not an address the rail can ask, each with what to write instead.
pub fn check_endpoint(text: &str) -> Result<Endpoint, EndpointError> {
    let url = Url::parse(text.trim()).map_err(|_| EndpointError::Unreadable)?;
    let host = url.host().ok_or(EndpointError::Unreadable)?.to_owned();
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EndpointError::PasswordInside);
    }
    match url.scheme() {
        "https" | "wss" => Ok(Endpoint { url }),
        "http" | "ws" if is_nearby(&host) => Ok(Endpoint { url }),
        "http" | "ws" => Err(EndpointError::Plain),
        _ => Err(EndpointError::Scheme),
    }
}

impl Endpoint {
    /// Does it push what is new, over WebSocket?
    pub(crate) fn pushes(&self) -> bool {
        matches!(self.url.scheme(), "ws" | "wss")
    }

    /// The whole address, for the client alone.
    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    /// Two addresses with the same identity are one provider, which cannot agree with itself: whoever runs a host answers
    /// on all its ports and for every key. Only on this machine are the ports told apart.
    pub(crate) fn identity(&self) -> String {
        let host = self.url.host_str().unwrap_or_default().trim_end_matches('.');
        if self.url.host().is_some_and(|host| is_loopback(&host.to_owned())) {
            return format!("{THIS_MACHINE}:{}", self.url.port_or_known_default().unwrap_or(0));
        }
        host.to_owned()
    }

    /// A text with every part of the address that may be a key taken out.
    pub(crate) fn without_keys(&self, text: &str) -> String {
        let path = self.url.path_segments().into_iter().flatten().map(str::to_owned);
        let query = self.url.query_pairs().map(|(_, value)| value.into_owned());
        let keys = path.chain(query).filter(|part| part.len() >= KEY_CHARS_MIN);
        keys.fold(text.to_owned(), |text, key| text.replace(&key, "…"))
    }
}

/// Scheme, host and port; of what follows only that it is there.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.url.scheme(), self.url.host_str().unwrap_or_default())?;
        if let Some(port) = self.url.port() {
            write!(f, ":{port}")?;
        }
        let is_bare = self.url.path().trim_matches('/').is_empty() && self.url.query().is_none();
        if is_bare { Ok(()) } else { f.write_str("/…") }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

/// Why a provider's address cannot be used. None repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// No address at all.
    #[error("this is not a provider's address: write one such as https://host or wss://host")]
    Unreadable,
    /// A scheme the rail does not speak.
    #[error("a provider's address begins with https:// or wss:// (http:// or ws:// for a node nearby)")]
    Scheme,
    /// Without TLS to a machine far away.
    #[error("http:// and ws:// are for this machine and the local network only: use https:// or wss://")]
    Plain,
    /// A name and password where everybody can read them.
    #[error("the provider's address holds a name or password before the host: leave it out")]
    PasswordInside,
}

fn is_loopback(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name.trim_end_matches('.') == THIS_MACHINE,
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.to_canonical().is_loopback(),
    }
}

/// On this machine or the local network.
fn is_nearby(host: &Host<String>) -> bool {
    let is_local = match host {
        Host::Domain(_) => false,
        Host::Ipv4(address) => address.is_private(),
        Host::Ipv6(address) => address.is_unique_local(),
    };
    is_local || is_loopback(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_what_may_be_a_key() {
        for (text, shown) in [
            ("https://mainnet.example/v3/0123456789abcdef", "https://mainnet.example/…"),
            ("wss://base.example:8443/?key=0123456789abcdef", "wss://base.example:8443/…"),
            (" http://127.0.0.1:8545/ ", "http://127.0.0.1:8545"),
            ("ws://192.168.1.5:8546", "ws://192.168.1.5:8546"),
            ("http://[::1]:8545", "http://[::1]:8545"),
        ] {
            let endpoint = check_endpoint(text).unwrap();
            assert_eq!(endpoint.to_string(), shown);
            assert_eq!(format!("{endpoint:?}"), format!("Endpoint({shown})"));
        }
    }

    #[test]
    fn what_cannot_be_asked_says_what_to_write_instead() {
        for (text, error) in [
            ("", EndpointError::Unreadable),
            ("mainnet.example", EndpointError::Unreadable),
            ("ftp://mainnet.example", EndpointError::Scheme),
            ("http://mainnet.example", EndpointError::Plain),
            ("ws://8.8.8.8:8546", EndpointError::Plain),
            ("https://till:hunter2@mainnet.example", EndpointError::PasswordInside),
        ] {
            assert_eq!(check_endpoint(text), Err(error), "{text}");
        }
    }

    #[test]
    fn what_a_provider_says_is_repeated_without_the_key() {
        let endpoint =
            check_endpoint("https://mainnet.example/v3/0123456789abcdef?token=topsecret1").unwrap();
        assert_eq!(
            endpoint.without_keys("key 0123456789abcdef of v3, topsecret1, has no credit"),
            "key … of v3, …, has no credit"
        );
    }

    #[test]
    fn a_host_is_one_provider_whatever_its_key_and_port() {
        let identity = |text| check_endpoint(text).unwrap().identity();
        assert_eq!(
            identity("https://a.example/key-number-one"),
            identity("wss://A.example:8443/key-number-two")
        );
        assert_ne!(identity("https://a.example"), identity("https://b.example"));
        assert_ne!(identity("http://127.0.0.1:1"), identity("http://127.0.0.1:2"));
        assert_eq!(identity("http://127.0.0.1:1"), identity("ws://localhost:1"));
    }
}
