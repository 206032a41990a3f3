//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use money::Currency;
use payment::rail::method_name;
use payment::{RailId, SettlementId};
use rail_evm::Chain;

use super::place::PlaceArguments;

/// A point of sale that takes every kind of money and keeps its own books. Without a command: the window.
#[derive(Debug, Parser)]
#[command(name = "tillstream", version, disable_help_subcommand = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) place: PlaceArguments,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve the screens to a browser on this machine instead of a window
    Serve {
        /// Address on this machine; port 0 picks a free one
        #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8480")]
        listen: SocketAddr,
    },
    /// Sell from this terminal; exits 0 when paid, 1 otherwise
    Charge(Order),
    /// The sales and the history of each
    Sales {
        #[command(subcommand)]
        command: SalesCommand,
    },
    /// The settings, as a file or one by one
    Settings {
        #[command(subcommand)]
        command: SettingsCommand,
    },
    /// Secrets, kept in the desktop's keyring only
    Secret {
        #[command(subcommand)]
        command: SecretCommand,
    },
    /// Take micropayments: one JSON object per line in, one answer per line out
    Stream(StreamOrder),
    /// Micropayments that could not be taken
    DeadLetter {
        #[command(subcommand)]
        command: DeadLetterCommand,
    },
    /// The books
    Ledger {
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// Copies of the data file
    Backup {
        #[command(subcommand)]
        command: BackupCommand,
    },
}

#[derive(Debug, Args)]
pub(super) struct Order {
    /// Amount in the shop's currency, such as 4.50
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    /// How the customer pays: cash, card, bitcoin, or chain and coin as in evm:base/USDC
    #[arg(long, value_name = "METHOD", value_parser = method)]
    pub(super) with: Method,
    /// Note of the sale
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(super) note: String,
    /// Stop watching after this long, also for money that comes late; without it, when nothing more is expected
    #[arg(long, value_name = "SECONDS")]
    pub(super) wait: Option<u32>,
    /// Print one JSON object per line instead of text
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Cash,
    /// At the shop's reader; without one, on the customer's phone.
    Card,
    Bitcoin,
    /// A coin of an EVM chain, as the till names it: `evm:8453/USDC`.
    Evm(String),
}

/// Reads how the customer pays. A chain goes by its number or its word.
fn method(text: &str) -> Result<Method, String> {
    match text {
        "cash" => return Ok(Method::Cash),
        "card" => return Ok(Method::Card),
        "bitcoin" => return Ok(Method::Bitcoin),
        _ => {}
    }
    let (chain, symbol) = text
        .strip_prefix("evm:")
        .and_then(|way| way.split_once('/'))
        .ok_or("write cash, card, bitcoin, or a chain and a coin such as evm:base/USDC")?;
    let chain = Chain::named(&chain.to_ascii_lowercase()).map_err(|error| error.to_string())?;
    let coin =
        Currency::on_chain(&symbol.to_ascii_uppercase(), chain.id, 0).map_err(|error| error.to_string())?;
    Ok(Method::Evm(method_name(RailId::EVM, coin)))
}

#[derive(Debug, Subcommand)]
pub(super) enum SalesCommand {
    /// All sales, newest first
    List {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Every event of a sale, with its source and hash
    Show {
        /// The sale's number, such as 7, or its id, inv_…
        id: String,
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum SettingsCommand {
    /// All settings
    Show {
        /// Print the settings file
        #[arg(long)]
        toml: bool,
    },
    /// One setting
    Get {
        /// Its key, such as shop.name or rates.fixed.BTC/EUR
        key: String,
    },
    /// Change one setting
    Set {
        /// Its key
        key: String,
        /// Its value: texts as they are, the rest as in the settings file
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Take over a settings file: what it names is replaced, the rest is kept
    Import {
        /// The file
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum SecretCommand {
    /// Keep what standard input says
    Set {
        /// bitcoin.mnemonic, bitcoind.password, evm.mnemonic, owner.pin, stripe.key or stripe.webhook
        name: String,
    },
    /// Make new words and show them once
    Create {
        /// bitcoin.mnemonic or evm.mnemonic
        name: String,
        /// How many words
        #[arg(long, value_name = "COUNT", default_value = "12", value_parser = ["12", "24"])]
        words: String,
    },
    /// Print the public key of words that are kept, for the settings
    Account {
        /// bitcoin.mnemonic or evm.mnemonic
        name: String,
    },
    /// Remove it from the keyring
    Forget {
        /// Its name
        name: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct StreamOrder {
    /// Where instructions come from; - is standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(super) input: PathBuf,
    /// Where the answers go; - is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(super) output: PathBuf,
    /// Stop at the first line that is no instruction
    #[arg(long)]
    pub(super) strict: bool,
}

/// What a dead letter is called.
#[derive(Clone, Copy, Debug)]
pub(super) enum LetterId {
    /// An instruction that could not be carried out.
    Instruction(u32),
    /// A charge of a payer's tab that failed.
    Settlement(SettlementId),
}

impl FromStr for LetterId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unreadable =
            || format!("{text} is no number and no id such as set_0192f0c1a2b37c4d8e5f60718293a4b5");
        match text.parse() {
            Ok(number) => Ok(Self::Instruction(number)),
            Err(_) => text.parse().map(Self::Settlement).map_err(|_| unreadable()),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum DeadLetterCommand {
    /// Those that nobody has dealt with, oldest first
    List {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// One, with everything that is known of it
    Show {
        /// Its number, or the id of a charge that failed, set_…
        #[arg(value_name = "ID")]
        letter: LetterId,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Try again
    Retry {
        /// Its number, or the id of a charge that failed, set_…
        #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
        letter: Option<LetterId>,
        /// Every one that nobody has dealt with
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum LedgerCommand {
    /// Compute every hash and every balance anew; exits 1 and names the first bad row when something is wrong
    Verify,
    /// What is in each account
    Balances {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Every posting in order
    Export {
        /// How to write them
        #[arg(long)]
        format: ExportFormat,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    Csv,
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum BackupCommand {
    /// Copy the data file, also while the till runs, and check the copy
    Create {
        /// The copy; must not exist
        file: PathBuf,
    },
    /// Put a checked backup in the place of the data file; no till may run
    Restore {
        /// The backup
        file: PathBuf,
    },
}
