//! A session bus and a gnome-keyring of a test's own. A missing tool is a failure that names the package.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::program::wait_until;

/// The one that the keyring itself is tested on.
const BUS_CONFIGURATION: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/crates/keys/tests/private_session/bus.conf");

pub(super) struct Keyring {
    address: String,
    home: TempDir,
    processes: Vec<Child>,
}

impl Keyring {
    /// A keyring somebody has logged in to.
    pub(super) fn unlocked() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut bus = start(
            Command::new("dbus-daemon")
                .arg(format!("--config-file={BUS_CONFIGURATION}"))
                .args(["--nofork", "--print-address=1"])
                .stdout(Stdio::piped()),
        );
        let mut address = String::new();
        let out = bus.stdout.take().expect("its standard output is a pipe");
        BufReader::new(out).read_line(&mut address).expect("it prints its address");
        let mut keyring = Self { address: address.trim().to_owned(), home, processes: vec![bus] };
        keyring.unlock();
        keyring
    }

    /// Lets a command use this keyring.
    pub(super) fn lend<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let home = self.home.path();
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address).env("HOME", home).env("XDG_RUNTIME_DIR", home);
        command.env("XDG_DATA_HOME", home)
    }

    fn unlock(&mut self) {
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets", "--unlock"]);
        let mut daemon = start(self.lend(&mut command).stdin(Stdio::piped()).stdout(Stdio::null()));
        let mut password = daemon.stdin.take().expect("its standard input is a pipe");
        password.write_all(b"testpw").expect("it reads its password");
        drop(password);
        self.processes.push(daemon);
        wait_until("gnome-keyring is on the bus", || self.is_there());
    }

    fn is_there(&self) -> bool {
        let mut command = Command::new("dbus-send");
        command.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"]);
        command.args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"]);
        let answer = self.lend(&mut command).output().expect("dbus-send starts");
        String::from_utf8_lossy(&answer.stdout).contains("boolean true")
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        for process in self.processes.iter_mut().rev() {
            let _ended = process.kill();
            let _ended = process.wait();
        }
    }
}

fn start(command: &mut Command) -> Child {
    command.spawn().unwrap_or_else(|error| match error.kind() {
        ErrorKind::NotFound => panic!("{command:?} is missing: apt-get install gnome-keyring dbus"),
        _ => panic!("{command:?} does not start: {error}"),
    })
}
