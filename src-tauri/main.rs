//! The program `tillstream`: a window when started bare, else what its command says.

use std::process::ExitCode;

fn main() -> ExitCode {
    tillstream::cli::run(std::env::args_os())
}
