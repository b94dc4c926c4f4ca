//! The `hammerscale` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    hammerscale::cli::main(hammerscale::serve::daemon)
}
