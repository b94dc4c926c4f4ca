//! Runs a tool to its end and turns its failure into an error that shows what it said. It never uses a shell.

use std::ffi::OsStr;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

/// How much of a failing tool's output an error quotes, in bytes from its end.
const QUOTED: usize = 2000;

/// A command with its arguments and no standard input.
pub fn tool<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = A>,
) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs to the end and gives standard output; an exit status other than 0 is an error quoting both streams.
pub fn output(command: &mut Command) -> Result<String> {
    let result = capture(command)?;
    if !result.status.success() {
        bail!("{}", failure(command, &result));
    }
    Ok(String::from_utf8_lossy(&result.stdout).into_owned())
}

/// Whether the command ended with status 0; its output is dropped.
pub fn succeeds(command: &mut Command) -> Result<bool> {
    Ok(capture(command)?.status.success())
}

fn capture(command: &mut Command) -> Result<Output> {
    command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", command.get_program().display()))
}

fn failure(command: &Command, result: &Output) -> String {
    let said = [&result.stdout[..], &result.stderr[..]].concat();
    let tail = &said[said.len().saturating_sub(QUOTED)..];
    let arguments: Vec<_> = command
        .get_args()
        .map(|argument| argument.to_string_lossy())
        .collect();
    format!(
        "{} {} ended with {}: {}",
        command.get_program().display(),
        arguments.join(" "),
        result.status,
        String::from_utf8_lossy(tail).trim()
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_failing_tool_is_quoted() {
        let error = output(&mut tool("ls", ["/no/such/folder"]))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("/no/such/folder") && error.contains("exit status"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_tool_is_named() {
        let error = output(&mut tool("no-such-tool-here", ["x"]))
            .unwrap_err()
            .to_string();
        assert!(error.contains("no-such-tool-here"), "{error}");
    }
}
