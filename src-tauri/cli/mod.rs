//! The command line: the whole shop without a screen. Stable, because shops and tests script it.
//!
//! Commands that write go through the process that owns the data file, and open the till themselves when there is
//! none ([`caller`]). Commands that read open the file read-only. Every command exits 0 on success, 1 when the answer
//! is "no" or "not now", 2 on wrong usage or files that can't be used. Whatever is not a yes is one line on standard
//! error that says what to do.

mod arguments;
mod backup;
mod books;
mod caller;
mod charge;
mod dead_letter;
mod failure;
mod ledger;
mod place;
mod sales;
mod secret;
mod settings;
mod settlement;
mod start;
mod stream;

use std::ffi::OsString;
use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use tokio::runtime::Runtime;

use self::arguments::{Arguments, Command};
use self::failure::{Failure, usage};
use self::place::Place;
use crate::{gate, logging};

/// Runs the program with its arguments, the first of which is its own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    logging::mask_defects();
    match read(arguments) {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        // Whoever closed the pipe wants no line more, but did not hear a yes either: 0 could mean "paid".
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::from(1),
        Err(failure) => {
            note(format_args!("tillstream: {failure}"));
            ExitCode::from(if failure.is_no() { 1 } else { 2 })
        }
    }
}

fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Answer, Failure> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    for argument in &arguments {
        gate::check_text(&argument.to_string_lossy())?;
    }
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => answer(arguments),
        Err(error) => usage(&error),
    }
}

/// What a command found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// It is done, or it is so.
    Yes,
    /// It is not so.
    No,
}

fn answer(arguments: Arguments) -> Result<Answer, Failure> {
    let place = arguments.place.place()?;
    let runtime = Runtime::new().map_err(Failure::Runtime)?;
    match arguments.command {
        None => start::window(&place, &runtime),
        Some(command) => runtime.block_on(obey(&place, command)),
    }
}

async fn obey(place: &Place, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Serve { listen } => start::serve(place, listen).await,
        Command::Charge(order) => charge::charge(place, &order).await,
        Command::Sales { command } => sales::sales(place, &command).await,
        Command::Settings { command } => settings::settings(place, &command).await,
        Command::Secret { command } => secret::secret(place, &command).await,
        Command::Stream(order) => stream::stream(place, &order).await,
        Command::DeadLetter { command } => dead_letter::dead_letter(place, &command).await,
        Command::Ledger { command } => ledger::ledger(place, &command).await,
        Command::Backup { command } => backup::backup(place, &command).await,
    }
}

/// Prints a line of the answer. It is in the reader's hands when this returns.
fn say(line: impl Display) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(Failure::Output)
}

/// Prints a line for whoever watches, which is no part of the answer. Nobody is helped by failing over it. What somebody
/// else says in it names no card.
fn note(line: impl Display) {
    let line = line.to_string();
    let _nobody_reads = writeln!(std::io::stderr(), "{}", card_numbers::masked(&line));
}
