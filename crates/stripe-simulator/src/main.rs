//! The simulator as a program, for the sandbox and for clients that are no tests of ours.

use std::process::ExitCode;

use clap::Parser;
use stripe_simulator::{Clock, SECRET_KEY, Setup, Simulator};

/// Stripe's test mode lets in so many reads and writes per second.
const RATE_OF_TEST_MODE: usize = 25;

/// A stand-in for Stripe's API on this machine.
#[derive(Debug, Parser)]
#[command(name = "stripe-simulator", version)]
struct Arguments {
    /// The loopback port to listen on; 0 takes any free one.
    #[arg(long, default_value_t = 8430)]
    port: u16,
    /// Where ids come from: the same seed gives the same ones.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let setup = Setup {
        port: arguments.port,
        seed: arguments.seed,
        clock: Clock::Running { ahead: 0 },
        rate: Some(RATE_OF_TEST_MODE),
    };
    match Simulator::start(setup) {
        Ok(simulator) => {
            println!("{} is open with the key {SECRET_KEY}", simulator.url());
            // Either way there is nothing more to wait for.
            let _interrupted = tokio::signal::ctrl_c().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("stripe-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}
