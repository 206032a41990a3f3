//! `[[rail.evm]]`: the EVM chains this shop is paid on, with the servers that are asked, and the coins it takes there. What
//! an account is only the rail can tell: the caller's check does.
//!
//! All chains share one account of public keys: its addresses are the same on every chain, so that what a customer sends
//! on the wrong one is found too.

use money::{Currency, CurrencyError};
use toml::Value;

use crate::field::Field;
use crate::key::{Form, Key};
use crate::row::{self, Row, RowName, shown_text};
use crate::{Mode, Problem};

const TABLE: &str = "rail.evm";
const CHAINS_MAX: usize = 20;
const TOKENS_MAX: usize = 30;
const SERVERS_MAX: usize = 8;
const NAME_CHARS_MAX: usize = 40;
const ACCOUNT_CHARS_MAX: usize = 300;
const SERVER_CHARS_MAX: usize = 300;
/// Wei (the Ethereum Yellow Paper's smallest unit) in every chain's own coin.
pub const NATIVE_DECIMALS: u8 = 18;
/// A number of 256 bits has no more digits than these.
const DECIMALS_MAX: u16 = 77;
/// Chains of one's own machine: Ganache's and Hardhat's numbers.
const PLAY_CHAINS: &[u64] = &[1_337, 31_337];
const NAMES: &[&str] = &["enabled", "name", "chain_id", "account", "rpc", "native", "tokens"];
const NATIVE_NAMES: &[&str] = &["symbol"];
const TOKEN_NAMES: &[&str] = &["symbol", "address", "decimals"];

/// One chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvmChain {
    /// Offered at the till. Addresses that were shown are watched on it either way.
    pub enabled: bool,
    /// What people call it (`Base`).
    pub name: String,
    /// Its number (EIP-155).
    pub chain_id: u64,
    /// The account's xpub, with or without its key origin: watch-only. `None` until there is a wallet.
    pub account: Option<String>,
    /// Servers by address, at most 8, in the order they are asked.
    pub rpc: Vec<String>,
    /// What its own coin is called.
    pub native: String,
    /// The tokens taken there.
    pub tokens: Vec<EvmToken>,
}

/// A token (ERC-20).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvmToken {
    /// What it is called, unique on its chain.
    pub symbol: String,
    /// Its contract: `0x` and 40 hexadecimal digits.
    pub address: String,
    /// Digits after the point in its base units.
    pub decimals: u8,
}

impl EvmChain {
    /// The chain's own coin as the books know it.
    ///
    /// # Errors
    /// For a symbol that can't be a code.
    pub fn native_coin(&self) -> Result<Currency, CurrencyError> {
        Currency::on_chain(&self.native, self.chain_id, NATIVE_DECIMALS)
    }

    /// A token of this chain as the books know it.
    ///
    /// # Errors
    /// For a symbol that can't be a code.
    pub fn coin_of(&self, token: &EvmToken) -> Result<Currency, CurrencyError> {
        Currency::on_chain(&token.symbol, self.chain_id, token.decimals)
    }

    fn check(&self, mode: Mode, at: &RowName) -> Result<(), Problem> {
        if self.name.trim().is_empty() || self.name.chars().count() > NAME_CHARS_MAX {
            return Err(at.problem("name", format!("write a name of at most {NAME_CHARS_MAX} characters")));
        }
        if mode == Mode::Live && PLAY_CHAINS.contains(&self.chain_id) {
            return Err(at.problem("chain_id", "live mode refuses a chain whose coins are worth nothing"));
        }
        if let Some(account) = &self.account {
            check_account(account).map_err(|message| at.problem("account", message))?;
        }
        self.check_servers(mode, at)?;
        self.native_coin().map_err(|error| at.problem("native.symbol", error.to_string()))?;
        self.check_tokens(at)
    }

