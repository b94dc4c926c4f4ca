//! Ends the process by SIGKILL at the n-th boundary that any effect passes.

use model::Effect;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use ports::boundary::{Boundary, BoundaryObserver};
use std::io::Write;
use std::sync::Mutex;

/// Counts boundaries, tells each on standard output, and kills at one of them.
pub struct KillAt {
    left: Mutex<u64>,
}

impl KillAt {
    /// Kills at the `count`-th boundary; 0 never kills, but tells all the same.
    pub fn new(count: u64) -> Self {
        Self {
            left: Mutex::new(count),
        }
    }
}

impl BoundaryObserver for KillAt {
    fn passes(&self, effect: &Effect, boundary: Boundary) {
        let Ok(mut left) = self.left.lock() else {
            return;
        };
        println!("boundary {} {}", effect.action.name(), boundary.as_str());
        let _ = std::io::stdout().flush();
        if *left == 1 {
            // The real thing: no destructor runs, no buffer is flushed, no connection is closed in order.
            let _ = kill(Pid::this(), Signal::SIGKILL);
        }
        *left = left.saturating_sub(1);
    }
}
