//! The window as it ships: it runs the till's own files and nothing else, and one folder of the screens talks to it.

use serde_json::Value;

use super::finding::{Finding, assert_none, printed};
use super::tree::{Text, text, texts};

const CONFIGURATION: &str = "tauri.conf.json";

/// The only folder that may import Tauri's interface.
const BACKEND: &str = "ui/src/lib/backend/";

/// How the window asks the core; it never leaves the process.
const IPC_ORIGIN: &str = "http://ipc.localhost";

#[test]
fn the_window_runs_nothing_but_its_own_files() {
    assert_none(loose_window(&text(CONFIGURATION)));
}

#[test]
fn only_the_backend_folder_talks_to_the_window() {
    let screens = texts(|path| path.starts_with("ui/src/") && !path.starts_with(BACKEND));
    assert_none(screens.iter().flat_map(window_imports));
}

fn loose_window(configuration: &str) -> Vec<Finding> {
    let parsed: Value = serde_json::from_str(configuration).unwrap();
    let mut findings = dangerous_keys(&parsed);
    match parsed.pointer("/app/security/csp").and_then(Value::as_str) {
        Some(policy) => findings.extend(loose_policy(policy)),
        None => findings
            .push(Finding::about(CONFIGURATION, "app.security.csp is missing: give the window a policy")),
    }
    findings
}

fn loose_policy(policy: &str) -> Vec<Finding> {
    let has_default = policy.split(';').any(|directive| directive.trim() == "default-src 'none'");
    let missing = "the policy must begin with default-src 'none', so that what is not named is refused";
    let loose = policy.split([';', ' ']).filter(|source| is_loose(source));
    let finding = |source| {
        Finding::about(CONFIGURATION, format!("the policy allows {source}: name what is needed, or drop it"))
    };
    let no_default = (!has_default).then(|| Finding::about(CONFIGURATION, missing));
    loose.map(finding).chain(no_default).collect()
}

fn is_loose(source: &str) -> bool {
    let is_remote = source.starts_with("http") && source != IPC_ORIGIN || source.starts_with("ws");
    source.starts_with("'unsafe-") || source.contains('*') || is_remote
}

/// Tauri calls what should not be used by that name.
fn dangerous_keys(value: &Value) -> Vec<Finding> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, inner)| {
                let advice = format!("`{key}`: leave it out, Tauri names it so for a reason");
                let own =
                    key.to_lowercase().contains("dangerous").then(|| Finding::about(CONFIGURATION, advice));
                own.into_iter().chain(dangerous_keys(inner)).collect::<Vec<_>>()
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(dangerous_keys).collect(),
        _ => vec![],
    }
}

fn window_imports(file: &Text) -> Vec<Finding> {
    let lines = file.text.lines().enumerate().filter(|(_, line)| line.contains("@tauri-apps"));
    let advice = format!("only {BACKEND} talks to the window: ask its Backend");
    lines.map(|(index, _)| Finding::at(&file.path, index + 1, advice.clone())).collect()
}

#[test]
fn a_policy_that_lets_anything_in_is_found() {
    let loose = [
        "'unsafe-inline'",
        "'unsafe-eval'",
        "*",
        "https://*.example",
        "http://cdn.example",
        "http:",
        "ws://a.example",
    ];
    assert_eq!(loose.map(is_loose), [true; 7]);
    let tight = ["'self'", "data:", "ipc:", "http://ipc.localhost", "'none'", "script-src", ""];
    assert_eq!(tight.map(is_loose), [false; 7]);
    let found = printed(loose_policy("default-src 'none'; script-src 'self' 'unsafe-eval'"));
    assert_eq!(found, "tauri.conf.json:1: the policy allows 'unsafe-eval': name what is needed, or drop it");
    assert!(printed(loose_policy("script-src 'self'")).contains("default-src 'none'"));
}

#[test]
fn a_window_without_a_policy_or_with_a_dangerous_key_is_found() {
    let found =
        printed(loose_window(r#"{"app": {"security": {"dangerousDisableAssetCspModification": true}}}"#));
    assert!(found.contains("leave it out") && found.contains("csp is missing"), "{found}");
}

#[test]
fn a_screen_that_talks_to_the_window_itself_is_found() {
    let text = "// a\nimport { invoke } from '@tauri-apps/api/core';\n".to_owned();
    let found = printed(window_imports(&Text { path: "ui/src/lib/sell/a.ts".to_owned(), text }));
    assert!(found.starts_with("ui/src/lib/sell/a.ts:2: only "), "{found}");
}
