//! The program, run in a folder of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A data folder.
pub(super) struct Folder(TempDir);

/// What a run said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A file in the folder, with this text.
    pub(super) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).expect("the file is written");
        path
    }

    /// The program on this folder, in practice mode unless the arguments say otherwise, without a keyring.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tillstream"));
        command.arg("--data-dir").arg(self.path()).args(arguments);
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").env("XDG_RUNTIME_DIR", self.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub(super) fn run(&self, arguments: &[&str]) -> Said {
        said(self.command(arguments).spawn().expect("it starts"))
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub(super) fn ok(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        said.out
    }

    /// Runs a command with something on its standard input.
    pub(super) fn run_with_input(&self, arguments: &[&str], input: &str) -> Said {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("it starts");
        let mut stdin = child.stdin.take().expect("its standard input is a pipe");
        // A command that refuses before it reads closes the pipe.
        let _closed = stdin.write_all(input.as_bytes());
        drop(stdin);
        said(child)
    }

    /// Starts a command that goes on.
    pub(super) fn start(&self, arguments: &[&str]) -> Running {
        Running::new(self.command(arguments).spawn().expect("it starts"))
    }

    /// Serves the till on a free port.
    pub(super) fn serve(&self, arguments: &[&str]) -> Served {
        self.serve_with(arguments, |_| {})
    }

    /// As [`Folder::serve`], with something changed about the process.
    pub(super) fn serve_with(&self, arguments: &[&str], change: impl FnOnce(&mut Command)) -> Served {
        let mut command = self.command(&[arguments, &["serve", "--listen", "127.0.0.1:0"]].concat());
        change(&mut command);
        let mut running = Running::new(command.spawn().expect("it starts"));
        let address = after(&running.line(), "listening on ");
        let (opened, token) = split(&after(&running.line(), "open "), "/#token=");
        assert_eq!(opened, address);
        Served { running, door: Door { address, token } }
    }

    /// The sales, as programs read them.
    pub(super) fn sales(&self) -> Vec<Value> {
        objects(&self.ok(&["sales", "list", "--json"]))
    }
}

impl Said {
    /// Used wrongly: exit 2, nothing on standard output, and one line on standard error that contains this.
    pub(super) fn refuses_with(&self, part: &str) {
        self.ends_with(2, part);
    }

    /// Not now: exit 1, otherwise as a refusal.
    pub(super) fn says_no_with(&self, part: &str) {
        self.ends_with(1, part);
    }

    fn ends_with(&self, code: i32, part: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        assert!(self.err.contains(part), "{part:?} is missing: {self:?}");
    }
}

/// A command that goes on.
pub(super) struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    pub(super) fn new(mut child: Child) -> Self {
        let out = BufReader::new(child.stdout.take().expect("its standard output is a pipe"));
        Self { child, out }
    }

    /// The next line it prints, without its end.
    pub(super) fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("it prints text");
        assert!(line.ends_with('\n'), "it ended before the next line: {:?}", self.err());
        line.trim_end().to_owned()
    }

    /// The next line as an object.
    pub(super) fn object(&mut self) -> Value {
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?} is no object: {error}"))
    }

    /// Sends a signal, such as `-TERM`.
    pub(super) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.pid().to_string()]).status();
        assert!(sent.expect("kill starts").success());
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it says until its end, from here on.
    pub(super) fn end(mut self) -> Said {
        let mut out = String::new();
        self.out.read_to_string(&mut out).expect("it prints text");
        let err = self.err();
        Said { code: self.child.wait().expect("it ends").code(), out, err }
    }

    fn err(&mut self) -> String {
        let mut err = String::new();
        let pipe = self.child.stderr.as_mut().expect("its standard error is a pipe");
        pipe.read_to_string(&mut err).expect("it prints text");
        err
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// A till being served.
pub(super) struct Served {
    pub(super) running: Running,
    pub(super) door: Door,
}

/// Where a till can be asked.
#[derive(Clone, Debug)]
pub(super) struct Door {
    pub(super) address: String,
    pub(super) token: String,
}

impl Door {
    /// What the control file of a folder says, once it is there.
    pub(super) fn of(folder: &Folder) -> Self {
        let path = folder.path().join("control.json");
        wait_until("the control file is there", || path.exists());
        let text = std::fs::read_to_string(path).expect("it can be read");
        let control: Value = serde_json::from_str(&text).expect("it is JSON");
        let text = |name: &str| control[name].as_str().expect("it is a text").to_owned();
        Self { address: text("address"), token: text("token") }
    }

    /// A command that must succeed.
    pub(super) fn ask(&self, name: &str, request: &Value) -> Value {
        let (is_done, reply) = self.send(name, request);
        assert!(is_done, "{name} {request}: {reply}");
        reply
    }

    /// A command that must be refused with this code; gives the refusal.
    pub(super) fn refuses(&self, name: &str, request: &Value, code: &str) -> Value {
        let (is_done, reply) = self.send(name, request);
        assert!(!is_done && reply["code"] == code, "{name} {request}: {reply}");
        reply
    }

    fn send(&self, name: &str, request: &Value) -> (bool, Value) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let url = format!("{}/api/{name}", self.address);
            let client = reqwest::Client::builder().no_proxy().build().expect("a client");
            let sent =
                client.post(url).bearer_auth(&self.token).json(request).send().await.expect("it answers");
            let is_done = sent.status().is_success();
            (is_done, sent.json().await.expect("it answers JSON"))
        })
    }

    /// Makes the simulated customer do something about the payment of a charge's line.
    pub(super) fn act(&self, charge: &Value, act: &str) {
        let (invoice, payment) = (&charge["invoice"], &charge["payment"]);
        self.ask("practice_act", &serde_json::json!({ "invoice": invoice, "payment": payment, "act": act }));
    }
}

/// Waits for a condition, and fails by its name after twenty seconds.
#[expect(clippy::disallowed_methods, reason = "deadlines of real processes are measured on the real clock")]
pub(super) fn wait_until(condition: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain until {condition}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// An address on this machine where nothing listens.
pub(super) fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

/// What is read at an address, with its status; `None` when nobody answers.
pub(super) fn get(url: &str) -> Option<(u16, String)> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let response = client.get(url).send().await.ok()?;
        Some((response.status().as_u16(), response.text().await.ok()?))
    })
}

/// Lines of objects.
pub(super) fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("each line is an object")).collect()
}

fn said(child: Child) -> Said {
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn after(line: &str, start: &str) -> String {
    line.strip_prefix(start).unwrap_or_else(|| panic!("expected {start:?}, got {line:?}")).to_owned()
}

fn split(text: &str, at: &str) -> (String, String) {
    let (one, two) = text.split_once(at).unwrap_or_else(|| panic!("{at:?} is not in {text:?}"));
    (one.to_owned(), two.to_owned())
}
