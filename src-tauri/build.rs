//! Looks for the built screens, which are part of the program, and prepares the window when there is one.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=ui/dist");
    println!("cargo::rerun-if-changed=src-tauri/capabilities");
    println!("cargo::rerun-if-changed=tauri.conf.json");
    if !Path::new("ui/dist/index.html").exists() {
        println!("cargo::error=the screens are not built yet: run `scripts/build-screens`");
    }
    prepare_window();
}

#[cfg(feature = "desktop")]
fn prepare_window() {
    let attributes = tauri_build::Attributes::new()
        .app_manifest(tauri_build::AppManifest::new().commands(&["call"]))
        .capabilities_path_pattern("src-tauri/capabilities/**/*.json");
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error=the window can't be prepared: {error:#}");
    }
}

#[cfg(not(feature = "desktop"))]
fn prepare_window() {}
