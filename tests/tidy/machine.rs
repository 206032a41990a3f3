//! Nothing of the machine somebody worked on: no paths of its disk, no address of the registry it fetched from.

use serde_json::Value;

use super::finding::{Finding, assert_none, printed};
use super::tree::{Text, text, texts};

/// Where paths of one machine begin. Spelled apart, so that this file does not find itself.
const MACHINE_PATHS: &[&str] = &[
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("C:\\Us", "ers"),
];

/// Home folders of the people in our examples.
const EXAMPLE_HOMES: &[&str] = &[concat!("/ho", "me/mira"), concat!("/ho", "me/ana")];

/// Hosts of package registries and their mirrors. Where packages come from is the business of each machine.
const REGISTRY_HOSTS: &[&str] = &[
    concat!("registry.", "npmjs.org"),
    concat!("registry.", "yarnpkg.com"),
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("proxy.", "golang.org"),
    concat!("artifact", "ory"),
    concat!("/nex", "us/"),
    concat!("dev", "pi"),
];

/// The one source of crates, by its public name: cargo writes it whatever mirror it fetched from.
const CRATES_SOURCE: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[test]
fn no_file_names_a_path_of_one_machine() {
    assert_none(texts(|_| true).iter().flat_map(machine_paths));
}

#[test]
fn no_file_names_the_host_of_a_registry() {
    assert_none(texts(|path| !path.contains("/corpus/")).iter().flat_map(registry_hosts));
}

#[test]
fn the_lock_files_say_what_was_chosen_and_not_where_it_came_from() {
    assert_none(crates_from_elsewhere("Cargo.lock", &text("Cargo.lock")));
    assert_none(crates_from_elsewhere("fuzz/Cargo.lock", &text("fuzz/Cargo.lock")));
    for modules in ["ui/package-lock.json", "scripts/evm/package-lock.json"] {
        assert_none(resolved_modules(modules, &text(modules)));
    }
}

fn machine_paths(file: &Text) -> Vec<Finding> {
    let lines =
        file.text.lines().enumerate().filter(|(_, line)| MACHINE_PATHS.iter().any(|path| begins(line, path)));
    let advice = "this path is of one machine: take it from a setting, the environment or a temporary folder";
    lines.map(|(index, _)| Finding::at(&file.path, index + 1, advice)).collect()
}

/// Does a path of that beginning stand in the line, not as the inner part of another path?
fn begins(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(offset, _)| {
        let before = line[..offset].chars().next_back();
        let is_inner = before.is_some_and(|c| c.is_alphanumeric() || "_-.}/~*".contains(c));
        let is_example = EXAMPLE_HOMES.iter().any(|home| line[offset..].starts_with(home));
        !is_inner && !is_example
    })
}

fn registry_hosts(file: &Text) -> Vec<Finding> {
    let found = file.text.lines().enumerate().filter_map(|(index, line)| {
        let host = REGISTRY_HOSTS.iter().find(|host| line.contains(*host))?;
        let advice = format!("{host} is a registry's host: leave it to the configuration of each machine");
        Some(Finding::at(&file.path, index + 1, advice))
    });
    found.collect()
}

fn crates_from_elsewhere(path: &str, lock: &str) -> Vec<Finding> {
    let sources = lock.lines().enumerate().filter(|(_, line)| line.starts_with("source = "));
    let elsewhere = sources.filter(|(_, line)| *line != format!("source = \"{CRATES_SOURCE}\""));
    let advice = "a crate from elsewhere: take a released one";
    elsewhere.map(|(index, _)| Finding::at(path, index + 1, advice)).collect()
}

fn resolved_modules(path: &str, lock: &str) -> Vec<Finding> {
    let lock: Value = serde_json::from_str(lock).unwrap();
    let modules = lock["packages"].as_object().unwrap();
    let resolved = modules.iter().filter(|(_, module)| module.get("resolved").is_some());
    let advice = |name: &String| {
        format!(
            "{name} names where it was fetched: ui/.npmrc has omit-lockfile-registry-resolved, so lock again"
        )
    };
    resolved.map(|(name, _)| Finding::about(path, advice(name))).collect()
}

#[test]
fn a_path_of_one_machine_is_found() {
    let file = |text: String| Text { path: "a.sh".to_owned(), text };
    let planted = format!("#!/bin/sh\ncd {}somebody\n", MACHINE_PATHS[0]);
    assert!(printed(machine_paths(&file(planted))).starts_with("a.sh:2: this path"));
    let inner = format!("ls $folder{0}usr; ls ~{0}x; cat {1}/books", MACHINE_PATHS[0], EXAMPLE_HOMES[0]);
    assert_eq!(machine_paths(&file(inner)), []);
}

#[test]
fn the_host_of_a_registry_is_found() {
    let file =
        Text { path: "a".to_owned(), text: format!("# packages\nfrom = https://{}/\n", REGISTRY_HOSTS[0]) };
    assert!(printed(registry_hosts(&file)).starts_with("a:2: registry."));
}

#[test]
fn a_lock_file_with_an_address_is_found() {
    let lock = format!(
        "[[package]]\nsource = \"{CRATES_SOURCE}\"\n\n[[package]]\nsource = \"git+https://a.example\"\n"
    );
    assert_eq!(
        printed(crates_from_elsewhere("Cargo.lock", &lock)),
        "Cargo.lock:5: a crate from elsewhere: take a released one"
    );
    let lock = r#"{"packages": {"": {}, "node_modules/a": {"resolved": "https://mirror.example/a.tgz"}}}"#;
    assert!(printed(resolved_modules("package-lock.json", lock)).contains("node_modules/a names where"));
}
