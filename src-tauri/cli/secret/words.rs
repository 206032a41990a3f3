//! New words on a terminal: shown once, asked back, wiped from the screen.

use std::io::{self, BufRead, Write};

use keys::{Mnemonic, WordProof};

use super::SecretRefused;
use crate::cli::failure::Failure;
use crate::cli::say;

/// How often the three words may be typed.
const TRIES: u32 = 3;
/// Wipes the screen and what was scrolled off it (ECMA-48, and xterm's extension for the latter).
const WIPE: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// Shows the words, takes them off the screen, and has three of them typed back.
pub(super) fn show_and_prove(words: &Mnemonic) -> Result<(), Failure> {
    say("Write these words down on paper, in this order. Whoever has them has the money.\n")?;
    for (word, number) in words.words().zip(1..) {
        say(format_args!("{number:>4}. {word}"))?;
    }
    ask("\nPress Enter when they are on paper. They are shown only now.")?;
    say(WIPE)?;
    for _ in 0..TRIES {
        if prove(words)? {
            return Ok(());
        }
        say("These are not the words. Look at your paper and type them again.")?;
    }
    Err(SecretRefused::NotWrittenDown.into())
}

fn prove(words: &Mnemonic) -> Result<bool, Failure> {
    let proof = WordProof::ask(words)?;
    let [one, two, three] = proof.positions();
    let answers = [ask_for(one)?, ask_for(two)?, ask_for(three)?];
    Ok(proof.check(words, &[&answers[0], &answers[1], &answers[2]]))
}

fn ask_for(position: usize) -> Result<String, Failure> {
    ask(&format!("Word {position}:"))
}

fn ask(question: &str) -> Result<String, Failure> {
    let mut out = io::stdout().lock();
    write!(out, "{question} ").and_then(|()| out.flush()).map_err(Failure::Output)?;
    let mut answer = String::new();
    match io::stdin().lock().read_line(&mut answer).map_err(Failure::Input)? {
        0 => Err(SecretRefused::NotWrittenDown.into()),
        _ => Ok(answer),
    }
}
