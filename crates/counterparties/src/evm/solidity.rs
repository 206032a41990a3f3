//! Our own contracts, compiled from `solidity/` when they are first needed and kept by the digest of their sources.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use bitcoin::hashes::{Hash, sha256};
use serde_json::{Value, json};

use crate::CounterpartyError;
use crate::error::while_doing;
use crate::program::{Program, cache_folder};

/// The compiler, run by node.
const SOLC: Program = Program {
    name: "solc-0.8.37",
    variable: "TILLSTREAM_SOLC",
    fetch: "scripts/fetch-anvil",
    folder: "counterparties/evm",
    inside: "node_modules/solc/index.js",
};
/// The package's own command line says other things beside its answer.
const COMPILE: &str =
    "process.stdout.write(require(process.argv[1]).compile(require('fs').readFileSync(0, 'utf8')))";
const KEPT_IN: &str = "counterparties/solidity";
const SOURCES: [(&str, &str); 3] = [
    ("Token.sol", include_str!("../../solidity/Token.sol")),
    ("AuthorizedToken.sol", include_str!("../../solidity/AuthorizedToken.sol")),
    ("Batch.sol", include_str!("../../solidity/Batch.sol")),
];
/// What every one of the six chains runs.
const EVM_VERSION: &str = "shanghai";

/// A contract, compiled.
pub(super) struct Compiled {
    /// What creates it, `0x` hex.
    pub(super) creation: String,
    /// What lies at its address afterwards, `0x` hex.
    pub(super) code: String,
    functions: Value,
}

impl Compiled {
    /// The contract with that name.
    ///
    /// # Errors
    /// When the compiler is not there or finds fault with a source.
    pub(super) fn named(name: &str) -> Result<Self, CounterpartyError> {
        let everything = compiled()?;
        let files = everything["contracts"].as_object().into_iter().flatten();
        let contract = files.map(|(_, contracts)| &contracts[name]).find(|contract| !contract.is_null());
        let contract = contract.ok_or_else(|| faulty(format!("there is no contract {name}")))?;
        let hex = |code: &str| format!("0x{}", contract["evm"][code]["object"].as_str().unwrap_or_default());
        Ok(Self {
            creation: hex("bytecode"),
            code: hex("deployedBytecode"),
            functions: contract["evm"]["methodIdentifiers"].clone(),
        })
    }

    /// The four bytes that name a function, in hex digits; `signature` as in `transfer(address,uint256)`.
    pub(super) fn selector(&self, signature: &str) -> Result<&str, CounterpartyError> {
        self.functions[signature].as_str().ok_or_else(|| faulty(format!("it has no function {signature}")))
    }
}

/// What the compiler said of all sources, now or once.
fn compiled() -> Result<Value, CounterpartyError> {
    let order = order().to_string();
    let folder = cache_folder().join(KEPT_IN);
    let kept =
        folder.join(format!("{}.json", sha256::Hash::hash(format!("{}{order}", SOLC.name).as_bytes())));
    if let Ok(text) = fs::read_to_string(&kept) {
        return read(&text);
    }
    let _turn = turn(&folder).map_err(while_doing(format!("lock {}", folder.display())))?;
    if let Ok(text) = fs::read_to_string(&kept) {
        return read(&text);
    }
    let text = compile(&SOLC.find()?, &order)?;
    let answer = read(&text)?;
    keep(&folder, &kept, &text).map_err(while_doing(format!("write {}", kept.display())))?;
    Ok(answer)
}

/// In the compiler's own form (its "standard JSON").
fn order() -> Value {
    let sources: Value = SOURCES.iter().map(|(name, text)| (*name, json!({ "content": text }))).collect();
    json!({
        "language": "Solidity",
        "sources": sources,
        "settings": {
            "optimizer": { "enabled": true, "runs": 200 },
            "evmVersion": EVM_VERSION,
            "outputSelection": { "*": { "*": ["evm.bytecode.object", "evm.deployedBytecode.object", "evm.methodIdentifiers"] } },
        },
    })
}

fn compile(solc: &Path, order: &str) -> Result<String, CounterpartyError> {
    let doing = || while_doing("run the Solidity compiler with node");
    let mut command = Command::new("node");
    command.arg("-e").arg(COMPILE).arg(solc);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(doing())?;
    if let Some(mut inlet) = child.stdin.take() {
        inlet.write_all(order.as_bytes()).map_err(doing())?;
    }
    let told = child.wait_with_output().map_err(doing())?;
    Ok(String::from_utf8_lossy(&told.stdout).into_owned())
}

fn read(text: &str) -> Result<Value, CounterpartyError> {
    let answer: Value = serde_json::from_str(text).map_err(|error| faulty(error.to_string()))?;
    let mut notes = answer["errors"].as_array().into_iter().flatten();
    match notes.find(|note| note["severity"] == "error") {
        Some(error) => Err(faulty(error["formattedMessage"].as_str().unwrap_or("no reason").trim())),
        None => Ok(answer),
    }
}

/// Tests that begin together compile once, and the others wait. The turn ends when the file is closed.
fn turn(folder: &Path) -> std::io::Result<File> {
    fs::create_dir_all(folder)?;
    let file = File::create(folder.join("lock"))?;
    file.lock()?;
    Ok(file)
}

/// Whole or not at all: whoever is killed leaves no half of it.
fn keep(folder: &Path, place: &Path, text: &str) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(place)?;
    Ok(())
}

fn faulty(detail: impl Into<String>) -> CounterpartyError {
    CounterpartyError::Solidity { detail: detail.into() }
}

#[cfg(test)]
mod tests {
    use super::{Compiled, SOLC, compile, read};

    #[test]
    fn functions_are_named_as_everywhere() {
        let token = Compiled::named("PlainToken").unwrap();
        assert_eq!(token.selector("transfer(address,uint256)").unwrap(), "a9059cbb");
        assert!(token.selector("transfer(address)").is_err());
    }

    #[test]
    fn source_with_a_mistake_is_named_with_its_line() {
        let order =
            r#"{"language":"Solidity","sources":{"Bad.sol":{"content":"contract Bad { unit256 x; }"}}}"#;
        let error = read(&compile(&SOLC.find().unwrap(), order).unwrap()).unwrap_err().to_string();
        assert!(error.contains("Bad.sol:1:16"), "{error}");
        assert!(error.contains("crates/counterparties/solidity"), "{error}");
    }
}
