//! Which crate may know which. The arrows of ARCHITECTURE.md as tables, held against what cargo says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::finding::{Finding, assert_none, printed};
use super::tree::text;
use super::workspace::{Declared, Graph, declared, metadata, rooms};

/// Each room, the rooms its code knows, and the rooms only its tests know.
const ARROWS: &[(&str, &[&str], &[&str])] = &[
    ("card-numbers", &[], &[]),
    ("money", &[], &[]),
    ("ledger", &["money"], &[]),
    ("payment", &["card-numbers", "ledger", "money"], &[]),
    ("settings", &["money", "payment"], &[]),
    ("store", &["ledger", "money", "payment"], &["faulty-disk"]),
    ("engine", &["ledger", "money", "payment", "settings", "store"], &["faulty-disk", "rail-practice"]),
    ("keys", &[], &[]),
    ("gateway", &[], &[]),
    ("rates", &["money", "payment"], &[]),
    ("rail-practice", &["money", "payment"], &[]),
    ("rail-stripe", &["money", "payment"], &["counterparties", "stripe-simulator"]),
    ("rail-bitcoin", &["money", "payment"], &["counterparties", "keys"]),
    ("rail-evm", &["money", "payment"], &["counterparties"]),
    ("counterparties", &["stripe-simulator"], &[]),
    ("stripe-simulator", &[], &[]),
    ("faulty-disk", &[], &[]),
    ("yardsticks", &[], &[]),
    (
        "tillstream",
        &[
            "card-numbers",
            "engine",
            "gateway",
            "keys",
            "ledger",
            "money",
            "payment",
            "rail-bitcoin",
            "rail-evm",
            "rail-practice",
            "rail-stripe",
            "rates",
            "settings",
            "store",
        ],
        &["counterparties", "stripe-simulator", "yardsticks"],
    ),
];

/// Libraries that have a room of their own, by the beginning of their name, and the rooms that may use them.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store", "faulty-disk", "yardsticks"]),
    ("sqlx", &["store", "yardsticks"]),
    ("bdk", &["rail-bitcoin"]),
    ("bitcoin", &["rail-bitcoin", "rail-evm", "keys", "counterparties"]),
    ("alloy", &["rail-evm"]),
    ("tauri", &["tillstream"]),
    ("axum", &["gateway", "counterparties", "stripe-simulator"]),
    ("async-stripe", &["rail-stripe", "stripe-simulator"]),
    ("argon2", &["keys"]),
    ("bip39", &["keys"]),
    ("keyring", &["keys"]),
    ("dbus-secret-service", &["keys"]),
];

/// The rooms that only compute: no runtime, network, database or window is reached from them, however indirectly.
const PURE_ROOMS: &[&str] = &["card-numbers", "money", "ledger", "payment", "settings"];
const IMPURE_LIBRARIES: &[&str] = &["tokio", "sqlx", "rusqlite", "reqwest", "hyper", "tauri", "bdk"];

/// What is let near secrets. `sha3` makes the addresses of EVM chains (Keccak-256), `argon2` the record of the owner's PIN.
const KEYS_LIBRARIES: &[&str] = &[
    "argon2",
    "bip39",
    "bitcoin",
    "dbus-secret-service",
    "dbus-secret-service-keyring-store",
    "getrandom",
    "keyring-core",
    "sha3",
    "thiserror",
    "zeroize",
];
/// Crates in the whole graph below `keys`, itself counted, on Linux.
const KEYS_CRATES_MAX: usize = 80;

#[test]
fn the_arrows_between_rooms_point_one_way() {
    let workspace = metadata();
    let rooms = rooms(&workspace);
    assert_none(unknown_rooms(&rooms).chain(wrong_arrows(&rooms, &declared(&workspace))));
}

#[test]
fn each_heavy_library_stays_in_its_room() {
    assert_none(strayed_libraries(&declared(&metadata())));
}

#[test]
fn the_pure_rooms_reach_no_runtime_network_or_database() {
    let graph = Graph::of(&metadata());
    assert_none(PURE_ROOMS.iter().flat_map(|room| impure(room, &graph.below(room))));
}

