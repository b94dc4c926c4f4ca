//! Starting the engine as a child, learning its address, killing it, and starting it again on the same data.

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const START: Duration = Duration::from_secs(60);

/// How an engine is started.
#[derive(Clone)]
pub struct EngineSpec {
    /// The testbed's own program.
    pub program: PathBuf,
    /// Configuration keys and values.
    pub keys: Vec<(String, String)>,
    /// Die at the n-th boundary; 0 tells the boundaries and never dies.
    pub kill_at: u64,
}

impl EngineSpec {
    /// The same with this database; without, it is a file in the data folder.
    pub fn with_database(mut self, url: &str) -> Self {
        self.keys.push(("database_url".to_owned(), url.to_owned()));
        self
    }
}

/// How an engine ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// By SIGKILL.
    Killed,
    /// By itself, or otherwise.
    Otherwise(String),
}

/// A running engine.
pub struct EngineProcess {
    child: Child,
    /// Where its API listens.
    pub address: SocketAddr,
    lines: Receiver<String>,
}

impl EngineProcess {
    /// Starts it and waits until it listens; a start that was killed is no error.
    pub fn start(spec: &EngineSpec) -> Result<Result<Self, Ended>> {
        let mut command = Command::new(&spec.program);
        command
            .arg("engine")
            .arg("--kill-at")
            .arg(spec.kill_at.to_string());
        for (key, value) in &spec.keys {
            command.arg("--set").arg(format!("{key}={value}"));
        }
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .context("starting the engine")?;
        let out = child.stdout.take().context("the engine has no output")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out)
                .lines()
                .map_while(std::result::Result::ok)
            {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut seen = Vec::new();
        loop {
            match lines.recv_timeout(START) {
                Ok(line) => {
                    if let Some(address) = line.strip_prefix("listening ") {
                        let address = address.parse().context("the engine's address")?;
                        return Ok(Ok(Self {
                            child,
                            address,
                            lines,
                        }));
                    }
                    seen.push(line);
                }
                Err(_) => return Ok(Err(ended(child)?)),
            }
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The boundaries that it has passed, as `effect boundary`.
    pub fn boundaries(&self) -> Vec<String> {
        self.lines
            .try_iter()
            .filter_map(|line| line.strip_prefix("boundary ").map(str::to_owned))
            .collect()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it at once.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill().context("killing the engine")?;
        self.child.wait().context("waiting for the engine's end")?;
        Ok(())
    }

    /// Asks it to stop, and waits for a clean end.
    pub fn stop(mut self) -> Result<()> {
        let pid = i32::try_from(self.child.id()).context("the engine's pid")?;
        kill(Pid::from_raw(pid), Signal::SIGTERM).context("stopping the engine")?;
        let status = self.child.wait().context("waiting for the engine's end")?;
        if !status.success() {
            bail!("the engine did not stop cleanly: {status}");
        }
        Ok(())
    }

    /// How it ended; waits for that.
    pub fn ended(self) -> Result<Ended> {
        // Drop would kill it.
        let mut this = std::mem::ManuallyDrop::new(self);
        let status = this.child.wait().context("waiting for the engine's end")?;
        Ok(meaning(status))
    }
}

fn ended(mut child: Child) -> Result<Ended> {
    let _ = child.kill();
    Ok(meaning(
        child.wait().context("waiting for the engine's end")?,
    ))
}

fn meaning(status: std::process::ExitStatus) -> Ended {
    match status.signal() {
        Some(9) => Ended::Killed,
        _ => Ended::Otherwise(status.to_string()),
    }
}

impl Drop for EngineProcess {
    fn drop(&mut self) {
        // Only this child, by its handle; it may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
