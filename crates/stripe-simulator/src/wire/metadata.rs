//! Metadata: the caller's own notes on an object, as Stripe bounds and changes them.

use std::collections::BTreeMap;

use super::{Params, Refusal};

/// Notes by name.
pub(crate) type Metadata = BTreeMap<String, String>;

const ENTRIES_MAX: usize = 50;
const NAME_CHARACTERS_MAX: usize = 40;
const VALUE_CHARACTERS_MAX: usize = 500;

/// What a request says about metadata: all of it goes, or entries are set and (by an empty value) removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MetadataChange {
    clears: bool,
    entries: Vec<(String, String)>,
}

impl MetadataChange {
    /// Reads the parameter `metadata`.
    pub(crate) fn read(params: &mut Params) -> Result<Self, Refusal> {
        Self::read_named(params, "metadata")
    }

    pub(crate) fn read_named(params: &mut Params, name: &str) -> Result<Self, Refusal> {
        if params.is_empty_text(name) {
            params.unsettable(name)?;
            return Ok(Self { clears: true, entries: Vec::new() });
        }
        let entries = params.nested(name, Params::remaining_texts)?.unwrap_or_default();
        for (key, value) in &entries {
            bounded(name, key, value)?;
        }
        if entries.len() > ENTRIES_MAX {
            let message = format!("You can only have {ENTRIES_MAX} metadata keys.");
            return Err(Refusal::invalid(message).param(name));
        }
        Ok(Self { clears: false, entries })
    }

    /// A change that sets these notes.
    pub(crate) fn setting(metadata: Metadata) -> Self {
        Self { clears: false, entries: metadata.into_iter().collect() }
    }

    /// The metadata of a new object.
    pub(crate) fn fresh(self) -> Metadata {
        let mut metadata = Metadata::new();
        self.apply(&mut metadata);
        metadata
    }

    pub(crate) fn apply(self, metadata: &mut Metadata) {
        if self.clears {
            metadata.clear();
        }
        for (key, value) in self.entries {
            if value.is_empty() {
                metadata.remove(&key);
            } else {
                metadata.insert(key, value);
            }
        }
    }
}

fn bounded(name: &str, key: &str, value: &str) -> Result<(), Refusal> {
    let full_name = format!("{name}[{key}]");
    if key.chars().count() > NAME_CHARACTERS_MAX {
        let message =
            format!("Metadata keys can have up to {NAME_CHARACTERS_MAX} characters, but you passed '{key}'.");
        return Err(Refusal::invalid(message).param(full_name));
    }
    if value.chars().count() > VALUE_CHARACTERS_MAX {
        let message = format!(
            "Metadata values can have up to {VALUE_CHARACTERS_MAX} characters; that of '{key}' is longer."
        );
        return Err(Refusal::invalid(message).param(full_name));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::form::decode;
    use super::*;

    fn change(form: &str) -> Result<MetadataChange, Refusal> {
        MetadataChange::read(&mut Params::new(decode(form.as_bytes()).unwrap(), false))
    }

    #[test]
    fn an_empty_value_removes_an_entry_and_an_empty_map_all() {
        let mut metadata = change("metadata[a]=1&metadata[b]=2").unwrap().fresh();
        change("metadata[a]=&metadata[c]=3").unwrap().apply(&mut metadata);
        assert_eq!(metadata.keys().collect::<Vec<_>>(), ["b", "c"]);
        change("metadata=").unwrap().apply(&mut metadata);
        assert!(metadata.is_empty());
    }

    #[test]
    fn names_and_values_are_bounded() {
        assert!(change(&format!("metadata[{}]=1", "k".repeat(41))).is_err());
        assert!(change(&format!("metadata[k]={}", "v".repeat(501))).is_err());
        assert!(change(&format!("metadata[{}]={}", "k".repeat(40), "v".repeat(500))).is_ok());
    }
}