#[test]
fn few_crates_are_let_near_secrets() {
    let workspace = metadata();
    assert_none(near_secrets(&declared(&workspace), Graph::of(&workspace).below("keys").len() + 1));
}

#[test]
fn every_room_is_under_the_house_lints() {
    let rooms = rooms(&metadata());
    assert_none(rooms.values().filter_map(|manifest| without_lints(manifest, &text(manifest))));
}

fn manifest_of(room: &str) -> String {
    if room == "tillstream" { "Cargo.toml".to_owned() } else { format!("crates/{room}/Cargo.toml") }
}

fn unknown_rooms(rooms: &BTreeMap<String, String>) -> impl Iterator<Item = Finding> {
    let unknown = rooms.iter().filter(|(name, _)| !ARROWS.iter().any(|(room, ..)| room == name));
    unknown.map(|(name, manifest)| {
        Finding::about(
            manifest,
            format!("{name} is a new room: write its arrows into tests/tidy/arrows.rs and ARCHITECTURE.md"),
        )
    })
}

fn wrong_arrows(rooms: &BTreeMap<String, String>, declared: &[Declared]) -> Vec<Finding> {
    let between_rooms = declared.iter().filter(|arrow| rooms.contains_key(&arrow.to));
    let is_wrong = |arrow: &&Declared| {
        let Some((_, code, tests)) = ARROWS.iter().find(|(room, ..)| *room == arrow.from) else {
            return false;
        };
        let is_known = |known: &[&str]| known.contains(&arrow.to.as_str());
        !is_known(code) && (!arrow.is_for_tests || !is_known(tests))
    };
    let finding = |arrow: &Declared| {
        let part = if arrow.is_for_tests { "the tests of " } else { "" };
        let advice = format!(
            "{part}{} must not know {}: turn the arrow round (ARCHITECTURE.md)",
            arrow.from, arrow.to
        );
        Finding::about(&manifest_of(&arrow.from), advice)
    };
    between_rooms.filter(is_wrong).map(finding).collect()
}

fn strayed_libraries(declared: &[Declared]) -> Vec<Finding> {
    let finding = |arrow: &Declared| {
        let (library, rooms) = LIBRARIES.iter().find(|(library, _)| is_of(&arrow.to, library))?;
        let advice =
            format!("{} belongs into {} only: ask that room ({library})", arrow.to, rooms.join(", "));
        (!rooms.contains(&arrow.from.as_str())).then(|| Finding::about(&manifest_of(&arrow.from), advice))
    };
    declared.iter().filter_map(finding).collect()
}

