//! What Stripe itself publishes, as judges: its official Python client and its command line. They do business with a
//! stand-in as they would with Stripe, and the client's types say whether a request is one that Stripe would take.
//!
//! Each call starts a program and waits for its end.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use stripe_simulator::RequestSeen;

use crate::CounterpartyError;
use crate::error::while_doing;
use crate::program::Program;

const PYTHON: Program = Program {
    name: "python-with-stripe-16.1.0",
    variable: "TILLSTREAM_STRIPE_PYTHON",
    fetch: "scripts/fetch-stripe",
    folder: "counterparties/stripe",
    inside: "python-16.1.0/bin/python",
};
const CLI: Program = Program {
    name: "stripe-1.52.0",
    variable: "TILLSTREAM_STRIPE_CLI",
    fetch: "scripts/fetch-stripe",
    folder: "counterparties/stripe",
    inside: "cli-1.52.0/stripe",
};
/// Plays stories, and says of each whether it went as with Stripe.
const STORIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/judges/client.py");
/// Holds requests against the client's types.
const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/judges/contract.py");

/// Stripe's official Python client.
#[derive(Clone, Debug)]
pub struct StripeClient {
    python: PathBuf,
}

/// How the stories of the official client went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The names of those that went as with Stripe.
    pub right: Vec<String>,
    /// The names of the others, each with what was wrong.
    pub wrong: Vec<(String, String)>,
}

impl StripeClient {
    /// The client where the script puts it.
    ///
    /// # Errors
    /// When it is not there, naming the script that fetches it.
    pub fn find() -> Result<Self, CounterpartyError> {
        Ok(Self { python: PYTHON.find()? })
    }

    /// Does business with a stand-in: all stories, or those that are named.
    ///
    /// # Errors
    /// When the client can't be started or breaks off.
    pub fn judge(&self, url: &str, key: &str, stories: &[&str]) -> Result<Verdict, CounterpartyError> {
        let told = run(PYTHON.name, &self.python, [STORIES, url, key].iter().chain(stories), "")?;
        let mut verdict = Verdict::default();
        for line in printed(&told).lines() {
            match (
                line.strip_prefix("ok "),
                line.strip_prefix("WRONG ").and_then(|rest| rest.split_once(": ")),
            ) {
                (Some(name), _) => verdict.right.push(name.to_owned()),
                (None, Some((name, why))) => verdict.wrong.push((name.to_owned(), why.to_owned())),
                (None, None) => return Err(broken_off(PYTHON.name, &told)),
            }
        }
        if verdict == Verdict::default() { Err(broken_off(PYTHON.name, &told)) } else { Ok(verdict) }
    }

    /// What is wrong with requests, by the client's typed parameters: one line for each request that Stripe would not take,
    /// or would carry out twice if it came twice.
    ///
    /// # Errors
    /// When the client can't be started or breaks off.
    pub fn objections(&self, requests: &[RequestSeen]) -> Result<Vec<String>, CounterpartyError> {
        let lines: String = requests.iter().map(|request| format!("{}\n", line_of(request))).collect();
        let told = run(PYTHON.name, &self.python, [CONTRACT], &lines)?;
        let verdicts: Vec<String> = printed(&told).lines().map(str::to_owned).collect();
        if !told.status.success() || verdicts.len() != requests.len() {
            return Err(broken_off(PYTHON.name, &told));
        }
        let judged = requests.iter().zip(verdicts).filter(|(_, wrong)| !wrong.is_empty());
        Ok(judged.map(|(seen, wrong)| format!("{} {}: {wrong}", seen.method, seen.path)).collect())
    }
}

fn line_of(request: &RequestSeen) -> Value {
    json!({
        "method": request.method, "path": request.path, "form": request.body, "key": request.idempotency_key,
    })
}

/// Stripe's official command line.
#[derive(Clone, Debug)]
pub struct StripeCli {
    program: PathBuf,
}

impl StripeCli {
    /// The command line where the script puts it.
    ///
    /// # Errors
    /// When it is not there, naming the script that fetches it.
    pub fn find() -> Result<Self, CounterpartyError> {
        Ok(Self { program: CLI.find()? })
    }

    /// Has a stand-in do whatever leads to an event, as `stripe trigger` does it.
    ///
    /// # Errors
    /// What the command line says when the stand-in does not take one of its requests.
    pub fn trigger(&self, event: &str, url: &str, key: &str) -> Result<(), CounterpartyError> {
        self.ask(&["trigger", event], url, key).map(|_| ())
    }

    /// The kinds of a stand-in's newest events, newest first, as `stripe events list` tells them.
    ///
    /// # Errors
    /// When the command line can't read the list.
    pub fn events(&self, url: &str, key: &str) -> Result<Vec<String>, CounterpartyError> {
        let told = self.ask(&["events", "list", "--limit", "100"], url, key)?;
        let list: Value = serde_json::from_str(&told).map_err(|error| CounterpartyError::Answer {
            method: "stripe events list".to_owned(),
            detail: error.to_string(),
        })?;
        let kinds = list["data"].as_array().into_iter().flatten().filter_map(|event| event["type"].as_str());
        Ok(kinds.map(str::to_owned).collect())
    }

    fn ask(&self, wish: &[&str], url: &str, key: &str) -> Result<String, CounterpartyError> {
        let place = ["--api-base", url, "--api-key", key];
        let told = run(CLI.name, &self.program, wish.iter().chain(&place), "")?;
        if told.status.success() { Ok(printed(&told)) } else { Err(broken_off(CLI.name, &told)) }
    }
}

/// Runs a judge to its end, in a home of its own that nobody's settings are in.
fn run<Argument: AsRef<OsStr>>(
    name: &'static str,
    program: &Path,
    arguments: impl IntoIterator<Item = Argument>,
    input: &str,
) -> Result<Output, CounterpartyError> {
    let doing = || while_doing(format!("run {name}"));
    let home = tempfile::tempdir().map_err(doing())?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(home.path()).env("HOME", home.path());
    command.env("STRIPE_CLI_TELEMETRY_OPTOUT", "1").env("PYTHONDONTWRITEBYTECODE", "1");
    // It looks for a keyring, and would start a session bus of its own that outlives it.
    command.env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(doing())?;
    if let Some(mut inlet) = child.stdin.take() {
        inlet.write_all(input.as_bytes()).map_err(doing())?;
    }
    child.wait_with_output().map_err(doing())
}

fn printed(told: &Output) -> String {
    String::from_utf8_lossy(&told.stdout).into_owned()
}

fn broken_off(program: &'static str, told: &Output) -> CounterpartyError {
    let words = [&told.stdout, &told.stderr].map(|words| String::from_utf8_lossy(words).trim().to_owned());
    CounterpartyError::EndedEarly { program, status: told.status, last_words: words.join(" / ") }
}
