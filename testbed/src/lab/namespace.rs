//! A network namespace with a name of ours, and ways to run commands and closures inside it.
//!
//! A thread that entered a namespace never leaves it, so each closure gets a thread of its own; a command started
//! from such a thread is born inside.

use std::fs::File;
use std::future::Future;
use std::path::PathBuf;
use std::process::{Child, Command};

use anyhow::{Context, Result, anyhow};
use nix::sched::{CloneFlags, setns};

use super::command::{output, tool};

/// All namespaces of the lab begin so; nothing else is ever removed.
const PREFIX: &str = "hs-lab-";

/// A network namespace, by name. Dropping the value leaves the namespace: [`Namespace::delete`] removes it.
#[derive(Debug, Clone)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// The namespace of a lab, whether it exists or not.
    pub fn of_lab(lab: &str) -> Self {
        Self {
            name: format!("{PREFIX}{lab}"),
        }
    }

    /// Creates it with its loopback up.
    pub fn create(&self) -> Result<()> {
        output(&mut tool("ip", ["netns", "add", &self.name]))?;
        self.ip(&["link", "set", "lo", "up"])
    }

    /// Its name for `ip netns`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file that stands for it.
    pub fn path(&self) -> PathBuf {
        PathBuf::from("/run/netns").join(&self.name)
    }

    /// Whether it exists.
    pub fn exists(&self) -> bool {
        self.path().exists()
    }

    /// Removes it; processes inside must have ended before. Nothing happens when it does not exist.
    pub fn delete(&self) -> Result<()> {
        if !self.exists() {
            return Ok(());
        }
        output(&mut tool("ip", ["netns", "delete", &self.name])).map(drop)
    }

    /// Runs `ip` with `arguments` on it.
    pub fn ip(&self, arguments: &[&str]) -> Result<()> {
        output(tool("ip", ["-n", &self.name]).args(arguments)).map(drop)
    }

    /// Moves the calling thread inside, for good.
    pub fn enter(&self) -> Result<()> {
        let path = self.path();
        let file = File::open(&path)
            .with_context(|| format!("no network namespace at {}", path.display()))?;
        setns(file, CloneFlags::CLONE_NEWNET)
            .with_context(|| format!("cannot enter {}", path.display()))
    }

    /// Runs a closure on a thread inside and gives its result.
    pub fn call<T: Send>(&self, task: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let inside = || self.enter().and_then(|()| task());
        std::thread::scope(|scope| {
            scope
                .spawn(inside)
                .join()
                .map_err(|_| anyhow!("a task inside the namespace panicked"))?
        })
    }

    /// Runs a future to its end on a thread inside, with a runtime of its own; its sockets are the namespace's.
    pub fn block_on<T: Send, F: Future<Output = Result<T>>>(
        &self,
        make: impl FnOnce() -> F + Send,
    ) -> Result<T> {
        self.call(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .context("cannot start a runtime")?;
            runtime.block_on(make())
        })
    }

    /// Starts a command inside and leaves it running.
    pub fn spawn(&self, command: &mut Command) -> Result<Child> {
        self.call(|| {
            command
                .spawn()
                .with_context(|| format!("cannot start {}", command.get_program().display()))
        })
    }

    /// Runs a command inside to its end and gives its standard output.
    pub fn output(&self, command: &mut Command) -> Result<String> {
        self.call(|| output(command))
    }
}