/// `bdk_wallet` is of `bdk`, `bitcoins` is not of `bitcoin`.
fn is_of(package: &str, library: &str) -> bool {
    package.strip_prefix(library).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

fn impure(room: &str, below: &BTreeSet<String>) -> Vec<Finding> {
    let reached = below.iter().filter(|name| IMPURE_LIBRARIES.iter().any(|library| is_of(name, library)));
    let advice = |name: &String| {
        format!("{room} only computes, and reaches {name}: leave that to the engine or a rail")
    };
    reached.map(|name| Finding::about(&manifest_of(room), advice(name))).collect()
}

fn near_secrets(declared: &[Declared], crates: usize) -> Vec<Finding> {
    let own = declared.iter().filter(|arrow| arrow.from == "keys" && !arrow.is_for_tests);
    let strangers = own.filter(|arrow| !KEYS_LIBRARIES.contains(&arrow.to.as_str()));
    let stranger = |arrow: &Declared| {
        format!("{} comes near secrets: do without it, or defend it in KEYS_LIBRARIES", arrow.to)
    };
    let many =
        format!("{crates} crates are let near secrets, at most {KEYS_CRATES_MAX}: find a smaller library");
    let too_many = (crates > KEYS_CRATES_MAX).then(|| Finding::about(&manifest_of("keys"), many));
    strangers.map(|arrow| Finding::about(&manifest_of("keys"), stranger(arrow))).chain(too_many).collect()
}

fn without_lints(path: &str, manifest: &str) -> Option<Finding> {
    let inherits = manifest.contains("\n[lints]\nworkspace = true\n");
    (!inherits).then(|| Finding::about(path, "add [lints] workspace = true: the house lints hold everywhere"))
}

fn arrow(from: &str, to: &str, is_for_tests: bool) -> Declared {
    Declared { from: from.to_owned(), to: to.to_owned(), is_for_tests }
}

#[test]
fn an_arrow_that_points_the_wrong_way_is_found() {
    let rooms: BTreeMap<_, _> =
        ARROWS.iter().map(|(room, ..)| ((*room).to_owned(), manifest_of(room))).collect();
    let planted = [
        arrow("money", "ledger", false),
        arrow("engine", "rail-practice", false),
        arrow("engine", "rail-practice", true),
        arrow("tillstream", "counterparties", false),
        arrow("payment", "serde", false),
    ];
    let found = printed(wrong_arrows(&rooms, &planted));
    assert_eq!(
        found.lines().collect::<Vec<_>>(),
        [
            "crates/money/Cargo.toml:1: money must not know ledger: turn the arrow round (ARCHITECTURE.md)",
            "crates/engine/Cargo.toml:1: engine must not know rail-practice: turn the arrow round (ARCHITECTURE.md)",
            "Cargo.toml:1: tillstream must not know counterparties: turn the arrow round (ARCHITECTURE.md)",
        ]
    );
}

#[test]
fn a_room_without_arrows_is_found() {
    let rooms = BTreeMap::from([("attic".to_owned(), "crates/attic/Cargo.toml".to_owned())]);
    assert!(printed(unknown_rooms(&rooms)).contains("attic is a new room"));
}

#[test]
fn a_library_outside_its_room_is_found() {
    let found = printed(strayed_libraries(&[
        arrow("engine", "sqlx", true),
        arrow("store", "sqlx", false),
        arrow("gateway", "bdk_wallet", false),
        arrow("rail-practice", "bitcoins", false),
    ]));
    assert!(
        found.starts_with("crates/engine/Cargo.toml:1: sqlx belongs into store, yardsticks only"),
        "{found}"
    );
    assert!(
        found.lines().count() == 2 && found.contains("crates/gateway/Cargo.toml:1: bdk_wallet"),
        "{found}"
    );
}

#[test]
fn a_pure_room_that_reaches_a_runtime_is_found_through_other_crates() {
    let package = |id: &str| serde_json::json!({ "id": id, "name": id });
    let node = |id: &str, to: &[&str], kind: Value| {
        let deps: Vec<Value> =
            to.iter().map(|pkg| serde_json::json!({ "pkg": pkg, "dep_kinds": [{ "kind": kind }] })).collect();
        serde_json::json!({ "id": id, "deps": deps })
    };
    let workspace = serde_json::json!({
        "packages": [package("money"), package("between"), package("tokio-util"), package("hyper")],
        "resolve": { "nodes": [
            node("money", &["between"], Value::Null), node("between", &["tokio-util"], Value::Null),
            node("tokio-util", &["hyper"], "dev".into()), node("hyper", &[], Value::Null),
        ] },
    });
    let found = printed(impure("money", &Graph::of(&workspace).below("money")));
    assert_eq!(
        found,
        "crates/money/Cargo.toml:1: money only computes, and reaches tokio-util: leave that to the engine or a rail"
    );
}

#[test]
fn a_stranger_near_secrets_is_found() {
    let planted =
        [arrow("keys", "zeroize", false), arrow("keys", "reqwest", false), arrow("keys", "tempfile", true)];
    let found = printed(near_secrets(&planted, KEYS_CRATES_MAX + 1));
    assert!(found.contains("reqwest comes near secrets") && found.contains("81 crates"), "{found}");
    assert_eq!(near_secrets(&planted[..1], KEYS_CRATES_MAX), []);
}

#[test]
fn a_room_without_the_house_lints_is_found() {
    assert!(without_lints("crates/a/Cargo.toml", "[package]\nname = \"a\"\n").is_some());
    assert_eq!(
        without_lints("crates/a/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n\n[dependencies]\n"),
        None
    );
}
