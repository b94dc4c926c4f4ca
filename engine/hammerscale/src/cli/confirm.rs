//! The question before something that cannot be undone.

use super::exit::usage;
use std::io::{self, IsTerminal, Write};

/// Asks on a terminal; elsewhere `--yes` says it beforehand, so that no script hangs or destroys by accident.
pub fn confirm(yes: bool, question: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(usage(format!("{question} Say so with --yes")));
    }
    eprint!("{question} [y/N] ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(usage("nothing was done")),
    }
}
