//! `tillstream settings`: reads them from the books, changes them through the till, which checks them first.

use std::path::Path;

use ::settings::Settings;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::SettingsCommand;
use super::caller::Caller;
use super::failure::Failure;
use super::place::Place;
use super::{Answer, books, note, say};

pub(super) async fn settings(place: &Place, command: &SettingsCommand) -> Result<Answer, Failure> {
    match command {
        SettingsCommand::Show { toml } => show(&books::settings(place).await?, *toml),
        SettingsCommand::Get { key } => get(&books::settings(place).await?, key),
        SettingsCommand::Set { key, value } => {
            change(place, "settings_put", json!({ "key": key, "value": value })).await
        }
        SettingsCommand::Import { file } => import(place, file).await,
    }
}

fn show(settings: &Settings, toml: bool) -> Result<Answer, Failure> {
    if toml {
        say(settings.to_toml().trim_end())?;
        return Ok(Answer::Yes);
    }
    for key in Settings::keys() {
        // A text of several lines stays on one.
        let value = settings.get(key).unwrap_or_default().replace('\n', "\\n");
        say(format_args!("{key} = {value}"))?;
    }
    Ok(Answer::Yes)
}

fn get(settings: &Settings, key: &str) -> Result<Answer, Failure> {
    if let Some(value) = settings.get(key) {
        say(value)?;
        return Ok(Answer::Yes);
    }
    match settings.with(key, "") {
        Err(unknown @ ::settings::SettingsError::UnknownKey { .. }) => {
            Err(Failure::Usage(unknown.to_string()))
        }
        // The key of a price that is not set.
        Ok(_) | Err(_) => {
            note(format_args!("{key} is not set"));
            Ok(Answer::No)
        }
    }
}

async fn import(place: &Place, file: &Path) -> Result<Answer, Failure> {
    let bytes = std::fs::read(file).map_err(|reason| Failure::File { path: file.to_owned(), reason })?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::NotText(file.to_owned()))?;
    change(place, "settings_import", json!({ "text": text })).await.map_err(|failure| match failure {
        Failure::Usage(detail) => Failure::Usage(in_file(file, &detail)),
        other => other,
    })
}

/// `shop.toml:12: …` as compilers write it, so that editors jump there.
fn in_file(file: &Path, detail: &str) -> String {
    let numbered = detail.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
    match numbered {
        Some((line, problem)) if line.bytes().all(|digit| digit.is_ascii_digit()) => {
            format!("{}:{line}: {problem}", file.display())
        }
        _ => format!("{}: {detail}", file.display()),
    }
}

async fn change(place: &Place, command: &str, request: Value) -> Result<Answer, Failure> {
    let caller = Caller::find(place).await?;
    let changed: Result<SettingsSeen, Failure> = caller.call(command, request).await;
    caller.close().await;
    let settings = changed?;
    if settings.rates.sources.iter().any(|source| source != "fixed") {
        note(
            "live sources of rates come in a later version: until then the prices under rates.fixed are used",
        );
    }
    Ok(Answer::Yes)
}

/// Of `SettingsDto`.
#[derive(Deserialize)]
struct SettingsSeen {
    rates: RatesSeen,
}

/// Of `RatesDto`.
#[derive(Deserialize)]
struct RatesSeen {
    sources: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_with_its_line_where_it_has_one() {
        let told = |detail| in_file(Path::new("shop.toml"), detail);
        assert_eq!(told("line 3: unknown key \"nmae\""), "shop.toml:3: unknown key \"nmae\"");
        assert_eq!(told("the till is closing"), "shop.toml: the till is closing");
        assert_eq!(told("line of credit: none"), "shop.toml: line of credit: none");
    }
}
