//! From an error to what a person reads and a script checks.

use client::{ClientError, ErrorKind};
use std::io;
use std::process::ExitCode;

/// The command was used wrongly; the text says how to use it.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// A usage error.
pub fn usage(text: impl Into<String>) -> anyhow::Error {
    Usage(text.into()).into()
}

/// Tells an error and answers the exit code that stands for it.
pub fn code(result: anyhow::Result<()>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    // Whoever closed the pipe has read enough.
    if is_broken_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    eprintln!("hammerscale: {}", told(&error));
    if let Some(hint) = hint(&error) {
        eprintln!("  {hint}");
    }
    ExitCode::from(number(&error))
}

/// The error with its causes, each once: messages often quote their cause.
pub fn told(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) && !is_transport_noise(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    super::format::plain(&text)
}

fn is_transport_noise(cause: &str) -> bool {
    cause.starts_with("error sending request") || cause.starts_with("client error")
}

fn hint(error: &anyhow::Error) -> Option<&'static str> {
    let kind = error.downcast_ref::<ClientError>()?.kind();
    (kind == ErrorKind::Unreachable).then_some(
        "Is `hammerscale serve` running? Another address is named by --url or HAMMERSCALE_URL.",
    )
}

fn number(error: &anyhow::Error) -> u8 {
    if error.is::<Usage>() || error.is::<crate::config::Problems>() {
        return 2;
    }
    if error.is::<super::import::Incomplete>() {
        return 4;
    }
    let kind = error.downcast_ref::<ClientError>().map(ClientError::kind);
    match kind {
        None | Some(ErrorKind::Failed) => 1,
        Some(ErrorKind::NotFound) => 3,
        Some(ErrorKind::Conflict) => 4,
        Some(ErrorKind::TimedOut) => 5,
        Some(ErrorKind::Unreachable) => 6,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|it| it.kind() == io::ErrorKind::BrokenPipe)
}
