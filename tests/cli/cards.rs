//! No card number ever gets in. A thousand are made and tried at every way in, written as people and readers write them;
//! then everything the till wrote or said is searched for their digits.

use std::collections::HashSet;

use serde_json::{Value, json};
use tillstream::commands::COMMANDS;

use super::evidence::Evidence;
use super::program::{Door, Folder, Said, objects};
use super::stream::ticket;
use crate::kill::random::Random;

const NUMBERS: usize = 1_000;
const REFUSAL: &str = "That looks like a card number. Tillstream never takes card numbers: use the card reader or the \
                       customer's own phone.";
/// Prefixes and lengths of the networks' numbers.
const NETWORKS: [(&str, usize); 14] = [
    ("4", 16),
    ("4", 13),
    ("4", 19),
    ("51", 16),
    ("55", 16),
    ("2221", 16),
    ("2720", 16),
    ("34", 15),
    ("37", 15),
    ("6011", 16),
    ("36", 14),
    ("3540", 16),
    ("62", 17),
    ("6759", 12),
];

/// Card numbers nobody has, as far as anybody here knows.
fn card_numbers(random: &mut Random) -> Vec<String> {
    let make = |(prefix, length): (&str, usize), random: &mut Random| {
        let mut digits = prefix.to_owned();
        while digits.len() < length - 1 {
            digits.push_str(&random.below(10).to_string());
        }
        let checked = (0..10).map(|last| format!("{digits}{last}"));
        checked.into_iter().find(|number| is_luhn(number)).expect("one of ten digits is right")
    };
    let networks = NETWORKS.iter().cycle().take(NUMBERS);
    networks.map(|network| make(*network, random)).collect()
}

fn is_luhn(number: &str) -> bool {
    let digits = number.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let counted = digits.enumerate().map(|(place, digit)| match (place % 2, digit) {
        (0, digit) | (1, digit @ 9) => digit,
        (_, digit) => digit * 2 % 9,
    });
    counted.sum::<u32>() % 10 == 0
}

/// As it is typed, pasted, or read from a magnetic stripe.
fn written(number: &str, way: usize) -> String {
    let in_groups = |joint: &str| {
        let groups: Vec<_> = number.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        groups.join(joint)
    };
    match way % 9 {
        0 => number.to_owned(),
        1 => in_groups(" "),
        2 => in_groups("-"),
        3 => in_groups("."),
        4 => in_groups("\u{a0}"),
        5 => format!("{} 12/28 123", in_groups(" ")),
        6 => format!(";{number}=28122011234000001230?"),
        7 => format!("%B{number}^DOE/JANE^2812201123400001230?"),
        _ => number.bytes().filter_map(|byte| char::from_u32(0xff10 + u32::from(byte - b'0'))).collect(),
    }
}

/// Requests in their right shape, which would put a text into the books if nobody looked.
fn requests(text: &str) -> Vec<(&'static str, Value)> {
    let id = "inv_019a1b2c3d4e7abc8def0123456789ab";
    let price = json!({ "minor": "100", "currency": "EUR", "scale": 2 });
    let line = |description: &str, note: &str| json!({ "description": description, "quantity": 1, "unit_price": price, "tax_percent": "20", "note": note });
    let sale = |line: Value, note: &str| json!({ "invoice": id, "lines": [line], "note": note });
    let stream_with = |field: &str| {
        let mut ticket = json!({ "id": "t-1", "amount": "1", "currency": "EUR", "method": "cash" });
        ticket[field] = json!(text);
        json!({ "instructions": [ticket] })
    };
    vec![
        ("sale_open", sale(line("", ""), text)),
        ("sale_open", sale(line(text, ""), "")),
        ("sale_open", sale(line("", text), "")),
        ("sale_void", json!({ "invoice": id, "reason": text })),
        ("stray_credit", json!({ "stray": "str_019a1b2c3d4e7abc8def0123456789ab", "customer": text })),
        ("settings_put", json!({ "key": "shop.receipt_footer", "value": text })),
        ("settings_import", json!({ "text": format!("[shop]\nname = \"{text}\"\n") })),
        ("setup_finish", json!({ "shop_name": text, "currency": "EUR", "language": "en" })),
        ("sales_list", json!({ "search": text, "states": [], "after": "", "limit": 1 })),
        ("amount_read", json!({ "text": text })),
        ("wallet_watch", json!({ "account": text })),
        ("stream_take", stream_with("id")),
        ("stream_take", stream_with("payer")),
        ("stream_take", stream_with("memo")),
    ]
}

