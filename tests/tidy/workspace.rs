//! The workspace as cargo sees it: its rooms, what their manifests declare, and everything that is reached from there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::tree::output;

/// A dependency as a crate's manifest declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declared {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) is_for_tests: bool,
}

/// What cargo says, with every dependency resolved for Linux.
pub(super) fn metadata() -> Value {
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline"];
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let filter = ["--filter-platform", platform.as_str()];
    let printed = output(env!("CARGO"), &[arguments.as_slice(), &filter].concat());
    serde_json::from_str(&printed).unwrap()
}

/// The rooms of the workspace with their manifests, relative to the root.
pub(super) fn rooms(workspace: &Value) -> BTreeMap<String, String> {
    let root = string(&workspace["workspace_root"]);
    let manifest = |package: &Value| string(&package["manifest_path"]).replace(&format!("{root}/"), "");
    members(workspace).map(|package| (string(&package["name"]), manifest(package))).collect()
}

/// Packages without a source are on this disk: our own.
fn members(workspace: &Value) -> impl Iterator<Item = &Value> {
    workspace["packages"].as_array().unwrap().iter().filter(|package| package["source"].is_null())
}

pub(super) fn declared(workspace: &Value) -> Vec<Declared> {
    let of_package = |package: &Value| {
        let from = string(&package["name"]);
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let declared = dependencies.map(|dependency| Declared {
            from: from.clone(),
            to: string(&dependency["name"]),
            is_for_tests: dependency["kind"] == "dev",
        });
        declared.collect::<Vec<_>>()
    };
    members(workspace).flat_map(of_package).collect()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Who depends on whom in code that ships, down to the last library.
pub(super) struct Graph {
    names: BTreeMap<String, String>,
    arrows: BTreeMap<String, Vec<String>>,
}

impl Graph {
    pub(super) fn of(workspace: &Value) -> Self {
        let packages = workspace["packages"].as_array().unwrap().iter();
        let names = packages.map(|package| (string(&package["id"]), string(&package["name"]))).collect();
        let nodes = workspace["resolve"]["nodes"].as_array().unwrap().iter();
        let arrows = nodes.map(|node| {
            let dependencies = node["deps"].as_array().unwrap().iter().filter(|dependency| ships(dependency));
            (string(&node["id"]), dependencies.map(|dependency| string(&dependency["pkg"])).collect())
        });
        Self { names, arrows: arrows.collect() }
    }

    /// Everything a package reaches, by name, without itself.
    pub(super) fn below(&self, package: &str) -> BTreeSet<String> {
        let start = self.names.iter().find(|(_, name)| *name == package).map(|(id, _)| id.clone());
        let mut waiting: Vec<String> = start.into_iter().collect();
        let mut reached = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            for next in &self.arrows[&id] {
                if reached.insert(next.clone()) {
                    waiting.push(next.clone());
                }
            }
        }
        reached.iter().map(|id| self.names[id].clone()).collect()
    }
}

/// Neither for tests nor for the build alone.
fn ships(dependency: &Value) -> bool {
    dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null())
}
