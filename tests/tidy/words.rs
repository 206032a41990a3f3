//! Every word on the screens is there in every language.

use std::collections::BTreeMap;

use serde_json::Value;

use super::finding::{Finding, assert_none, printed};
use super::tree::{Text, texts};

const FOLDER: &str = "ui/messages/";
const LANGUAGES: &[&str] = &["en", "de"];

/// Each message's key in its file without the language (`sell.json/charge`), and whether it says anything.
type Words = BTreeMap<String, bool>;

#[test]
fn every_word_is_there_in_every_language() {
    let files = texts(|path| path.starts_with(FOLDER) && path.ends_with(".json"));
    assert!(!files.is_empty(), "{FOLDER} has no words");
    assert_none(untranslated(&files));
}

fn untranslated(files: &[Text]) -> Vec<Finding> {
    let languages: Vec<(&str, Words)> =
        LANGUAGES.iter().map(|language| (*language, words_of(language, files))).collect();
    let mut findings = Vec::new();
    for (language, words) in &languages {
        for key in languages.iter().flat_map(|(_, others)| others.keys()) {
            if !words.get(key).copied().unwrap_or(false) {
                let (file, message) = key.split_once('/').unwrap();
                let advice = format!("`{message}` is not said in {language}: translate it");
                findings.push(Finding::about(&format!("{FOLDER}{language}/{file}"), advice));
            }
        }
    }
    findings.dedup();
    findings
}

fn words_of(language: &str, files: &[Text]) -> Words {
    let folder = format!("{FOLDER}{language}/");
    let own = files.iter().filter_map(|file| Some((file.path.strip_prefix(&folder)?, &file.text)));
    let words = own.flat_map(|(file, text)| {
        let messages: BTreeMap<String, Value> = serde_json::from_str(text).unwrap();
        messages.into_iter().map(move |(key, value)| (format!("{file}/{key}"), says_something(&value)))
    });
    words.collect()
}

fn says_something(value: &Value) -> bool {
    value.as_str().map_or(!value.is_null(), |text| !text.trim().is_empty())
}

#[test]
fn a_word_missing_in_one_language_is_found() {
    let file = |language: &str, text: &str| Text {
        path: format!("{FOLDER}{language}/sell.json"),
        text: text.to_owned(),
    };
    let files = [
        file("en", r#"{"charge": "Charge", "note": "Note"}"#),
        file("de", r#"{"charge": "Kassieren", "note": " "}"#),
    ];
    let found = printed(untranslated(&files));
    assert_eq!(found, "ui/messages/de/sell.json:1: `note` is not said in de: translate it");
    assert_eq!(untranslated(&[file("en", r#"{"a": "A"}"#), file("de", r#"{"a": "Ä"}"#)]), []);
}