    fn check_servers(&self, mode: Mode, at: &RowName) -> Result<(), Problem> {
        if self.rpc.len() > SERVERS_MAX {
            return Err(at.problem("rpc", format!("write at most {SERVERS_MAX} servers")));
        }
        for (index, server) in self.rpc.iter().enumerate() {
            let problem = |message| at.problem(&format!("rpc.{}", index + 1), message);
            let host = host_of(server).map_err(problem)?;
            if mode == Mode::Sandbox && !is_this_machine(host) {
                return Err(problem("sandbox mode asks only servers of this machine: write 127.0.0.1"));
            }
            if self.rpc[..index].contains(server) {
                return Err(problem("this server stands here twice: remove one"));
            }
        }
        Ok(())
    }

    fn check_tokens(&self, at: &RowName) -> Result<(), Problem> {
        if self.tokens.len() > TOKENS_MAX {
            return Err(at.problem("tokens", format!("write at most {TOKENS_MAX} tokens")));
        }
        for (index, token) in self.tokens.iter().enumerate() {
            let problem = |member: &str, message: String| {
                at.problem(&format!("tokens.{}.{member}", index + 1), message)
            };
            self.coin_of(token).map_err(|error| problem("symbol", error.to_string()))?;
            if !is_address(&token.address) {
                return Err(problem("address", "write 0x and 40 hexadecimal digits".to_owned()));
            }
            let earlier = &self.tokens[..index];
            if token.symbol == self.native || earlier.iter().any(|known| known.symbol == token.symbol) {
                let message = format!("{} stands here twice: name one of them otherwise", token.symbol);
                return Err(problem("symbol", message));
            }
            if earlier.iter().any(|known| known.address.eq_ignore_ascii_case(&token.address)) {
                return Err(problem("address", "this token stands here twice: remove one".to_owned()));
            }
        }
        Ok(())
    }
}

pub(crate) fn defaults(mode: Mode) -> Vec<EvmChain> {
    match mode {
        Mode::Practice => practice(),
        Mode::Sandbox | Mode::Live => Vec::new(),
    }
}

/// What a newcomer tries: two cheap chains and the first one. The practice rail needs neither account nor server.
fn practice() -> Vec<EvmChain> {
    let chain = |name: &str, chain_id, native: &str, tokens: &[(&str, &str)]| EvmChain {
        enabled: true,
        name: name.to_owned(),
        chain_id,
        account: None,
        rpc: Vec::new(),
        native: native.to_owned(),
        tokens: tokens.iter().map(|(symbol, address)| token(symbol, address)).collect(),
    };
    vec![
        chain("Base", 8_453, "ETH", &[("USDC", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913")]),
        chain("Polygon", 137, "POL", &[("USDC", "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359")]),
        chain(
            "Ethereum",
            1,
            "ETH",
            &[
                ("USDC", "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
                ("USDT", "0xdAC17F958D2ee523a2206206994597C13D831ec7"),
            ],
        ),
    ]
}

fn token(symbol: &str, address: &str) -> EvmToken {
    EvmToken { symbol: symbol.to_owned(), address: address.to_owned(), decimals: 6 }
}

pub(crate) fn check(chains: &[EvmChain], mode: Mode) -> Result<(), Problem> {
    if chains.len() > CHAINS_MAX {
        return Err(Problem::new(TABLE, format!("write at most {CHAINS_MAX} chains")));
    }
    for (index, chain) in chains.iter().enumerate() {
        let at = RowName::new(TABLE, index + 1);
        chain.check(mode, &at)?;
        let earlier = &chains[..index];
        if earlier.iter().any(|known| known.chain_id == chain.chain_id) {
            return Err(at.problem("chain_id", "this chain stands here twice: put its tokens together"));
        }
        let other = earlier
            .iter()
            .filter_map(|known| known.account.as_ref())
            .find(|known| chain.account.as_ref().is_some_and(|account| account != *known));
        if other.is_some() {
            let message = "another chain has another account: write the same one everywhere, because what a \
                           customer sends on the wrong chain is looked for at the same address";
            return Err(at.problem("account", message));
        }
    }
    Ok(())
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
        return Err("write an xpub without blanks; words belong to `tillstream secret set evm.mnemonic`");
    }
    if account.len() > ACCOUNT_CHARS_MAX || !account.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("write the xpub of the account m/44'/60'/0'");
    }
    Ok(())
}

/// The host of a server's address.
fn host_of(server: &str) -> Result<&str, &'static str> {
    if server.len() > SERVER_CHARS_MAX || !server.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("write the server's address without blanks");
    }
    let (scheme, rest) = server.split_once("://").unwrap_or(("", server));
    if !["http", "https", "ws", "wss"].contains(&scheme) {
        return Err("begin with https://, wss://, http:// or ws://");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("take user and password out of the address");
    }
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    if host.is_empty() { Err("write the server's address as https://host/path") } else { Ok(host) }
}

