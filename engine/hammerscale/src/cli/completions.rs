//! `hammerscale completions`: scripts that complete commands in a shell.

use super::format;
use clap::Args;
use clap_complete::Shell;

/// Write a script that completes commands in a shell
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale completions bash > /etc/bash_completion.d/hammerscale
  hammerscale completions zsh > ~/.zfunc/_hammerscale")]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

impl CompletionsArgs {
    /// Writes the script to standard output.
    pub fn run(&self, command: &mut clap::Command) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, command, "hammerscale", &mut script);
        format::print(&String::from_utf8_lossy(&script))
    }
}
