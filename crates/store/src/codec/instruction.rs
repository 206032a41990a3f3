//! An instruction as text, for those that could not be carried out, and the metadata of those that were.

use std::collections::BTreeMap;

use money::Money;
use payment::stream::{Instruction, InstructionParts};
use serde::{Deserialize, Serialize};

use super::CodecError;
use super::parts::money_shape;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    id: String,
    #[serde(with = "money_shape")]
    amount: Money,
    method: String,
    payer: Option<String>,
    memo: Option<String>,
    metadata: BTreeMap<String, String>,
}

/// Puts an instruction into text.
pub(crate) fn encode_instruction(instruction: &Instruction) -> Result<String, CodecError> {
    let shape = Shape {
        id: instruction.id().to_owned(),
        amount: instruction.amount(),
        method: instruction.method().to_owned(),
        payer: instruction.payer().map(str::to_owned),
        memo: instruction.memo().map(str::to_owned),
        metadata: instruction.metadata().clone(),
    };
    serde_json::to_string(&shape).map_err(|e| CodecError::Unstorable(e.to_string()))
}

/// Reads an instruction back.
pub(crate) fn decode_instruction(text: &str) -> Result<Instruction, CodecError> {
    let malformed = |reason: String| CodecError::Malformed { kind: "instruction".to_owned(), reason };
    let shape: Shape = serde_json::from_str(text).map_err(|e| malformed(e.to_string()))?;
    let Shape { id, amount, method, payer, memo, metadata } = shape;
    let parts = InstructionParts { id, amount, method, payer, memo, metadata };
    Instruction::new(parts).map_err(|e| malformed(e.to_string()))
}

/// Metadata as a JSON object; `None` when there is none.
pub(crate) fn encode_metadata(metadata: &BTreeMap<String, String>) -> Result<Option<String>, CodecError> {
    if metadata.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(metadata).map(Some).map_err(|e| CodecError::Unstorable(e.to_string()))
}
