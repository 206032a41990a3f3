//! The sandbox: a real Bitcoin node with its indexers, six EVM chains and a stand-in for Stripe on this machine, and the
//! customer who pays, for whoever tries the till.
//!
//! `sandbox start DIR` runs until its standard input closes or it is told to end; everything is kept in DIR, so the next
//! start goes on with the same chain. The other commands talk to the running one through `DIR/sandbox.json`.

mod customer;
mod evm;
mod running;
mod stripe;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: sandbox start DIR
       sandbox pay DIR ADDRESS AMOUNT   pay so many bitcoin (0.00007759), or DIR bitcoin:ADDRESS?amount=AMOUNT
       sandbox pay DIR evm:CHAIN/COIN ADDRESS AMOUNT    pay so many coins (evm:base/USDC), or DIR ethereum:LINK
       sandbox mine DIR [BLOCKS]        mine blocks, one unless told
       sandbox mine DIR evm:CHAIN [BLOCKS]              the same on an EVM chain, which also mines by itself
       sandbox bump DIR TXID            replace an unconfirmed payment by one with a higher fee
       sandbox take-back DIR TXID       double-spend an unconfirmed payment back to the customer
       sandbox reorg DIR BLOCKS         replace the last blocks; their payments are mined again
       sandbox undo DIR BLOCKS          replace the last blocks; their payments are gone
       sandbox tap DIR                  hold a card to the reader";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => {
            eprintln!("sandbox: {error}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Nothing when the arguments fit no command.
fn run(arguments: &[&str]) -> Option<Result<(), Box<dyn Error>>> {
    match arguments {
        ["start", folder] => Some(running::run(Path::new(folder))),
        [command, folder, arguments @ ..] => {
            customer::Wish::read(command, arguments).map(|wish| customer::fulfil(wish?, Path::new(folder)))
        }
        _ => None,
    }
}
