//! `tillstream secret`.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::keyring::Keyring;
use super::program::{Folder, Said};

const WORDS: &str =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
const ACCOUNT: &str = "[73c5da0a/84'/1'/0']tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2XVWbVm39yBA4LAxysQAm397zwQSQoQgewGiYZqrA9DsP4zbQ1M";

fn sandbox<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["--mode", "sandbox", "secret"], arguments].concat()
}

fn with_keyring(folder: &Folder, keyring: &Keyring, arguments: &[&str], input: &str) -> Said {
    let mut command = folder.command(arguments);
    let mut child = keyring.lend(&mut command).stdin(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("its standard input is a pipe");
    stdin.write_all(input.as_bytes()).expect("it reads its input");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn practice_mode_has_nothing_to_keep() {
    let folder = Folder::new();
    for arguments in [["secret", "set", "stripe.key"], ["secret", "create", "bitcoin.mnemonic"]] {
        folder.run(&arguments).refuses_with("practice mode has nothing to keep");
    }
}

#[test]
fn a_secret_typed_for_its_name_is_not_repeated() {
    let said = Folder::new().run(&sandbox(&["set", "sk_live_canary"]));
    said.refuses_with("no secret has that name");
    assert!(!said.err.contains("canary"), "{said:?}");
}

#[test]
fn words_are_shown_on_a_terminal_only() {
    let folder = Folder::new();
    folder.run(&sandbox(&["create", "bitcoin.mnemonic"])).refuses_with("terminal");
    folder.run(&sandbox(&["create", "stripe.key"])).refuses_with("only bitcoin.mnemonic");
    folder.run(&sandbox(&["account", "stripe.key"])).refuses_with("has no account");
}

#[test]
fn what_is_no_secret_is_refused_without_being_repeated() {
    let folder = Folder::new();
    let canary = "abandon ".repeat(11) + "canary";
    for (name, input, part) in [
        ("stripe.key", "", "no secret on standard input"),
        ("stripe.key", "\n", "no secret on standard input"),
        ("bitcoin.mnemonic", "one two three", "3"),
        ("bitcoin.mnemonic", canary.as_str(), "word 12"),
    ] {
        let said = folder.run_with_input(&sandbox(&["set", name]), input);
        said.refuses_with(part);
        assert!(!said.err.contains("canary"), "{said:?}");
    }
}

#[test]
fn without_a_keyring_it_says_what_to_install() {
    let folder = Folder::new();
    let said = folder.run_with_input(&sandbox(&["set", "bitcoind.password"]), "hunter2\n");
    said.refuses_with("keyring");
    assert!(!said.err.contains("hunter2"), "{said:?}");
}

#[test]
fn a_secret_is_kept_and_forgotten() {
    let (folder, keyring) = (Folder::new(), Keyring::unlocked());
    let run = |arguments: &[&str], input: &str| with_keyring(&folder, &keyring, &sandbox(arguments), input);
    assert_eq!(run(&["set", "bitcoind.password"], "hunter2\n").code, Some(0));
    assert_eq!(run(&["forget", "bitcoind.password"], "").code, Some(0));
    let again = run(&["forget", "bitcoind.password"], "");
    assert_eq!((again.code, again.err.lines().count()), (Some(1), 1), "{again:?}");
}

#[test]
fn imported_words_become_the_shops_account_and_are_never_overwritten() {
    let (folder, keyring) = (Folder::new(), Keyring::unlocked());
    let run = |arguments: &[&str], input: &str| with_keyring(&folder, &keyring, &sandbox(arguments), input);
    let kept = run(&["set", "bitcoin.mnemonic"], &format!("{WORDS}\n"));
    assert_eq!(kept.code, Some(0), "{kept:?}");
    let account = folder.ok(&["--mode", "sandbox", "settings", "get", "rail.bitcoin.account"]);
    assert_eq!(account.trim_end(), ACCOUNT);
    assert_eq!(run(&["set", "bitcoin.mnemonic"], WORDS).code, Some(0), "the same words again change nothing");
    let others = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    run(&["set", "bitcoin.mnemonic"], others).refuses_with("another wallet");
    for entry in std::fs::read_dir(folder.path()).expect("the folder").map(|entry| entry.expect("an entry")) {
        let bytes =
            if entry.path().is_file() { std::fs::read(entry.path()).expect("a file") } else { vec![] };
        let found = bytes.windows(7).any(|window| window == b"abandon");
        assert!(!found, "the words are in {:?}", entry.file_name());
    }
}

#[test]
fn the_words_for_evm_chains_print_their_account_and_are_never_overwritten() {
    let (folder, keyring) = (Folder::new(), Keyring::unlocked());
    let run = |arguments: &[&str], input: &str| with_keyring(&folder, &keyring, &sandbox(arguments), input);
    run(&["account", "evm.mnemonic"], "").refuses_with("secret create evm.mnemonic");
    let kept = run(&["set", "evm.mnemonic"], &format!("{WORDS}\n"));
    assert_eq!(kept.code, Some(0), "{kept:?}");
    let account = keys::Mnemonic::parse(WORDS).expect("words of the list").evm_account();
    assert_eq!(kept.out.trim_end(), account.as_str());
    assert_eq!(run(&["account", "evm.mnemonic"], "").out, kept.out);
    let others = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    run(&["set", "evm.mnemonic"], others).refuses_with("other words are kept already");
}

#[test]
fn the_owners_pin_is_changed_with_itself_and_removed_with_it_or_with_the_words() {
    let (folder, keyring) = (Folder::new(), Keyring::unlocked());
    let run = |arguments: &[&str], input: &str| with_keyring(&folder, &keyring, &sandbox(arguments), input);
    let is_done = |said: Said| assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(run(&["forget", "owner.pin"], "").code, Some(1));
    run(&["set", "owner.pin"], "12345\n").refuses_with("6 to 12 digits");
    run(&["set", "owner.pin"], "123456\n").refuses_with("without a pattern");
    is_done(run(&["set", "owner.pin"], "593164\n"));
    let guessed = run(&["set", "owner.pin"], "593165\n847205\n");
    guessed.refuses_with("this is not the PIN");
    assert!(!guessed.err.contains("593165") && !guessed.err.contains("847205"), "{guessed:?}");
    is_done(run(&["set", "owner.pin"], "593164\n847205\n"));
    is_done(run(&["forget", "owner.pin"], "847205\n"));
    is_done(run(&["set", "owner.pin"], "593164\n"));
    for part in ["type it again", "type it again", "in 30 seconds"] {
        run(&["forget", "owner.pin"], "593165\n").refuses_with(part);
    }
    run(&["forget", "owner.pin"], "593164\n").refuses_with("typed wrong too often");
    is_done(run(&["set", "evm.mnemonic"], WORDS));
    is_done(run(&["forget", "owner.pin"], WORDS));
}

#[test]
fn new_words_are_shown_once_asked_back_and_become_the_shops_account() {
    let (folder, keyring) = (Folder::new(), Keyring::unlocked());
    let words = Terminal::start(&folder, &keyring).words_written_down();
    let account = folder.ok(&["--mode", "sandbox", "settings", "get", "rail.bitcoin.account"]);
    let mnemonic = keys::Mnemonic::parse(&words.join(" ")).expect("words of the list");
    assert_eq!(account.trim_end(), mnemonic.account(keys::BitcoinNetwork::Regtest).as_str());
}

#[test]
fn words_nobody_wrote_down_are_not_kept() {
    let (folder, keyring) = (Folder::new(), Keyring::unlocked());
    let mut terminal = Terminal::start(&folder, &keyring);
    terminal.words();
    terminal.type_line("");
    for _ in 0..9 {
        terminal.number_asked();
        terminal.type_line("zebra");
    }
    let (ended, rest) = terminal.end();
    assert!(!ended && rest.contains("nothing was kept"), "{rest}");
    assert_eq!(folder.ok(&["--mode", "sandbox", "settings", "get", "rail.bitcoin.account"]), "\n");
}

/// `secret create bitcoin.mnemonic` on a terminal that util-linux's `script` provides.
pub(super) struct Terminal {
    child: Child,
    keys: ChildStdin,
    screen: BufReader<ChildStdout>,
}

impl Terminal {
    pub(super) fn start(folder: &Folder, keyring: &Keyring) -> Self {
        let program = format!(
            "'{}' --data-dir '{}' --mode sandbox secret create bitcoin.mnemonic",
            env!("CARGO_BIN_EXE_tillstream"),
            folder.path().display()
        );
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--flush", "--command", &program, "/dev/null"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = keyring.lend(&mut command).spawn().expect("script starts (package bsdutils)");
        let keys = child.stdin.take().expect("its standard input is a pipe");
        let screen = BufReader::new(child.stdout.take().expect("its standard output is a pipe"));
        Self { child, keys, screen }
    }

    /// The twelve words, in their order.
    fn words(&mut self) -> Vec<String> {
        let mut words = Vec::new();
        while words.len() < 12 {
            let mut line = String::new();
            assert_ne!(self.screen.read_line(&mut line).expect("text"), 0, "it ended before the words");
            let numbered = line.trim().split_once(". ");
            let next = numbered.filter(|(number, _)| number.parse() == Ok(words.len() + 1));
            words.extend(next.map(|(_, word)| word.to_owned()));
        }
        words
    }

    /// The twelve words, written down and proven.
    pub(super) fn words_written_down(mut self) -> Vec<String> {
        let words = self.words();
        self.type_line("");
        for _ in 0..3 {
            let asked = self.number_asked();
            self.type_line(&words[asked - 1]);
        }
        let (ended, rest) = self.end();
        assert!(ended && rest.contains("bitcoin.mnemonic is kept"), "{rest}");
        words
    }

    /// The number in the next `Word 7: `.
    fn number_asked(&mut self) -> usize {
        let mut shown = String::new();
        loop {
            let mut byte = [0];
            self.screen.read_exact(&mut byte).expect("it asks");
            shown.push(char::from(byte[0]));
            let number = shown.rsplit_once("Word ").and_then(|(_, rest)| rest.strip_suffix(": "));
            if let Some(number) = number {
                return number.parse().expect("a number");
            }
        }
    }

    fn type_line(&mut self, text: &str) {
        self.keys.write_all(format!("{text}\n").as_bytes()).expect("it reads what is typed");
    }

    /// Whether it succeeded, and what it still said.
    fn end(mut self) -> (bool, String) {
        let mut rest = Vec::new();
        self.screen.read_to_end(&mut rest).expect("it ends");
        let is_success = self.child.wait().expect("it ends").success();
        (is_success, String::from_utf8_lossy(&rest).into_owned())
    }
}
