//! The owner's PIN on the command line. It is typed or piped in, never an argument: arguments are seen by every user of
//! the machine.

use std::io::{self, BufRead, IsTerminal};

use engine::{Clock, SystemClock};
use keys::{Mnemonic, Pin, PinError, PinState, Secret, Vault};

use super::SecretRefused;
use crate::cli::failure::Failure;
use crate::cli::note;
use crate::gate;
use crate::till::moment;

/// Sets the PIN, or another one when there is one. A pipe has the present PIN, if any, on its first line and the new one on
/// the next.
pub(super) fn set(vault: &Vault) -> Result<(), Failure> {
    let is_first = vault.pin_state(moment(SystemClock.now()))? == PinState::NotSet;
    let present = if is_first { None } else { Some(read("The PIN you have")?) };
    let new = read("The new PIN, 6 to 12 digits")?;
    if io::stdin().is_terminal() && read("The new PIN again")?.expose() != new.expose() {
        return Err(SecretRefused::NotRepeated.into());
    }
    let new = pin(&new)?;
    match present {
        None => vault.set_pin(&new)?,
        Some(present) => vault.change_pin(&pin(&present)?, &new, moment(SystemClock.now()))?,
    }
    Ok(())
}

/// Removes the PIN with itself, or with the words of a wallet of this till by whoever forgot it. `false` when there is none.
pub(super) fn forget(vault: &Vault) -> Result<bool, Failure> {
    if vault.pin_state(moment(SystemClock.now()))? == PinState::NotSet {
        return Ok(false);
    }
    let typed = read("The PIN, or the words of the wallet")?;
    match Pin::parse(typed.expose()) {
        Ok(pin) => vault.forget_pin(&pin, moment(SystemClock.now()))?,
        Err(_) => vault.forget_pin_by_words(&Mnemonic::parse(typed.expose())?)?,
    }
    Ok(true)
}

fn pin(typed: &Secret) -> Result<Pin, PinError> {
    Ok(Pin::parse(typed.expose())?)
}

/// One line, from a terminal without showing it.
fn read(prompt: &str) -> Result<Secret, Failure> {
    let mut line = String::new();
    if io::stdin().is_terminal() {
        note(format_args!("{prompt} (not shown while you type):"));
        line = rpassword::read_password().map_err(Failure::Input)?;
    } else {
        io::stdin().lock().read_line(&mut line).map_err(Failure::Input)?;
    }
    let line = Secret::new(line);
    gate::check_text(line.expose())?;
    match line.expose().trim() {
        "" => Err(SecretRefused::Empty.into()),
        text => Ok(Secret::new(text)),
    }
}
