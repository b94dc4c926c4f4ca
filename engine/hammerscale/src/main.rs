//! The `hammerscale` program.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Documents are made of many small texts; the C library's allocator takes a quarter of the time that a page of nodes costs.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    hammerscale::cli::main(hammerscale::serve::daemon)
}