fn arguments(text: &str) -> Vec<Vec<&str>> {
    vec![
        vec![text],
        vec!["charge", text, "--with", "cash"],
        vec!["charge", "1", "--with", text],
        vec!["charge", "1", "--with", "cash", "--note", text],
        vec!["sales", "show", text],
        vec!["settings", "get", text],
        vec!["settings", "set", "shop.name", text],
        vec!["settings", "import", text],
        vec!["secret", "set", text],
        vec!["stream", "--input", text],
        vec!["dead-letter", "show", text],
        vec!["ledger", "export", "--format", text],
        vec!["backup", "create", text],
        vec!["backup", "restore", text],
    ]
}

/// Lines that carry it in each of their fields, and one that could be taken.
fn lines(texts: &[String]) -> String {
    let line = |(number, text): (usize, &String)| {
        let mut line =
            json!({ "id": format!("n-{number}"), "amount": "1", "currency": "EUR", "method": "cash" });
        match number % 8 {
            0 => line["id"] = json!(text),
            1 => line["amount"] = json!(text),
            2 => line["currency"] = json!(text),
            3 => line["method"] = json!(text),
            4 => line["payer"] = json!(text),
            5 => line["memo"] = json!(text),
            6 => line["metadata"] = json!({ "card": text }),
            _ => line["metadata"] = json!({ text.as_str(): "" }),
        }
        line.to_string() + "\n"
    };
    texts.iter().enumerate().map(line).chain([ticket("honest", "1")]).collect()
}

fn refused_by_the_door(evidence: &mut Evidence, door: &Door, texts: &[String]) {
    for (number, text) in texts.iter().enumerate() {
        let own = requests(text);
        let (name, request) = &own[number % own.len()];
        let any = COMMANDS[number % COMMANDS.len()].name;
        for (name, request) in [(*name, request), (any, &json!({ "field": [{ text.as_str(): 1 }] }))] {
            let refusal = door.refuses(name, request, "card_number");
            assert_eq!(refusal["detail"], REFUSAL);
            evidence.add(name, refusal.to_string());
        }
    }
    let unknown = door.refuses(&texts[0], &json!({}), "card_number");
    evidence.add("a command nobody has", unknown.to_string());
}

fn refused(evidence: &mut Evidence, said: Said, what: &[&str]) {
    said.refuses_with(REFUSAL);
    evidence.add(what[0], said.out + &said.err);
}

fn refused_by_the_command_line(evidence: &mut Evidence, folder: &Folder, texts: &[String]) {
    for (number, text) in texts.iter().step_by(25).enumerate() {
        let own = arguments(text);
        let arguments = &own[number % own.len()];
        refused(evidence, folder.run(arguments), arguments);
    }
    let elsewhere = Folder::new();
    for text in texts.iter().step_by(100) {
        let file = elsewhere.file("shop.toml", &format!("[shop]\nname = \"{text}\"\n"));
        let import = ["settings", "import", file.to_str().expect("text")];
        refused(evidence, folder.run(&import), &import);
        let set = ["--mode", "sandbox", "secret", "set", "bitcoind.password"];
        refused(evidence, folder.run_with_input(&set, text), &set);
    }
    let escaped: String = texts[0].chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let file = elsewhere.file("shop.toml", &format!("[shop]\nname = \"{escaped}\"\n"));
    let import = ["settings", "import", file.to_str().expect("text")];
    let said = folder.run(&import);
    assert!(said.code == Some(2) && said.err.contains(REFUSAL), "{said:?}");
    evidence.add("settings with escapes", said.out + &said.err);
}