fn is_this_machine(host: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].contains(&host)
}

fn is_address(text: &str) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|digits| digits.len() == 40 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

fn read_chain(field: &Field<'_>) -> Result<EvmChain, Problem> {
    let row = Row::read(field, NAMES)?;
    let text = |field: &Field<'_>| field.text().map(str::to_owned);
    Ok(EvmChain {
        enabled: row.optional("enabled", Field::flag)?.unwrap_or(true),
        name: row.required("name", text)?,
        chain_id: row.required("chain_id", Field::number)?,
        account: row.optional("account", text)?.filter(|account| !account.is_empty()),
        rpc: row
            .optional("rpc", |field| field.parsed_items(|text| Ok::<_, Problem>(text.to_owned())))?
            .unwrap_or_default(),
        native: row.required("native", |field| Row::read(field, NATIVE_NAMES)?.required("symbol", text))?,
        tokens: row.optional("tokens", read_tokens)?.unwrap_or_default(),
    })
}

fn read_tokens(field: &Field<'_>) -> Result<Vec<EvmToken>, Problem> {
    field.items()?.iter().map(read_token).collect()
}

fn read_token(field: &Field<'_>) -> Result<EvmToken, Problem> {
    let row = Row::read(field, TOKEN_NAMES)?;
    Ok(EvmToken {
        symbol: row.required("symbol", |field| field.text().map(str::to_owned))?,
        address: row.required("address", |field| field.text().map(str::to_owned))?,
        decimals: row.required("decimals", read_decimals)?,
    })
}

fn read_decimals(field: &Field<'_>) -> Result<u8, Problem> {
    let too_many = || field.problem(format!("write 0 to {DECIMALS_MAX}"));
    let decimals = field.count()?;
    u8::try_from(decimals).ok().filter(|_| decimals <= DECIMALS_MAX).ok_or_else(too_many)
}

fn shown_chain(chain: &EvmChain) -> [(&'static str, Option<Value>); 7] {
    let native = toml::Table::from_iter([("symbol".to_owned(), Value::String(chain.native.clone()))]);
    let tokens = row::shown(&chain.tokens, |token| {
        [
            ("symbol", shown_text(&token.symbol)),
            ("address", shown_text(&token.address)),
            ("decimals", Some(i64::from(token.decimals).into())),
        ]
    });
    [
        ("enabled", Some(Value::Boolean(chain.enabled))),
        ("name", shown_text(&chain.name)),
        ("chain_id", i64::try_from(chain.chain_id).ok().map(Value::Integer)),
        ("account", chain.account.as_ref().and_then(shown_text)),
        ("rpc", Some(chain.rpc.clone().into())),
        ("native", Some(Value::Table(native))),
        ("tokens", Some(tokens)),
    ]
}

pub(crate) const KEYS: &[Key] = &[Key {
    path: TABLE,
    form: Form::Rows,
    show: |s| row::shown(&s.evm, shown_chain),
    read: |s, field| {
        s.evm = field.items()?.iter().map(read_chain).collect::<Result<_, _>>()?;
        Ok(())
    },
}];
