//! Passwords: from files and variables, never from the command line, where every user of the host and the shell's history see them.

use super::exit::usage;
use clap::Args;
use std::path::{Path, PathBuf};

/// No password is longer.
const LONGEST: u64 = 4096;

/// Where the BMC's password comes from.
#[derive(Args)]
pub struct PasswordArgs {
    /// File that holds the BMC's password
    #[arg(long, value_name = "FILE", conflicts_with = "password_env")]
    password_file: Option<PathBuf>,
    /// Environment variable that holds the BMC's password
    #[arg(long, value_name = "VARIABLE")]
    password_env: Option<String>,
    #[arg(long, hide = true, value_parser = refuse)]
    password: Option<String>,
}

impl PasswordArgs {
    /// The password, where one was named.
    pub fn read(&self) -> anyhow::Result<Option<String>> {
        if let Some(path) = &self.password_file {
            return read_secret_file(path).map(Some);
        }
        let Some(name) = &self.password_env else {
            return Ok(None);
        };
        match std::env::var(name) {
            Ok(password) if !password.is_empty() => Ok(Some(password)),
            _ => Err(usage(format!(
                "--password-env: the variable {name} is not set"
            ))),
        }
    }
}

fn refuse(_: &str) -> Result<String, String> {
    let reason = "a password on the command line can be read by every user of this host and stays in the shell's history; \
                  use --password-file FILE or --password-env VARIABLE";
    Err(reason.to_owned())
}

/// The content of a file without the line end that editors add.
pub fn read_secret_file(path: &Path) -> anyhow::Result<String> {
    let failed = |error: String| usage(format!("{}: {error}", path.display()));
    let length = std::fs::metadata(path)
        .map_err(|error| failed(error.to_string()))?
        .len();
    if length > LONGEST {
        return Err(failed("is too long for a password".to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let password = text.trim_end_matches(['\n', '\r']);
    if password.is_empty() {
        return Err(failed("is empty".to_owned()));
    }
    Ok(password.to_owned())
}
