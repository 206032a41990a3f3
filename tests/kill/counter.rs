//! The running program, seen from outside: started, asked over HTTP, killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A served till.
pub struct Counter {
    process: Child,
    pub door: Door,
}

/// Where to ask, and with which token.
#[derive(Clone)]
pub struct Door {
    http: reqwest::Client,
    address: String,
    token: String,
}

impl Counter {
    /// Starts the program in practice mode and waits until it says where it listens.
    pub fn start(folder: &Path) -> Self {
        Self::start_in(folder, "practice")
    }

    /// As [`Counter::start`], in a mode, and without a keyring.
    pub fn start_in(folder: &Path, mode: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tillstream"))
            .args(["--data-dir", folder.to_str().unwrap(), "--mode", mode])
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env("XDG_RUNTIME_DIR", folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut after = |start: &str| {
            let line =
                lines.next().unwrap_or_else(|| panic!("the till ended before it said {start:?}")).unwrap();
            line.strip_prefix(start).unwrap_or_else(|| panic!("expected {start:?}, got {line:?}")).to_owned()
        };
        let address = after("listening on ");
        let token = after("open ").split_once("#token=").unwrap().1.to_owned();
        Self { process, door: Door { http: reqwest::Client::new(), address, token } }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Door {
    /// `None` when the till died before it answered; otherwise its answer, refusals as an error.
    pub async fn ask(&self, command: &str, request: &Value) -> Option<Result<Value, Value>> {
        let url = format!("{}/api/{command}", self.address);
        let sent = self.http.post(url).bearer_auth(&self.token).json(request).send().await.ok()?;
        let is_done = sent.status().is_success();
        let body: Value = sent.json().await.ok()?;
        Some(if is_done { Ok(body) } else { Err(body) })
    }

    /// An answer that must come.
    pub async fn get(&self, command: &str, request: &Value) -> Value {
        let answer = self.ask(command, request).await.expect("a running till answers");
        answer.unwrap_or_else(|refusal| panic!("{command} was refused: {refusal}"))
    }
}
