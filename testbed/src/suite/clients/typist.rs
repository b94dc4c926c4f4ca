//! Types commands for the stories. Most of what a command costs is loading its modules: `typist.py` does that once, and then runs the client's
//! own `main` in a process of its own for every line.

use super::ground::Ground;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The Python process that types.
pub(super) struct Typist {
    child: Child,
    lines: ChildStdin,
    answers: BufReader<ChildStdout>,
}

#[derive(Serialize)]
struct Request<'a> {
    program: &'a str,
    options: &'a [String],
    line: &'a str,
}

/// What came of a line.
#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Typed {
    /// All that a person sees, in one line.
    pub fn said(&self) -> String {
        let all = format!("{} {}", self.out, self.err);
        all.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Typist {
    /// Starts it.
    pub fn start(ground: &Ground) -> Result<Self> {
        let mut child = Command::new(ground.bin.join("python"))
            .args(["-c", include_str!("typist.py")])
            .env("COLUMNS", "200")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting python")?;
        let lines = child.stdin.take().context("python has no input")?;
        let answers = child.stdout.take().context("python has no output")?;
        Ok(Self {
            child,
            lines,
            answers: BufReader::new(answers),
        })
    }

    /// Types a line after these options; a failure of the command is an answer, too.
    pub fn typed(&mut self, program: &str, options: &[String], line: &str) -> Result<Typed> {
        let request = Request {
            program,
            options,
            line,
        };
        let request = serde_json::to_string(&request).context("writing a request")?;
        writeln!(self.lines, "{request}").context("telling the typist")?;
        let mut answer = String::new();
        self.answers
            .read_line(&mut answer)
            .context("hearing the typist")?;
        serde_json::from_str(&answer).context("the typist ended")
    }
}

impl Drop for Typist {
    fn drop(&mut self) {
        // Only this child, by its handle.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
