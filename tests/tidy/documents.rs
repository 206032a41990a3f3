//! Documents that tell the truth: the commands the README shows exist, and so do the files and tests the documents
//! name. Every migration says why it is there.

use std::process::Command;

use super::finding::{Finding, assert_none, printed};
use super::rust_source::{is_word, rust_sources};
use super::tree::{Text, exists, output, root, text, texts};

/// Documents whose every path and test name is looked up.
const DOCUMENTS: &[&str] = &["README.md", "ARCHITECTURE.md", "SECURITY.md", "CHANGELOG.md"];

/// Rooms of the tree: what begins so is a path.
const ROOMS: &[&str] = &[
    "crates/",
    "src-tauri/",
    "ui/",
    "tests/",
    "benches/",
    "migrations/",
    "scripts/",
    "docs/",
    "fuzz/",
    "icons/",
    ".ci/",
];

#[test]
fn the_commands_in_the_readme_exist() {
    let readme = text("README.md");
    let commands = commands_in(&readme);
    assert!(!commands.is_empty(), "the README shows no command");
    let missing = commands.into_iter().filter_map(|(line, command)| {
        let problem = problem_with(&command)?;
        Some(Finding::at("README.md", line, format!("`{command}`: {problem}")))
    });
    assert_none(missing);
}

#[test]
fn the_files_that_the_documents_name_exist() {
    let missing = DOCUMENTS.iter().flat_map(|path| missing_files(path, &text(path), exists));
    assert_none(missing);
}

#[test]
fn the_tests_that_the_architecture_names_exist() {
    let code: String = rust_sources().into_iter().map(|source| source.code).collect();
    assert_none(missing_tests("ARCHITECTURE.md", &text("ARCHITECTURE.md"), &code));
}

#[test]
fn every_migration_says_why_it_is_there() {
    let migrations = texts(|path| path.starts_with("migrations/") && path.ends_with(".sql"));
    assert!(!migrations.is_empty(), "there is no migration");
    assert_none(migrations.iter().filter_map(without_reason));
}

/// Lines of the README's `sh` blocks with their numbers, without comments.
fn commands_in(readme: &str) -> Vec<(usize, String)> {
    let mut is_shell = false;
    let mut commands = Vec::new();
    for (index, line) in readme.lines().enumerate() {
        if let Some(kind) = line.strip_prefix("```") {
            is_shell = kind == "sh";
        } else if is_shell {
            let command = line.split(" #").next().unwrap_or(line).trim();
            if !command.is_empty() && !command.starts_with('#') {
                commands.push((index + 1, command.to_owned()));
            }
        }
    }
    commands
}

/// What is wrong with a command, if anything. The till's own are run with `--help` at their end, so that options and
/// subcommands that don't exist are refused.
fn problem_with(command: &str) -> Option<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    match words.as_slice() {
        ["tillstream", arguments @ ..] => refusal_of_the_till(arguments),
        [script @ ("./run" | "./test"), ..] => not_in_help(script, &words),
        ["npm", "--prefix", "ui", "run", name, ..] => {
            let is_there = text("ui/package.json").contains(&format!("\"{name}\": \""));
            (!is_there).then(|| format!("ui/package.json has no script {name}"))
        }
        [program, ..] if program.starts_with("scripts/") => {
            (!exists(program)).then(|| "there is no such script".to_owned())
        }
        ["git" | "cd" | "cargo" | "sudo" | "rustup", ..] => None,
        _ => Some("nothing here runs such a program".to_owned()),
    }
}

fn refusal_of_the_till(arguments: &[&str]) -> Option<String> {
    let quoted = arguments.join(" ").replace('\'', "");
    let arguments = quoted.split_whitespace().take_while(|word| !matches!(*word, "<" | ">" | "|"));
    let asked =
        Command::new(env!("CARGO_BIN_EXE_tillstream")).args(arguments).arg("--help").output().unwrap();
    let complaint = String::from_utf8_lossy(&asked.stderr);
    (!asked.status.success()).then(|| complaint.lines().next().unwrap_or("it is refused").to_owned())
}

/// The words before the first placeholder or option must begin a line of the script's own help.
fn not_in_help(script: &str, words: &[&str]) -> Option<String> {
    let help = output(&root().join(script).to_string_lossy(), &["--help"]);
    let is_plain =
        |word: &&&str| word.starts_with("./") || word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let wanted = words.iter().take_while(is_plain).copied().collect::<Vec<_>>().join(" ");
    let is_shown = help.lines().any(|line| {
        let line = line.trim_start();
        line.strip_prefix(&wanted).is_some_and(|rest| !rest.starts_with(is_word))
    });
    (!is_shown).then(|| format!("{script} --help does not know it"))
}

