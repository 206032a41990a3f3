//! A session bus, a home and a keyring of a test's own.
//!
//! Environment variables are process-wide, so [`alone`] runs the test a second time in a child process, with its
//! own folders and, if asked, its own bus. A missing tool is a failure that names the package, never a skip.

use std::env;
use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What the child process finds on its session bus.
#[derive(Clone, Copy)]
pub(crate) enum Bus {
    /// No bus at all.
    None,
    /// A bus that starts no services by itself: whatever is on it, the test has started.
    Private,
}

/// Runs the body of the test of that name in a child process with an environment of its own.
pub(crate) fn alone(test: &str, bus: Bus, body: impl FnOnce()) {
    if env::var_os(CHILD).is_some() {
        return body();
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let output = command(test, bus, home.path()).output().unwrap_or_else(missing("dbus-run-session"));
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // The count guards against a name that no longer fits: the child would pass by running nothing.
    assert!(
        output.status.success() && said.contains("1 passed"),
        "in the child process:\n{said}\n{complained}"
    );
}

const CHILD: &str = "KEYS_TEST_CHILD";
const BUS_CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/private_session/bus.conf");

fn command(test: &str, bus: Bus, home: &Path) -> Command {
    let this_binary = env::current_exe().expect("the path of this test binary");
    let mut command = match bus {
        Bus::None => Command::new(this_binary),
        Bus::Private => {
            let mut session = Command::new("dbus-run-session");
            session.arg("--config-file").arg(BUS_CONFIGURATION).arg("--").arg(this_binary);
            session
        }
    };
    for (name, folder) in [("XDG_DATA_HOME", "data"), ("XDG_RUNTIME_DIR", "run"), ("HOME", "home")] {
        let path = home.join(folder);
        fs::create_dir(&path).expect("a folder in the temporary folder");
        fs::set_permissions(&path, Permissions::from_mode(0o700)).expect("a private folder");
        command.env(name, path);
    }
    for outer in ["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL"] {
        command.env_remove(outer);
    }
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1").stdin(Stdio::null());
    command
}

fn missing<T>(program: &str) -> impl FnOnce(std::io::Error) -> T {
    move |error| match error.kind() {
        ErrorKind::NotFound => panic!("{program} is missing: apt-get install gnome-keyring dbus"),
        _ => panic!("{program} does not start: {error}"),
    }
}

/// A gnome-keyring that serves secrets on the session bus until it is dropped.
pub(crate) struct GnomeKeyring(Child);

impl GnomeKeyring {
    /// A keyring somebody has logged in to: created on first use, and unlocked.
    pub(crate) fn unlocked() -> Self {
        let mut keyring = Self::start(&["--unlock"]);
        let mut password = keyring.0.stdin.take().expect("its standard input is a pipe");
        password.write_all(b"testpw").expect("the keyring reads its password");
        drop(password);
        keyring.once_on_the_bus()
    }

    /// A keyring nobody has logged in to: locked if it was created before.
    pub(crate) fn without_a_login() -> Self {
        Self::start(&[]).once_on_the_bus()
    }

    /// Makes it silent, as a keyring that hangs.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn start(extra: &[&str]) -> Self {
        let child = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--components=secrets"])
            .args(extra)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(missing("gnome-keyring-daemon"));
        Self(child)
    }

    fn once_on_the_bus(self) -> Self {
        wait_until("gnome-keyring is on the bus", || {
            let has_owner = [
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            ];
            let answer =
                Command::new("dbus-send").args(has_owner).output().unwrap_or_else(missing("dbus-send"));
            String::from_utf8_lossy(&answer.stdout).contains("boolean true")
        });
        self
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.0.id().to_string()]).status();
        assert!(sent.expect("kill starts").success(), "the keyring takes {signal}");
    }
}

impl Drop for GnomeKeyring {
    fn drop(&mut self) {
        self.0.kill().expect("our own keyring can be ended");
        self.0.wait().expect("our own keyring ends");
    }
}

/// Waits for a condition, and fails by its name after ten seconds.
pub(crate) fn wait_until(condition: &str, holds: impl Fn() -> bool) {
    let begun = now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(10), "waited in vain until {condition}");
        thread::park_timeout(Duration::from_millis(20));
    }
}

/// How long something took.
pub(crate) fn duration_of<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let begun = now();
    let result = act();
    (result, begun.elapsed())
}

#[expect(clippy::disallowed_methods, reason = "deadlines of real processes are measured on the real clock")]
fn now() -> Instant {
    Instant::now()
}
