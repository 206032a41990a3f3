//! `[rail.bitcoin]`: which network, which watch-only account and which servers. What an account is, and whether it fits
//! the network, only the rail can tell: the caller's check does.

use toml::Value;

use crate::key::{Form, Key};
use crate::{Mode, Problem};

const ACCOUNT_CHARS_MAX: usize = 1000;
const SERVER_CHARS_MAX: usize = 300;
const SERVERS_MAX: usize = 8;

/// Bitcoin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitcoin {
    /// Offered at the till.
    pub enabled: bool,
    /// The network.
    pub network: Network,
    /// Key origin and account xpub, or a descriptor: watch-only. `None` until there is a wallet.
    pub account: Option<String>,
    /// Servers by address scheme, at most 8.
    pub servers: Vec<String>,
}

/// A bitcoin network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// Real money.
    Bitcoin,
    /// The public test network.
    Testnet4,
    /// The public test network with signed blocks.
    Signet,
    /// A network of one's own machine.
    Regtest,
}

impl Network {
    /// Every network.
    pub const ALL: &'static [Self] = &[Self::Bitcoin, Self::Testnet4, Self::Signet, Self::Regtest];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bitcoin => "bitcoin",
            Self::Testnet4 => "testnet4",
            Self::Signet => "signet",
            Self::Regtest => "regtest",
        }
    }

    /// Finds a network by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|network| network.name() == name)
    }
}

impl Bitcoin {
    pub(crate) const fn defaults(mode: Mode) -> Self {
        let (enabled, network) = match mode {
            Mode::Practice | Mode::Sandbox => (true, Network::Regtest),
            Mode::Live => (false, Network::Bitcoin),
        };
        Self { enabled, network, account: None, servers: Vec::new() }
    }

    pub(crate) fn check(&self, mode: Mode) -> Result<(), Problem> {
        check_network(self.network, mode)?;
        if let Some(account) = &self.account {
            check_account(account).map_err(|message| Problem::new("rail.bitcoin.account", message))?;
        }
        if self.servers.len() > SERVERS_MAX {
            return Err(Problem::new("rail.bitcoin.servers", format!("write at most {SERVERS_MAX} servers")));
        }
        for (index, server) in self.servers.iter().enumerate() {
            let problem = |message| Problem::new(format!("rail.bitcoin.servers.{}", index + 1), message);
            check_server(server).map_err(problem)?;
            if self.servers[..index].contains(server) {
                return Err(problem("this server stands here twice: remove one"));
            }
        }
        Ok(())
    }
}

/// Real money never meets play money.
fn check_network(network: Network, mode: Mode) -> Result<(), Problem> {
    let message = match (mode, network) {
        (Mode::Live, Network::Regtest) => {
            "live mode refuses regtest, whose coins are worth nothing: write \"bitcoin\""
        }
        (Mode::Sandbox, Network::Bitcoin) => {
            "sandbox mode refuses the network of real money: write \"regtest\", or import this in live mode"
        }
        (Mode::Practice | Mode::Sandbox | Mode::Live, _) => return Ok(()),
    };
    Err(Problem::new("rail.bitcoin.network", message))
}

/// Keeps what must stay secret out: the text is shown, stored and logged.
fn check_account(account: &str) -> Result<(), &'static str> {
    let has_private_key = account
        .split(|character: char| !character.is_ascii_alphanumeric())
        .any(|word| word.len() > 100 && word.get(1..4) == Some("prv"));
    if has_private_key {
        return Err("this is a private key, which settings never hold: write the account's xpub");
    }
    if account.chars().any(char::is_whitespace) {
        return Err("write an xpub or a descriptor without blanks; words belong to \
                    `tillstream secret set bitcoin.mnemonic`");
    }
    if account.len() > ACCOUNT_CHARS_MAX || !account.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("write an xpub with its key origin, or a descriptor");
    }
    Ok(())
}

fn check_server(server: &str) -> Result<(), &'static str> {
    if server.len() > SERVER_CHARS_MAX || !server.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("write the server's address without blanks");
    }
    let (scheme, rest) = server.split_once("://").unwrap_or(("", server));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, host) =
        authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    if user.is_some_and(|user| user.contains(':')) {
        return Err("take the password out and keep it with `tillstream secret set bitcoind.password`");
    }
    match (scheme, user) {
        ("electrum+tls" | "electrum+tcp", None) if has_port(host) && authority == rest => Ok(()),
        ("bitcoind+http", Some(_)) if has_port(host) && authority == rest => Ok(()),
        ("esplora+https" | "esplora+http", None) if !host.is_empty() => Ok(()),
        ("electrum+tls" | "electrum+tcp", _) => Err("write the address as electrum+tls://host:port"),
        ("bitcoind+http", _) => Err("write the address as bitcoind+http://user@host:port"),
        ("esplora+https" | "esplora+http", _) => Err("write the address as esplora+https://host/path"),
        _ => Err("begin with electrum+tls://, electrum+tcp://, esplora+https:// or bitcoind+http://"),
    }
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(':').is_some_and(|(name, port)| {
        !name.is_empty()
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse() != Ok(0_u16)
            && port.parse::<u16>().is_ok()
    })
}

pub(crate) const KEYS: &[Key] = &[
    Key {
        path: "rail.bitcoin.enabled",
        form: Form::Toml,
        show: |s| Value::Boolean(s.bitcoin.enabled),
        read: |s, field| {
            s.bitcoin.enabled = field.flag()?;
            Ok(())
        },
    },
    Key {
        path: "rail.bitcoin.network",
        form: Form::Text,
        show: |s| Value::String(s.bitcoin.network.name().to_owned()),
        read: |s, field| {
            let unknown = || {
                let names: Vec<&str> = Network::ALL.iter().map(|network| network.name()).collect();
                field.problem(format!("unknown network: write one of {}", names.join(", ")))
            };
            s.bitcoin.network = Network::named(field.text()?).ok_or_else(unknown)?;
            Ok(())
        },
    },
    Key {
        path: "rail.bitcoin.account",
        form: Form::Text,
        show: |s| Value::String(s.bitcoin.account.clone().unwrap_or_default()),
        read: |s, field| {
            let account = field.text()?;
            s.bitcoin.account = (!account.is_empty()).then(|| account.to_owned());
            Ok(())
        },
    },
    Key {
        path: "rail.bitcoin.servers",
        form: Form::Toml,
        show: |s| s.bitcoin.servers.clone().into(),
        read: |s, field| {
            s.bitcoin.servers = field.parsed_items(|server| Ok::<_, Problem>(server.to_owned()))?;
            Ok(())
        },
    },
];
