//! The address of a server the rail asks about the chain. The scheme says what it speaks; no password is ever in it.

use std::fmt;

use thiserror::Error;
use url::{Host, Url};

/// The host's name in the identity of every server on this machine, however it is spelled.
const THIS_MACHINE: &str = "localhost";
const SCHEMES: [&str; 5] = ["electrum+tls", "electrum+tcp", "esplora+https", "esplora+http", "bitcoind+http"];
/// Where bitcoind's password is kept, for messages.
const PASSWORD_COMMAND: &str = "tillstream secret set bitcoind.password";

/// A checked server address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    pub(crate) protocol: Protocol,
    pub(crate) host: Host<String>,
    pub(crate) port: u16,
}

/// What a server speaks, with what only that protocol needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    ElectrumTls,
    ElectrumTcp,
    /// The path is without a slash at its end.
    Esplora {
        tls: bool,
        path: String,
    },
    Bitcoind {
        user: String,
    },
}

/// Reads a server address as typed in the settings.
///
/// # Errors
/// Whatever is not an address the rail can ask, each with what to write instead.
pub fn check_server(text: &str) -> Result<Server, ServerError> {
    let url = Url::parse(text.trim()).map_err(|_| ServerError::Unreadable)?;
    if url.password().is_some() {
        return Err(ServerError::PasswordInside);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(ServerError::Extra);
    }
    if !SCHEMES.contains(&url.scheme()) {
        return Err(ServerError::Scheme);
    }
    let host = plain_host(&url)?;
    let (protocol, port) = match url.scheme() {
        "electrum+tls" => (Protocol::ElectrumTls, bare(&url)?),
        "electrum+tcp" => (Protocol::ElectrumTcp, bare(&url)?),
        "esplora+https" => (esplora(&url, true)?, url.port().or(Some(443))),
        "esplora+http" if is_loopback(&host) => (esplora(&url, false)?, url.port().or(Some(80))),
        "esplora+http" => return Err(ServerError::PlainEsplora),
        _ => (bitcoind(&url)?, url.port()),
    };
    Ok(Server { protocol, host, port: port.ok_or(ServerError::Port)? })
}

impl Server {
    /// Two addresses with the same identity are one server, which cannot agree with itself: whoever runs a host answers
    /// on all its ports and in every protocol. Only on this machine are the ports told apart, where a node and an
    /// indexer of one's own stand side by side.
    pub(crate) fn identity(&self) -> String {
        if self.is_loopback() {
            return format!("{THIS_MACHINE}:{}", self.port);
        }
        match &self.host {
            Host::Domain(name) => name.trim_end_matches('.').to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_canonical().to_string(),
        }
    }

    /// `host:port`, to connect to.
    pub(crate) fn host_and_port(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Is it on this machine?
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

/// The address as in the settings.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, host, port } = self;
        match protocol {
            Protocol::ElectrumTls => write!(f, "electrum+tls://{host}:{port}"),
            Protocol::ElectrumTcp => write!(f, "electrum+tcp://{host}:{port}"),
            Protocol::Esplora { tls: true, path } => write!(f, "esplora+https://{host}:{port}{path}"),
            Protocol::Esplora { tls: false, path } => write!(f, "esplora+http://{host}:{port}{path}"),
            Protocol::Bitcoind { user } => write!(f, "bitcoind+http://{user}@{host}:{port}"),
        }
    }
}

/// Why a server address cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ServerError {
    /// No address at all.
    #[error("this is not a server address: write one such as electrum+tls://host:50002")]
    Unreadable,
    /// A scheme the rail does not speak.
    #[error(
        "a bitcoin server's address begins with electrum+tls://, electrum+tcp://, esplora+https:// or bitcoind+http://"
    )]
    Scheme,
    /// No host.
    #[error("the server address has no host: write one such as electrum+tls://host:50002")]
    Host,
    /// No port.
    #[error("the server address has no port: add it, such as :50002")]
    Port,
    /// A password where everybody can read it.
    #[error("keep the password out of the settings: write only the user, and run `{PASSWORD_COMMAND}`")]
    PasswordInside,
    /// No user for bitcoind.
    #[error(
        "the node's address has no user: write bitcoind+http://user@host:port, and run `{PASSWORD_COMMAND}`"
    )]
    User,
    /// More than the protocol can use.
    #[error("the server address says too much: leave out what is before @ and after the port")]
    Extra,
    /// Esplora without TLS on another machine.
    #[error("esplora+http:// is for this machine only: use esplora+https://")]
    PlainEsplora,
}

/// `url` leaves the host of an unknown scheme as typed, so it is read once more as that of a web address.
fn plain_host(url: &Url) -> Result<Host<String>, ServerError> {
    let typed = url.host_str().filter(|host| !host.is_empty()).ok_or(ServerError::Host)?;
    Host::parse(typed).map_err(|_| ServerError::Host)
}