fn refused_by_the_stream(evidence: &mut Evidence, folder: &Folder, texts: &[String]) {
    let said = folder.run_with_input(&["stream"], &lines(texts));
    let answers = objects(&said.out);
    let (honest, others) = answers.split_last().expect("every line is answered");
    assert_eq!(honest["outcome"], "accepted", "{honest}");
    assert_eq!(others.len(), NUMBERS);
    for answer in others {
        assert_eq!((&answer["outcome"], &answer["reason"]), (&json!("rejected"), &json!(REFUSAL)));
    }
    evidence.add("stream", said.out + &said.err);
}

/// Which of the numbers stand in it, whatever stands between their digits.
fn found_in<'a>(numbers: &'a HashSet<String>, bytes: &[u8]) -> Vec<&'a String> {
    let text = String::from_utf8_lossy(bytes);
    let digit = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xff10 + 0x30),
        _ => Some(c).filter(char::is_ascii_digit),
    };
    let is_joint = |c: &char| matches!(c, ' ' | '-' | '.' | '\u{a0}');
    let joined: String = text.chars().filter(|c| !is_joint(c)).map(|c| digit(c).unwrap_or('\n')).collect();
    let mut found: Vec<_> = joined
        .split('\n')
        .filter(|run| run.len() >= 12)
        .flat_map(|run| (12..=19).flat_map(|length| run.as_bytes().windows(length)))
        .filter_map(|window| numbers.get(std::str::from_utf8(window).expect("digits")))
        .collect();
    found.dedup();
    found
}

#[test]
fn a_thousand_card_numbers_get_in_nowhere_and_are_found_nowhere() {
    let numbers = card_numbers(&mut Random::from_environment());
    let texts: Vec<_> = numbers.iter().enumerate().map(|(way, number)| written(number, way)).collect();
    let (folder, mut evidence) = (Folder::new(), Evidence::default());
    let served = folder.serve_with(&[], |command| {
        command.env("TILLSTREAM_LOG", "trace");
    });

    refused_by_the_door(&mut evidence, &served.door, &texts);
    refused_by_the_command_line(&mut evidence, &folder, &texts);
    refused_by_the_stream(&mut evidence, &folder, &texts);
    evidence.run(&folder, &["charge", "1", "--with", "cash", "--note", "an honest sale"]);
    for command in [
        &["sales", "list", "--json"][..],
        &["settings", "show", "--toml"],
        &["ledger", "export", "--format", "json"],
        &["ledger", "export", "--format", "csv"],
        &["dead-letter", "list"],
    ] {
        evidence.run(&folder, command);
    }
    let backup = folder.path().join("backup.db");
    evidence.run(&folder, &["backup", "create", backup.to_str().expect("text")]);
    evidence.add_files(folder.path());
    served.running.signal("-TERM");
    let said = served.running.end();
    assert_eq!(said.code, Some(0), "{said:?}");
    evidence.add("what serve said", said.out + &said.err);
    let elsewhere = Folder::new();
    let foreign = elsewhere.file("foreign.db", &texts.join("\n"));
    let said = folder.run(&["backup", "restore", foreign.to_str().expect("text")]);
    assert_eq!(said.code, Some(2), "{said:?}");
    evidence.add("what is no backup", said.err);
    evidence.run(&folder, &["backup", "restore", backup.to_str().expect("text")]);
    evidence.add_files(folder.path());

    evidence.reaches(&["till-practice.db", "till-practice.db-wal", "backup.db", ".log", "replaced-1"]);
    assert!(
        evidence.says("till-practice.db-wal", "an honest sale"),
        "what gets in is where it is searched for"
    );
    let numbers: HashSet<String> = numbers.into_iter().collect();
    for (name, bytes) in evidence.pieces() {
        let found = found_in(&numbers, bytes);
        assert!(found.is_empty(), "{found:?} in {name}");
    }
}

#[test]
fn a_number_that_got_in_would_be_found() {
    let numbers = HashSet::from(["4242424242424242".to_owned()]);
    for way in 0..9 {
        let text = format!("\u{0}{{\"note\":\"{}\"}}\u{1}", written("4242424242424242", way));
        assert_eq!(found_in(&numbers, text.as_bytes()).len(), 1, "{text}");
    }
    assert!(found_in(&numbers, b"4242424242424241 4242").is_empty());
}
