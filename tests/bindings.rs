//! The TypeScript of the wire shapes is generated from the Rust and committed; this test holds the two together.
//! `TILLSTREAM_WRITE_BINDINGS=1 cargo nextest run bindings` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use specta_typescript::Typescript;
use tillstream::commands::COMMANDS;
use tillstream::dto::{error::AppError, feed::ChangeDto};

const HEADER: &str =
    "// Generated from the Rust shapes in src-tauri/dto by tests/bindings.rs. Do not edit.\n";

#[test]
fn the_committed_bindings_are_those_of_the_rust_shapes() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/lib/backend/bindings.ts");
    let generated = bindings();
    if std::env::var_os("TILLSTREAM_WRITE_BINDINGS").is_some() {
        std::fs::write(&file, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap();
    assert!(
        committed == generated,
        "ui/src/lib/backend/bindings.ts is not what the Rust shapes say: run \
         `TILLSTREAM_WRITE_BINDINGS=1 cargo nextest run bindings` and commit it"
    );
}

#[test]
fn every_command_has_a_name_of_its_own() {
    let mut names: Vec<_> = COMMANDS.iter().map(|row| row.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
}

/// Who may ask what: a new command that carries a secret must be added here and to the table on purpose.
#[test]
fn only_the_window_may_ask_for_words() {
    let window_only: Vec<_> = COMMANDS.iter().filter(|row| row.window_only).map(|row| row.name).collect();
    let expected = [
        "wallet_create",
        "wallet_prove",
        "wallet_import",
        "stripe_secret_set",
        "stripe_secret_forget",
        "pin_check",
        "pin_set",
        "pin_forget",
    ];
    assert_eq!(window_only, expected);
}

fn bindings() -> String {
    let types = specta::Types::default().register::<AppError>().register::<ChangeDto>();
    let types = COMMANDS.iter().fold(types, |types, row| (row.register)(types));
    let mut text = Typescript::default().header(HEADER).export(&types, specta_serde::Format).unwrap();
    text.push_str(
        "\n/** Every command: what it is asked with and what it answers. */\nexport type Commands = {\n",
    );
    for row in COMMANDS {
        writeln!(text, "\t{}: {{ request: {}; reply: {} }};", row.name, row.request, row.reply).unwrap();
    }
    text.push_str("};\n");
    text
}