/// What stands in backticks, with its line.
fn quoted_in(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .flat_map(|(index, line)| line.split('`').skip(1).step_by(2).map(move |quoted| (index + 1, quoted)))
}

/// Links to files, and paths in backticks. A brace or a star stands for several, of which the folder is looked up.
fn missing_files(path: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let linked = text.lines().enumerate().flat_map(|(index, line)| {
        line.split("](").skip(1).filter_map(move |rest| Some((index + 1, rest.split_once(')')?.0)))
    });
    let is_local = |target: &str| !target.contains("://") && !target.starts_with('#');
    let linked =
        linked.filter(|(_, target)| is_local(target)).map(|(line, target)| (line, without_anchor(target)));
    let quoted = quoted_in(text).filter(|(_, quoted)| ROOMS.iter().any(|room| quoted.starts_with(room)));
    let named = linked.chain(quoted.map(|(line, quoted)| (line, before_pattern(quoted))));
    let missing = named.filter(|(_, name)| !exists(name));
    missing.map(|(line, name)| Finding::at(path, line, format!("there is no {name}"))).collect()
}

fn without_anchor(target: &str) -> &str {
    target.split('#').next().unwrap_or(target)
}

fn before_pattern(quoted: &str) -> &str {
    let end = quoted.find(['{', '*', ' ', ':']).unwrap_or(quoted.len());
    quoted[..end].trim_end_matches('/')
}

/// A name in backticks of at least four words with underscores between is a test.
fn missing_tests(path: &str, text: &str, code: &str) -> Vec<Finding> {
    let tests = quoted_in(text).filter(|(_, quoted)| is_test_name(quoted));
    let missing = tests.filter(|(_, name)| !code.contains(&format!("fn {name}(")));
    missing.map(|(line, name)| Finding::at(path, line, format!("there is no test {name}"))).collect()
}

fn is_test_name(quoted: &str) -> bool {
    let is_lower = quoted.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    is_lower && quoted.matches('_').count() >= 3
}

fn without_reason(migration: &Text) -> Option<Finding> {
    let first = migration.text.lines().next().unwrap_or_default();
    let says_why = first.strip_prefix("--").is_some_and(|reason| reason.split_whitespace().count() >= 4);
    (!says_why).then(|| {
        Finding::about(&migration.path, "begin with a -- comment that says why this migration is there")
    })
}

#[test]
fn a_command_that_does_not_exist_is_found() {
    let readme = "Text\n```sh\n./run  # opens it\n./run backwards\n```\n```toml\n./run never\n```\n";
    let commands = commands_in(readme);
    assert_eq!(commands, [(3, "./run".to_owned()), (4, "./run backwards".to_owned())]);
    assert_eq!(problem_with(&commands[0].1), None);
    assert_eq!(problem_with(&commands[1].1).as_deref(), Some("./run --help does not know it"));
    assert_eq!(problem_with("tillstream ledger verify"), None);
    assert!(problem_with("tillstream ledger burn").is_some());
    assert!(problem_with("npm --prefix ui run backwards").is_some());
    assert!(problem_with("telnet").is_some());
}

#[test]
fn a_file_that_does_not_exist_is_found() {
    let text =
        "See [that](docs/a.md#top), [this](https://a.example) and\n`crates/{money,ledger}`, `tests/none.rs`.";
    let found = printed(missing_files("README.md", text, |path| path == "crates"));
    assert_eq!(found, "README.md:1: there is no docs/a.md\nREADME.md:2: there is no tests/none.rs");
}

#[test]
fn a_test_that_does_not_exist_is_found() {
    let text = "`money` holds it: `sums_that_would_wrap_are_seen`,\n`no_such_test_is_there`, `ledger_entry`.";
    let code = "fn sums_that_would_wrap_are_seen() {}";
    assert_eq!(printed(missing_tests("A.md", text, code)), "A.md:2: there is no test no_such_test_is_there");
}

#[test]
fn a_migration_without_a_reason_is_found() {
    let migration = |text: &str| Text { path: "migrations/0001_a.sql".to_owned(), text: text.to_owned() };
    assert!(printed(without_reason(&migration("create table a (b integer) strict;\n"))).contains("says why"));
    assert_eq!(without_reason(&migration("-- The journal, so that a sale can be proved.\n")), None);
}