fn is_loopback(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name.trim_end_matches('.') == THIS_MACHINE,
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.to_canonical().is_loopback(),
    }
}

/// The port, when there is nothing but host and port.
fn bare(url: &Url) -> Result<Option<u16>, ServerError> {
    let is_bare = url.username().is_empty() && url.path().trim_end_matches('/').is_empty();
    if is_bare { Ok(url.port()) } else { Err(ServerError::Extra) }
}

fn esplora(url: &Url, tls: bool) -> Result<Protocol, ServerError> {
    let path = url.path().trim_end_matches('/').to_owned();
    if url.username().is_empty() { Ok(Protocol::Esplora { tls, path }) } else { Err(ServerError::Extra) }
}

fn bitcoind(url: &Url) -> Result<Protocol, ServerError> {
    let user = url.username();
    if user.is_empty() {
        return Err(ServerError::User);
    }
    if !url.path().trim_end_matches('/').is_empty() {
        return Err(ServerError::Extra);
    }
    Ok(Protocol::Bitcoind { user: user.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_is_read_and_written() {
        for (text, written) in [
            ("electrum+tls://electrum.example:50002", "electrum+tls://electrum.example:50002"),
            (" electrum+tcp://127.0.0.1:50001/ ", "electrum+tcp://127.0.0.1:50001"),
            ("electrum+tcp://[::1]:50001", "electrum+tcp://[::1]:50001"),
            ("esplora+https://Esplora.Example/api/", "esplora+https://esplora.example:443/api"),
            ("esplora+http://localhost:3000", "esplora+http://localhost:3000"),
            ("esplora+http://127.0.0.1:3000/api", "esplora+http://127.0.0.1:3000/api"),
            ("bitcoind+http://till@192.168.1.5:8332", "bitcoind+http://till@192.168.1.5:8332"),
        ] {
            assert_eq!(check_server(text).map(|server| server.to_string()), Ok(written.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_asked_says_what_to_write_instead() {
        for (text, error) in [
            ("", ServerError::Unreadable),
            ("electrum.example:50002", ServerError::Scheme),
            ("localhost", ServerError::Unreadable),
            ("https://esplora.example/api", ServerError::Scheme),
            ("ssl://electrum.example:50002", ServerError::Scheme),
            ("electrum+tls://electrum.example", ServerError::Port),
            ("electrum+tls://electrum.example:99999", ServerError::Unreadable),
            ("electrum+tls://:50002", ServerError::Unreadable),
            ("electrum+tls:host", ServerError::Host),
            ("electrum+tls://user@electrum.example:50002", ServerError::Extra),
            ("electrum+tls://electrum.example:50002/path", ServerError::Extra),
            ("electrum+tls://electrum.example:50002?a=b", ServerError::Extra),
            ("esplora+http://esplora.example/api", ServerError::PlainEsplora),
            ("bitcoind+http://127.0.0.1:8332", ServerError::User),
            ("bitcoind+http://till@127.0.0.1", ServerError::Port),
            ("bitcoind+http://till@127.0.0.1:8332/wallet/x", ServerError::Extra),
            ("bitcoind+http://till:hunter2@127.0.0.1:8332", ServerError::PasswordInside),
            ("electrum+tls://a b:50002", ServerError::Unreadable),
        ] {
            assert_eq!(check_server(text), Err(error), "{text}");
        }
    }

    #[test]
    fn no_message_repeats_a_password() {
        let error = check_server("bitcoind+http://till:hunter2@127.0.0.1:8332").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    fn are_one_server(addresses: [&str; 2]) -> bool {
        let [one, other] = addresses.map(|address| check_server(address).unwrap().identity());
        one == other
    }

    #[test]
    fn a_host_is_one_server_on_every_port_and_in_every_protocol() {
        for same in [
            ["electrum+tls://electrum.example:50002", "electrum+tcp://electrum.example:50001"],
            ["electrum+tls://electrum.example:50002", "esplora+https://Electrum.Example/api"],
            ["electrum+tls://electrum.example:50002", "electrum+tls://electrum.example.:50002"],
            ["electrum+tls://192.168.1.5:50002", "bitcoind+http://till@192.168.1.5:8332"],
            ["electrum+tls://192.168.1.5:50002", "electrum+tls://[::ffff:192.168.1.5]:50002"],
        ] {
            assert!(are_one_server(same), "{same:?}");
        }
        assert!(!are_one_server(["electrum+tls://one.example:50002", "electrum+tls://two.example:50002"]));
    }

    #[test]
    fn on_this_machine_the_port_tells_servers_apart() {
        assert!(!are_one_server(["electrum+tcp://127.0.0.1:1", "electrum+tcp://127.0.0.1:2"]));
        for other in ["electrum+tls://127.0.0.1:1", "electrum+tcp://localhost:1", "electrum+tcp://[::1]:1"] {
            assert!(are_one_server(["electrum+tcp://127.0.0.1:1", other]), "{other}");
        }
    }
}
